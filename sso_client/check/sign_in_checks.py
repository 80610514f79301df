"""The site's redirect to the portal, as it looks from outside (OpenID Connect Core section 3.1.2.1)."""

from __future__ import annotations

from sso_client.check.case import Case, led_to, origin_of
from sso_client.check.finding import Verdict, right, shown, unseen, wrong
from sso_client.check.site_cookie import SiteCookie
from sso_client.check.visits import Unreachable
from sso_client.check.way import Way

MOST_STEPS = 5
"""Pages of the site on the way to the portal."""

SHORTEST_VALUE = 16
"""Characters of a state or a nonce that nobody guesses."""

_TELL = "Tell the page where people begin to sign in with --sign-in; signed out, it has to lead to the portal."


class NoWay(Exception):
    """The sign-in page does not lead to the portal."""


def sign_in(case: Case) -> Verdict:
    """The sign-in page leads to the portal's authorization endpoint with a request that can be read once."""
    try:
        ways = [_walk(case), _walk(case)]
    except Unreachable as problem:
        return wrong(str(problem), "Start the site, and see that this machine can reach it.")
    except NoWay as problem:
        return wrong(str(problem), _TELL)
    asked, names = ways[0].asked, [name for name, _ in ways[0].pairs]
    if len(set(names)) != len(names):
        return wrong("A parameter is there twice.", "Send each parameter once (RFC 6749 section 3.1).")
    client_id = asked.get("client_id", "")
    if not client_id or case.settings.client_id not in {"", client_id}:
        says = f"The site says client_id={shown(client_id)}, its settings say {shown(case.settings.client_id)}."
        return wrong(says, "Give the site and this check the same settings, and start the site again.")
    if not ways[0].is_hidden and "response_type" not in asked:
        return wrong("The request has no response_type.", "Ask for response_type=code.")
    case.known.ways = ways
    return right(f"{shown(case.url(case.wanted.sign_in))} leads to the portal as {shown(client_id)}.")


def return_address(case: Case) -> Verdict:
    """The site lets people come back to the address at which they know it."""
    uri = case.way.asked.get("redirect_uri", "")
    if not uri:
        return unseen("The request does not show its redirect_uri.")
    if case.is_own(uri):
        return right(f"People come back to {shown(uri)}.")
    says = f"People would come back to {shown(uri)}, which is not on {shown(case.wanted.site)}."
    return wrong(says, "Set sso.site_url, or let the site believe its proxy's X-Forwarded-Proto and -Host.")


def state(case: Case) -> Verdict:
    """There is a state, fresh for each attempt (RFC 6749 section 10.12)."""
    return _fresh(case, "state", "Make a random state for each attempt and keep it in a cookie of this browser.")


def nonce(case: Case) -> Verdict:
    """There is a nonce, fresh for each attempt (OpenID Connect Core section 15.5.2)."""
    if not case.way.is_hidden and "openid" not in case.way.asked.get("scope", "").split():
        return unseen("The site does not ask for openid, so it gets no id_token that a nonce could be in.")
    return _fresh(case, "nonce", "Send a random nonce with each attempt and compare it with the one in the id_token.")


def pkce(case: Case) -> Verdict:
    """There is a code challenge by S256, fresh for each attempt (RFC 7636 section 4.3, RFC 9700 section 2.1.1)."""
    mend = "Switch PKCE with S256 on in the site's library; the token request then sends the code_verifier."
    found = _fresh(case, "code_challenge", mend)
    method = case.way.asked.get("code_challenge_method", "")
    if not case.way.is_hidden and case.way.asked.get("code_challenge") and method != "S256":
        return wrong(f"The method of the code challenge is {shown(method, 20) or 'plain'}, not S256.", mend)
    return found


def _fresh(case: Case, name: str, mend: str) -> Verdict:
    first, second = (way.asked.get(name, "") for way in case.known.ways)
    if not first and case.way.is_hidden:
        return unseen("The request was pushed or is an object of its own; its parameters cannot be read from outside.")
    if not first:
        return wrong(f"The redirect to the portal has no {name}.", mend)
    if len(first) < SHORTEST_VALUE:
        return wrong(f"The {name} has {len(first)} characters; that can be guessed.", mend)
    if first == second:
        return wrong(f"Two attempts have the same {name}.", mend)
    return right(f"Each attempt has a {name} of its own.")


def _walk(case: Case) -> Way:
    """Go from the sign-in page to the portal as a browser that has never been here. Raises NoWay, Unreachable."""
    url, way = case.url(case.wanted.sign_in), Way("")
    cookies: tuple[SiteCookie, ...] = ()
    for _ in range(MOST_STEPS):
        answer = case.visits.get(url, cookies=way.cookie_header)
        cookies += answer.cookies
        target = led_to(url, answer.header("Location")) if 300 <= answer.status < 400 else ""
        way = Way(target, cookies, answer.header("Date"))
        if not target:
            raise NoWay(f"{shown(url.partition('?')[0])} answers {answer.status} and leads nowhere.")
        if _is_endpoint(target, case.metadata.authorization_endpoint):
            return way
        if not case.is_own(target):
            raise NoWay(f"The site leads to {shown(target.partition('?')[0])}, which is not the portal's page.")
        url = target
    raise NoWay(f"After {MOST_STEPS} redirects the site has not led to the portal.")


def _is_endpoint(url: str, endpoint: str) -> bool:
    # The portal answers with and without the last slash.
    return origin_of(url) == origin_of(endpoint) and _path(url) == _path(endpoint)


def _path(url: str) -> str:
    return url.partition("?")[0].partition("://")[2].partition("/")[2].rstrip("/")
