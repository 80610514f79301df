"""THE dispatcher: one pure function says what comes next in a sign-in, and signed markers say what has happened.

Steps never route to one another. Each does its one thing and returns to the authorization endpoint, which asks
:func:`next_step` again. The browser carries the request; nothing is pending on the server.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlencode

from sso_portal.base.forms import Form
from sso_portal.base.jose import make_marker, read_marker
from sso_portal.protocol.vocabulary import INTERACTION


class Step(Enum):
    """What the person, or the site, sees next."""

    LOGIN = "login"
    REAUTHENTICATE = "reauthenticate"
    SELECT_ACCOUNT = "select_account"
    CONSENT = "consent"
    ISSUE = "issue"
    REFUSE_LOGIN_REQUIRED = "login_required"
    REFUSE_CONSENT_REQUIRED = "consent_required"


@dataclass(frozen=True)
class Wish:
    """What the request and its client ask for."""

    prompts: frozenset[str] = frozenset()
    max_age: int | None = None
    always_authenticate: bool = False
    consent: str = "once"


@dataclass(frozen=True)
class Standing:
    """What is known about the person. ``signed_in_for`` is the age in seconds of her last proof, ``None`` signed out.

    ``proved_now``: she signed in for this very request. ``agreed``: an earlier answer covers what is asked.
    ``answered_now``: she answered the consent page for this very request.
    """

    signed_in_for: int | None = None
    proved_now: bool = False
    agreed: bool = False
    answered_now: bool = False


def next_step(wish: Wish, standing: Standing) -> Step:
    """What comes next (OpenID Connect Core, sections 3.1.2.3 and 3.1.2.4)."""
    silent = "none" in wish.prompts
    if standing.signed_in_for is None:
        return Step.REFUSE_LOGIN_REQUIRED if silent else Step.LOGIN
    if not standing.proved_now:
        if "select_account" in wish.prompts:
            return Step.SELECT_ACCOUNT
        if _must_prove_again(wish, standing.signed_in_for):
            return Step.REFUSE_LOGIN_REQUIRED if silent else Step.REAUTHENTICATE
    if _must_consent(wish, standing):
        return Step.REFUSE_CONSENT_REQUIRED if silent else Step.CONSENT
    return Step.ISSUE


def _must_prove_again(wish: Wish, signed_in_for: int) -> bool:
    too_old = wish.max_age is not None and signed_in_for > wish.max_age
    # max_age=0 asks for a proof now, as prompt=login does (Core, section 3.1.2.1).
    return "login" in wish.prompts or wish.always_authenticate or too_old or wish.max_age == 0


def _must_consent(wish: Wish, standing: Standing) -> bool:
    if standing.answered_now:
        return False
    if "consent" in wish.prompts or wish.consent == "explicit":
        return True
    return wish.consent == "once" and not standing.agreed


MARKER_SECONDS = 600
"""How long a proof made for one request is good for that request: time enough to read the consent page."""


class Markers:
    """Signed notes that a person proved herself for one exact request in one session."""

    def __init__(self, key: bytes) -> None:
        """``key`` is known to this portal alone."""
        self._key = key

    def add(self, query: Form, sid: str, now: int) -> str:
        """The query string of the request with a marker appended."""
        marker = make_marker(self._key, "login", {"req": _digest(query), "sid": sid, "exp": now + MARKER_SECONDS})
        return f"{query.encoded(INTERACTION)}&{urlencode({INTERACTION: marker})}"

    def proves(self, query: Form, sid: str, now: int) -> bool:
        """Whether the request carries a marker for itself, this session and this time."""
        marker = query.values.get(INTERACTION)
        claims = read_marker(self._key, "login", marker, now) if marker else None
        return claims is not None and claims.get("req") == _digest(query) and claims.get("sid") == sid


def _digest(query: Form) -> str:
    return hashlib.sha256(query.encoded(INTERACTION).encode()).hexdigest()
