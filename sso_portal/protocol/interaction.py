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
    CREATE = "create"
    CONSENT = "consent"
    ISSUE = "issue"
    REFUSE_LOGIN_REQUIRED = "login_required"
    REFUSE_OTHER_ACCOUNT = "other_account"
    REFUSE_CONSENT_REQUIRED = "consent_required"
    REFUSE_UNMET = "unmet_authentication_requirements"


@dataclass(frozen=True)
class Wish:
    """What the request and its client ask for."""

    prompts: frozenset[str] = frozenset()
    max_age: int | None = None
    always_authenticate: bool = False
    consent: str = "once"
    # Strengths of sign-in of which one is demanded; empty: any will do.
    acr: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Standing:
    """What is known about the person. ``signed_in_for`` is the age in seconds of her last proof, ``None`` signed out.

    ``proved_now``: she signed in for this very request. ``chosen_now``: she was chosen for it among the people of her
    browser, which proves nothing. ``agreed``: an earlier answer covers what is asked.
    ``answered_now``: she answered the consent page for this very request. ``is_other``: the site means somebody else.
    ``acr`` is how strongly she proved who she is. ``details_open``: what is asked in detail (RFC 9396) has to be put
    to her, whatever was agreed before.
    """

    signed_in_for: int | None = None
    proved_now: bool = False
    agreed: bool = False
    answered_now: bool = False
    is_other: bool = False
    acr: str | None = None
    details_open: bool = False
    chosen_now: bool = False

    @property
    def picked_now(self) -> bool:
        """Whether the browser's person has said for this very request which account she means."""
        return self.proved_now or self.chosen_now


def next_step(wish: Wish, standing: Standing) -> Step:
    """What comes next (OpenID Connect Core, sections 3.1.2.3 and 3.1.2.4)."""
    silent = "none" in wish.prompts
    if "create" in wish.prompts and not standing.proved_now:
        return Step.CREATE
    if standing.signed_in_for is None:
        return Step.REFUSE_LOGIN_REQUIRED if silent else Step.LOGIN
    if standing.is_other:
        # She had her chance to sign in as the one who is meant (Core, section 3.1.2.1, id_token_hint).
        return Step.REFUSE_OTHER_ACCOUNT if silent or standing.picked_now else Step.SELECT_ACCOUNT
    if "select_account" in wish.prompts and not standing.picked_now:
        return Step.SELECT_ACCOUNT
    if not standing.proved_now and _must_prove_again(wish, standing.signed_in_for):
        return Step.REFUSE_LOGIN_REQUIRED if silent else Step.REAUTHENTICATE
    if wish.acr and standing.acr not in wish.acr:
        return Step.REFUSE_UNMET
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
    if "consent" in wish.prompts or wish.consent == "explicit" or standing.details_open:
        return True
    return wish.consent == "once" and not standing.agreed


PROOF_SECONDS = 600
"""How long a proof or a choice made for one request is good for that request: time enough to read the consent page."""

_ARRIVAL_SECONDS = 86_400
"""How long a request whose own time has run out meanwhile may take to be answered: a sign-in page is left open."""


class Markers:
    """Signed notes about one exact request: that it arrived in time, who was chosen or proved herself for it."""

    def __init__(self, key: bytes) -> None:
        """``key`` is known to this portal alone."""
        self._key = key

    def add(self, query: Form, sid: str, now: int) -> str:
        """The query string of the request with a note that the person of session ``sid`` has just proved herself."""
        until = now + PROOF_SECONDS
        note = {"sid": sid, "proof_exp": until, "choice_exp": until, "arrived": self.has_arrived(query, now)}
        return self._noted(query, note, now)

    def choose(self, query: Form, sid: str, now: int) -> str:
        """The same with a note that session ``sid`` was chosen among those of the browser: no proof of anything, and
        none from before is kept."""
        note = {"sid": sid, "choice_exp": now + PROOF_SECONDS, "arrived": self.has_arrived(query, now)}
        return self._noted(query, note, now)

    def arrived(self, query: Form, now: int) -> str:
        """The query string of the request with a note that it was good when it arrived."""
        return self._noted(query, {"arrived": True}, now)

    def proves(self, query: Form, sid: str, now: int) -> bool:
        """Whether the request carries a note of a proof for itself, this session and this time."""
        return self._says(query, sid, now, "proof_exp")

    def chooses(self, query: Form, sid: str, now: int) -> bool:
        """Whether it carries a note that this session was chosen, or proved, for it and at this time."""
        return self._says(query, sid, now, "choice_exp")

    def sid(self, query: Form, now: int) -> str | None:
        """The session that was chosen or proved for this request, however long she reads the page that asks her."""
        sid = self._read(query, now).get("sid")
        return sid if isinstance(sid, str) else None

    def has_arrived(self, query: Form, now: int) -> bool:
        """Whether the request carries a note that it was good when it arrived."""
        return self._read(query, now).get("arrived") is True

    def _says(self, query: Form, sid: str, now: int, until_when: str) -> bool:
        claims = self._read(query, now)
        until = claims.get(until_when)
        return claims.get("sid") == sid and isinstance(until, int) and now < until

    def _noted(self, query: Form, claims: dict[str, object], now: int) -> str:
        note = {**claims, "req": request_digest(query), "exp": now + _ARRIVAL_SECONDS}
        marker = make_marker(self._key, "login", note)
        return f"{query.encoded(INTERACTION)}&{urlencode({INTERACTION: marker})}"

    def _read(self, query: Form, now: int) -> dict[str, object]:
        marker = query.values.get(INTERACTION)
        claims = read_marker(self._key, "login", marker, now) if marker else None
        return claims if claims is not None and claims.get("req") == request_digest(query) else {}


def request_digest(query: Form) -> str:
    """A hash of everything in a request but our own marker."""
    return hashlib.sha256(query.encoded(INTERACTION).encode()).hexdigest()
