"""What the site does with answers: forged ones, errors, and codes that are none (RFC 6749 sections 4.1.2 and 10.12)."""

from __future__ import annotations

from urllib.parse import urlencode

from sso_client.check.case import Case, led_to
from sso_client.check.finding import Verdict, right, shown, unseen, wrong
from sso_client.check.visits import Seen
from sso_client.hashing import new_secret

MOST_STEPS = 3
_FOR_PEOPLE = ("text/html", "text/plain")
_MARKUP = '<i id="from-the-address">'
_HIDDEN = "The request does not show its state and its redirect_uri."
_CATCH = "Catch what the library raises for it, and answer a page of status 400."
_COMPARE = (
    "Compare the state with the one that this browser's attempt has kept, before anything else is done with the "
    "answer, and refuse it with a page of status 400."
)


def callback_state(case: Case) -> Verdict:
    """An answer is refused when its state is not the one of this browser's attempt, whatever else it says."""
    kept = case.way.asked.get("state", "")
    if not _is_shown(case):
        return unseen(_HIDDEN)
    forged, cookies = new_secret(), case.way.cookie_header
    for what, parameters, browser in (
        ("a code with a forged state", {"code": new_secret(), "state": forged}, cookies),
        ("an error with a forged state", {"error": "access_denied", "state": forged}, cookies),
        ("an error for an attempt of another browser", {"error": "access_denied", "state": kept}, ""),
    ):
        answer = _answer(case, parameters, browser)
        fault = _accepted(case, answer)
        if fault:
            return wrong(f"The callback answers {what} {fault}.", _CATCH if answer.status >= 500 else _COMPARE)
    return right("The callback refuses answers whose state this browser's attempt does not have.")


def callback_error(case: Case) -> Verdict:
    """An error that the portal sends is told on a page, and what it says is not taken for markup."""
    kept = case.way.asked.get("state", "")
    if not _is_shown(case):
        return unseen(_HIDDEN)
    parameters = {"error": "access_denied", "error_description": _MARKUP, "state": kept}
    url, cookies = _address(case, parameters), case.way.cookie_header
    for _ in range(MOST_STEPS):
        answer = case.visits.get(url, cookies=cookies)
        if not 300 <= answer.status < 400:
            return _told(answer)
        url = led_to(url, answer.header("Location"))
        if not case.is_own(url):
            says = f"Whoever declines is sent on to {shown(url.partition('?')[0])}: that can go round for ever."
            return wrong(says, "Show a page of the site that says what happened and lets her go on.")
    return wrong(f"After {MOST_STEPS} redirects there is still no page.", "Show a page that says what happened.")


def callback_code(case: Case) -> Verdict:
    """A code that the portal has not given out ends in a page of status 4xx, and in no session."""
    if not _is_shown(case):
        return unseen(_HIDDEN)
    second = case.known.ways[1]  # the first attempt has been used up by now
    parameters = {"code": new_secret(), "state": second.asked["state"]}
    answer = _answer(case, parameters, second.cookie_header)
    if answer.status >= 500:
        says = f"A code that the portal refuses is answered {answer.status}."
        mend = "Look into the site's log: the portal refuses the site itself, or its refusal is not handled."
        return wrong(says, mend)
    fault = _accepted(case, answer)
    if fault:
        return wrong(f"The callback answers a made-up code {fault}.", "Begin no session before the tokens are there.")
    return right("A code that the portal has not given out begins no session.")


def _is_shown(case: Case) -> bool:
    return all(way.asked.get(name) for way in case.known.ways for name in ("state", "redirect_uri"))


def _accepted(case: Case, answer: Seen) -> str:
    """What is wrong with the answer to something that has to be refused, "" for nothing."""
    known = {cookie.name for way in case.known.ways for cookie in way.cookies}
    fresh = [cookie for cookie in answer.cookies if not cookie.is_deletion and cookie.name not in known]
    if fresh:
        return f"with a new cookie, {shown(fresh[0].name, 60)}"
    return "" if 400 <= answer.status < 500 else f"with status {answer.status}, not 4xx"


def _told(answer: Seen) -> Verdict:
    if answer.status >= 500:
        return wrong(f"An error of the portal is answered {answer.status}.", "Handle answers that carry error=….")
    if answer.content_type not in _FOR_PEOPLE or not answer.body.strip():
        says = (
            f"An error of the portal is answered with {shown(answer.content_type, 60) or 'nothing'}, not with a page."
        )
        return wrong(says, "Show people a page that says what happened and lets them go on.")
    if answer.content_type == "text/html" and _MARKUP.encode() in answer.body:
        says = "The page takes over error_description from the address as markup."
        return wrong(says, "Escape it, or better leave it out: anybody can write anything there.")
    return right("Who declines at the portal sees a page of the site.")


def _answer(case: Case, parameters: dict[str, str], cookies: str) -> Seen:
    return case.visits.get(_address(case, parameters), cookies=cookies)


def _address(case: Case, parameters: dict[str, str]) -> str:
    uri = case.way.asked.get("redirect_uri", "")
    # RFC 9207: a site that is promised `iss` would refuse an answer without it for that reason alone.
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode({**parameters, 'iss': case.metadata.issuer})}"
