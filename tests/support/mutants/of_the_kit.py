"""Small deliberate breaks of ``sso_client``, one function each; the tests that guard against them are named elsewhere.

Each takes pytest's ``monkeypatch`` and breaks one thing until the end of the test.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pytest
from joserfc import jws

from sso_client.access_tokens import AccessTokens
from sso_client.attempt import Attempt, AttemptCookies
from sso_client.endings import Endings
from sso_client.errors import CodeRefused, PortalUnavailable, TokenRefused
from sso_client.json_answer import read_object
from sso_client.pyramid.answers import failed, kit_page
from sso_client.signed_token import SignedToken
from sso_client.site_sessions import SiteSessions
from sso_client.token_session import TokenSession

_YEAR = 366 * 86_400


def forgets_the_page(patch: pytest.MonkeyPatch) -> None:
    """Whoever has signed in comes to the home page, whatever she has asked for."""
    patch.setattr("sso_client.pyramid.option.local_path", lambda path, default: "/")


def keeps_one_attempt_only(patch: pytest.MonkeyPatch) -> None:
    """All attempts share one cookie: a second tab overwrites what the first one needs."""
    patch.setattr(AttemptCookies, "name", lambda self, state: f"{self._prefix}{'x' * 22}")


def finishes_attempts_of_other_browsers(patch: pytest.MonkeyPatch) -> None:
    """An attempt is known by its state alone: nobody looks whether this browser has begun it."""
    begun: dict[str, Attempt] = {}

    def seal(self: AttemptCookies, attempt: Attempt) -> str:
        begun[attempt.state] = attempt
        return sealed(self, attempt)

    sealed = AttemptCookies.seal
    patch.setattr(AttemptCookies, "seal", seal)
    patch.setattr(AttemptCookies, "find", lambda self, cookies, state: begun.get(state))


def knows_no_callback_again(patch: pytest.MonkeyPatch) -> None:
    """A callback that has done its work is a foreign one when it is opened again."""
    patch.setattr("sso_client.spent_attempts.SpentAttempts.page_of", lambda self, state, session_hash: None)


def keeps_no_forms(patch: pytest.MonkeyPatch) -> None:
    """What was typed is lost when the session has ended meanwhile."""
    # By its name: the package has a function that is called as the module is.
    patch.setattr(import_module("sso_client.pyramid.parked"), "_park", lambda request: None)


def takes_a_no_for_a_fault(patch: pytest.MonkeyPatch) -> None:
    """Whoever declines is shown that something has failed."""
    patch.setattr("sso_client.pyramid.views.failed", lambda request, problem: kit_page(request, "unknown"))


def speaks_english_only(patch: pytest.MonkeyPatch) -> None:
    """The kit's pages are in English, whatever the browser asks for."""
    patch.setattr("sso_client.pyramid.answers.language_of", lambda request: "en")


def ends_no_session_in_time(patch: pytest.MonkeyPatch) -> None:
    """``sso.session_seconds`` is not kept to."""
    begin = SiteSessions.__init__
    patch.setattr(SiteSessions, "__init__", lambda self, store, clock, lifetime: begin(self, store, clock, _YEAR))


def keeps_its_cookie_for_a_year(patch: pytest.MonkeyPatch) -> None:
    """The site's cookie outlives the browser."""
    from sso_client.pyramid.answers import set_cookie

    def for_long(request: Any, response: Any, name: str, value: str, max_age: int | None = None) -> None:
        set_cookie(request, response, name, value, _YEAR)

    patch.setattr("sso_client.pyramid.views.set_cookie", for_long)


def forgets_what_a_page_demands(patch: pytest.MonkeyPatch) -> None:
    """Any sign-in is good enough for any page."""
    patch.setattr("sso_client.pyramid.option.is_good_enough", lambda request: request.sso.session is not None)


def signs_out_here_only(patch: pytest.MonkeyPatch) -> None:
    """The portal is not told of a sign-out at the site."""
    patch.setattr("sso_client.sign_out.SignOut.address_at_portal", lambda self, id_token, root: None)


def obeys_no_logout_token(patch: pytest.MonkeyPatch) -> None:
    """A good logout token is confirmed and ends nothing."""
    patch.setattr("sso_client.logout_token.LogoutTokens.obey", lambda self, logout_token: 0)


def obeys_no_frame(patch: pytest.MonkeyPatch) -> None:
    """A frame of the portal ends what the cookie says, which does not come with it, and nothing else."""
    patch.setattr("sso_client.sign_out_elsewhere.SignOutElsewhere.by_front_channel", lambda self, query: "a session")


def refuses_to_end_what_is_over(patch: pytest.MonkeyPatch) -> None:
    """A logout token about a session that has ended already is refused, so that the portal repeats it for ever."""
    from sso_client.errors import LogoutRefused

    def at_portal(self: Endings, sid: str, subject: str = "") -> int:
        ended = counted(self, sid, subject)
        if not ended:
            raise LogoutRefused("sid", "no such session")
        return ended

    counted = Endings.at_portal
    patch.setattr(Endings, "at_portal", at_portal)


def blames_the_person(patch: pytest.MonkeyPatch) -> None:
    """A portal that does not answer is shown as a sign-in that was refused."""
    for place in ("views", "departures"):
        patch.setattr(f"sso_client.pyramid.{place}.unavailable", _refused)


def _refused(request: Any, problem: PortalUnavailable) -> Any:
    return failed(request, CodeRefused(str(problem)))


def takes_a_broken_portal_for_a_refusal(patch: pytest.MonkeyPatch) -> None:
    """Whatever the token endpoint answers but tokens counts as *this code is no good*."""

    def fetch(self: TokenSession, endpoint: str, **parameters: Any) -> dict[str, Any]:
        try:
            return fetched(self, endpoint, **parameters)
        except PortalUnavailable as problem:
            raise TokenRefused("invalid_grant") from problem

    fetched = TokenSession.fetch
    patch.setattr(TokenSession, "fetch", fetch)


def compares_no_nonce(patch: pytest.MonkeyPatch) -> None:
    """An id_token of another attempt is as good as this one's."""
    patch.setattr("sso_client.id_token._same", lambda given, expected: True)


def compares_no_issuer(patch: pytest.MonkeyPatch) -> None:
    """An id_token of any portal will do."""
    patch.setattr("sso_client.id_token.check_issuer", _passes)


def compares_no_audience(patch: pytest.MonkeyPatch) -> None:
    """An id_token for any site will do."""
    patch.setattr("sso_client.id_token.check_audience", _passes)


def looks_at_no_time(patch: pytest.MonkeyPatch) -> None:
    """An id_token is good for ever, and before it was made."""
    patch.setattr("sso_client.id_token.check_times", _passes)


def forgives_no_second(patch: pytest.MonkeyPatch) -> None:
    """Clocks that differ by a moment differ too much."""
    patch.setattr("sso_client.signed_token.check_times.__defaults__", (0,))


def takes_a_token_without_a_subject(patch: pytest.MonkeyPatch) -> None:
    """An id_token that does not say who she is signs her in as nobody in particular."""
    from sso_client.id_token import IdTokenChecks

    def checked(self: IdTokenChecks, id_token: str, expected: Any) -> dict[str, Any]:
        return {"sub": "somebody", **read_object(jws.extract_compact(id_token.encode()).payload)}

    patch.setattr(IdTokenChecks, "_checked", checked)


def verifies_no_signature(patch: pytest.MonkeyPatch) -> None:
    """What a token says is believed, whoever has signed it."""

    def unverified(token: str, keys: Any) -> SignedToken:
        opened = jws.extract_compact(token.encode())
        header: Mapping[str, Any] = opened.headers()
        return SignedToken(read_object(opened.payload), str(header["alg"]), str(header.get("typ", "")))

    patch.setattr("sso_client.id_token.open_signed", unverified)


def asks_for_keys_once(patch: pytest.MonkeyPatch) -> None:
    """The keys that the site has once fetched are all that it will ever know."""
    patch.setattr("sso_client.documents.Documents.claim_turn", lambda self, name, seconds: False)


def keeps_no_documents(patch: pytest.MonkeyPatch) -> None:
    """Keys and metadata are fetched anew whenever they are needed."""
    patch.setattr("sso_client.documents.Documents.get", lambda self, name: None)


def gives_up_when_a_refresh_is_refused(patch: pytest.MonkeyPatch) -> None:
    """A refresh token that is no longer good is taken for a portal that is away."""

    def refresh(self: AccessTokens, id_hash: str, row: Any, owner: str) -> Any:
        raise PortalUnavailable("the portal does not want this refresh token")

    patch.setattr(AccessTokens, "_refresh", refresh)


def _passes(*_given: Any) -> None:
    """Everything is good."""
