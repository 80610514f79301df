"""The addresses by which the portal signs people out at the site: nobody else may (OpenID Connect logout)."""

from __future__ import annotations

from urllib.parse import urlencode

from sso_client.check.case import Case
from sso_client.check.finding import Verdict, right, shown, unseen, wrong
from sso_client.check.forged_tokens import forged_logout_tokens
from sso_client.check.visits import Seen
from sso_client.hashing import new_secret

_BACK, _FRONT = "/sso/backchannel-logout", "/sso/frontchannel-logout"
_MISSING = (404, 405)


def backchannel_logout(case: Case) -> Verdict:
    """Forged logout tokens are answered 400 (Back-Channel Logout section 2.8)."""
    if case.wanted.backchannel_logout == "none":
        return unseen("The site has none.")
    url = case.url(case.wanted.backchannel_logout or _BACK)
    for what, token in forged_logout_tokens(case).items():
        answer = case.visits.post(url, {"logout_token": token})
        if answer.status in _MISSING and not case.wanted.backchannel_logout:
            return unseen(f"There is nothing at {shown(url)}; tell its address with --backchannel-logout.")
        if answer.status != 400:
            return wrong(f"{what[0].upper()}{what[1:]} is answered {answer.status}, not 400.", _mend(answer))
    return right("Forged logout tokens are answered 400.")


def frontchannel_logout(case: Case) -> Verdict:
    """Without the portal's iss and sid nothing happens (Front-Channel Logout section 2)."""
    if case.wanted.frontchannel_logout == "none":
        return unseen("The site has none.")
    url = case.url(case.wanted.frontchannel_logout or _FRONT)
    foreign = {"iss": "https://elsewhere.invalid", "sid": new_secret()}
    for what, query in (("without iss and sid", ""), ("with another issuer", urlencode(foreign))):
        answer = case.visits.get(f"{url}?{query}" if query else url, cookies=case.way.cookie_header)
        if answer.status in _MISSING and not case.wanted.frontchannel_logout:
            return unseen(f"There is nothing at {shown(url)}; tell its address with --frontchannel-logout.")
        done = _done(answer)
        if done:
            mend = "End a session only when iss is the portal's and sid is the one of that session."
            return wrong(f"A frame {what} {done}.", mend)
    return right("A frame without the portal's iss and sid changes nothing.")


def _mend(answer: Seen) -> str:
    if answer.status >= 500:
        return "Look into the site's log: it may be unable to fetch the portal's keys, or not expect such a token."
    if answer.status in (401, 403):
        return "Let the address do without sign-in and without CSRF token: the portal's own notices are refused too."
    return "Check signature, iss, aud, iat, events and jti before any session ends, and answer 400 to all else."


def _done(answer: Seen) -> str:
    if answer.status >= 500:
        return f"is answered {answer.status}"
    if answer.cookies:
        return f"changes the cookie {shown(answer.cookies[0].name, 60)}"
    if answer.header("Clear-Site-Data"):
        return "clears what the browser keeps"
    return f"is answered {answer.status} and leads on" if 300 <= answer.status < 400 else ""
