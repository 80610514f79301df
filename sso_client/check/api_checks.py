"""How an API refuses (RFC 6750 section 3, RFC 9700 section 4.3.2). Each address is looked at without a real token."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from sso_client.check.case import Case
from sso_client.check.finding import Verdict, right, shown, wrong
from sso_client.check.visits import Seen
from sso_client.hashing import new_secret
from sso_client.json_answer import read_object

_JSON = re.compile(r"application/([a-z0-9.-]+\+)?json")
_MALFORMED = re.compile(r'\berror\s*=\s*"?invalid_token\b', re.IGNORECASE)
_GUARD = "Put sso_client.guard in front of the API, or a library that follows RFC 6750."


def api_closed(case: Case, url: str) -> Verdict:
    """Without a token it is closed."""
    status = _without_token(case, url).status
    if status == 401:
        return right("Without a token the answer is 401.")
    if 200 <= status < 300:
        return wrong(f"Without a token the answer is {status}: anybody may come in.", _GUARD)
    return wrong(f"Without a token the answer is {status}, not 401.", "Give --api an address that needs a token.")


def api_challenge(case: Case, url: str) -> Verdict:
    """The 401 says which scheme is wanted (RFC 9110 section 15.5.2)."""
    challenge = _without_token(case, url).header("WWW-Authenticate")
    if re.search(r"(^|,)\s*(Bearer|DPoP)\b", challenge, re.IGNORECASE):
        return right("The 401 asks for a token in WWW-Authenticate.")
    says = f"The 401 has WWW-Authenticate: {shown(challenge, 80)}." if challenge else "The 401 has no WWW-Authenticate."
    return wrong(says, 'Send WWW-Authenticate: Bearer realm="…" with each 401; clients look for it.')


def api_token(case: Case, url: str) -> Verdict:
    """A token that is none is 401 invalid_token."""
    answer = case.visits.get(url, headers={**_ACCEPT, "Authorization": f"Bearer {_made_up_token()}"})
    if answer.status == 401 and _MALFORMED.search(answer.header("WWW-Authenticate")):
        return right("A made-up token is answered 401 invalid_token.")
    if answer.status >= 500:
        mend = "See that the API reaches the portal (introspection, keys) and that the portal accepts its secret."
        return wrong(f"A made-up token is answered {answer.status}.", mend)
    if answer.status == 401:
        says = "A made-up token is answered 401 without error=invalid_token."
        return wrong(says, 'Send WWW-Authenticate: Bearer error="invalid_token", so that clients fetch a new one.')
    return wrong(f"A made-up token is answered {answer.status}, not 401.", _GUARD)


def api_query(case: Case, url: str) -> Verdict:
    """A token in the address is not looked at: addresses are written into logs."""
    address = f"{url}{'&' if '?' in url else '?'}{urlencode({'access_token': _made_up_token()})}"
    answer = case.visits.get(address, headers=_ACCEPT)
    if _MALFORMED.search(answer.header("WWW-Authenticate")):
        says = "A token in the address is looked at: a made-up one is called invalid, not missing."
        return wrong(says, "Take tokens from the header Authorization only (RFC 9700 section 4.3.2).")
    if 400 <= answer.status < 500:
        return right(f"A token in the address is refused with {answer.status}.")
    return wrong(f"A token in the address is answered {answer.status}.", _GUARD)


def api_json(case: Case, url: str) -> Verdict:
    """What a program gets is for programs."""
    answer = _without_token(case, url)
    if not _JSON.fullmatch(answer.content_type):
        says = f"The 401 is {shown(answer.content_type, 60) or 'without a type'}, not JSON."
        return wrong(says, "Answer errors as application/problem+json (RFC 9457) or application/json.")
    try:
        read_object(answer.body)
    except ValueError:
        return wrong("The body of the 401 says that it is JSON and is none.", "Send one JSON object.")
    return right(f"The 401 is {shown(answer.content_type, 60)}.")


_ACCEPT = {"Accept": "application/json"}


def _made_up_token() -> str:
    # Letters and digits: some APIs do not ask the portal about what cannot be one of its opaque tokens.
    return re.sub(r"[^A-Za-z0-9]", "0", new_secret())


def _without_token(case: Case, url: str) -> Seen:
    return case.visits.get(url, headers=_ACCEPT)
