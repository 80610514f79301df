"""Small deliberate breaks of ``sso_portal``, one function each; the tests that guard against them are named elsewhere.

Each takes pytest's ``monkeypatch`` and breaks one thing until the end of the test.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from sso_portal.base.hashing import derive_key
from sso_portal.base.ids import identifier
from sso_portal.protocol.consent_question import Question
from sso_portal.protocol.interaction import Standing, Step, Wish, next_step
from sso_portal.services.federation.fetch import Fetcher, Unfetchable
from sso_portal.services.tokens import Tokens
from sso_portal.web.oauth import authorize, login


def forgets_the_place_after_a_mistake(patch: pytest.MonkeyPatch) -> None:
    """The sign-in page that is shown again leads to the portal's own home page."""
    shown = login._page

    def page(request: Any, target: str, *place: str, problem: Any = None, **more: Any) -> Any:
        return shown(request, "/" if problem else target, *place, problem=problem, **more)

    patch.setattr(login, "_page", page)


def asks_who_is_signed_in_already(patch: pytest.MonkeyPatch) -> None:
    """The sign-in page is shown to everybody who opens it."""
    patch.setattr(login, "see_other", lambda request, target: login._page(request, target, "login"))


def answers_as_the_first_person(patch: pytest.MonkeyPatch) -> None:
    """A site that nobody has entered yet is given whoever signed in first in this browser."""

    def first(_request: Any, accounts: Sequence[Any], _current: Any, _call: Any, *, chosen: Any) -> Any:
        return min(accounts, key=lambda account: (account.user.username != "lin", account.session.created_at))

    patch.setattr(authorize, "choose_account", first)


def grants_what_was_declined(patch: pytest.MonkeyPatch) -> None:
    """*Allow* allows everything, whatever is ticked."""
    granted = Question.granted
    patch.setattr(Question, "granted", lambda self, ticked: granted(self, self.asked))


def remembers_no_consent(patch: pytest.MonkeyPatch) -> None:
    """What she has agreed to is forgotten at once."""
    patch.setattr("sso_portal.services.consents.Consents.remember", lambda *given, **named: None)


def takes_a_consent_form_once(patch: pytest.MonkeyPatch) -> None:
    """The second of two clicks is told that the page is too old."""
    sent: set[str] = set()
    is_own = authorize.is_own_form

    def is_new(request: Any, bound_to: str = "") -> bool:
        token = request.body_form.values.get("csrf_token", "")
        known = token in sent
        sent.add(token)
        return is_own(request, bound_to) and not known

    patch.setattr(authorize, "is_own_form", is_new)


def ends_no_idle_session(patch: pytest.MonkeyPatch) -> None:
    """Nobody ends the sessions whose time is over."""
    patch.setattr("sso_portal.services.sign_outs.SignOuts.end_expired", lambda self, grace_seconds: [])


def hears_of_no_use(patch: pytest.MonkeyPatch) -> None:
    """What sites tell of their use keeps no session awake."""
    patch.setattr("sso_portal.services.sessions.Sessions.note_use", lambda self, sid, client_id, used_at: None)


def shows_pages_to_silent_requests(patch: pytest.MonkeyPatch) -> None:
    """``prompt=none`` is passed over."""

    def asks(wish: Wish, standing: Standing) -> Step:
        return next_step(replace(wish, prompts=wish.prompts - {"none"}), standing)

    patch.setattr("sso_portal.protocol.authorization.next_step", asks)


def takes_every_answer_for_a_confirmation(patch: pytest.MonkeyPatch) -> None:
    """A site that fails when it is told of a sign-out counts as told."""
    post = Fetcher.post

    def carefree(self: Fetcher, url: str, form: Mapping[str, str], *, anywhere: bool = False) -> None:
        with suppress(Unfetchable):
            post(self, url, form, anywhere=anywhere)

    patch.setattr(Fetcher, "post", carefree)


def ends_no_sessions_of_others(patch: pytest.MonkeyPatch) -> None:
    """An administrator ends a person's sessions, and they go on."""
    patch.setattr("sso_portal.services.sign_outs.SignOuts.end_all_of", lambda self, user, because, but=None: [])


def draws_keys_at_each_start(patch: pytest.MonkeyPatch) -> None:
    """The key of its hashes is another one after a restart."""

    def drawn(secret: str, purpose: str) -> bytes:
        return os.urandom(32) if purpose == "tokens" else derive_key(secret, purpose)

    patch.setattr("sso_portal.wiring.parts.derive_key", drawn)


def takes_a_code_twice(patch: pytest.MonkeyPatch) -> None:
    """A code is never used up."""
    find = Tokens.find_code_and_person

    def found(self: Tokens, code: str) -> Any:
        known = find(self, code)
        return known and (replace(known[0], consumed_at=None, family_id=identifier()), known[1])

    patch.setattr(Tokens, "find_code_and_person", found)
    patch.setattr(Tokens, "consume_code", lambda self, code: True)


def revokes_no_tokens(patch: pytest.MonkeyPatch) -> None:
    """What is revoked stays good."""
    patch.setattr(Tokens, "revoke_family", lambda self, family_id, because: None)


def sends_people_anywhere(patch: pytest.MonkeyPatch) -> None:
    """Every redirect URI counts as registered."""
    patch.setattr("sso_portal.services.clients.Client.allows_redirect_uri", lambda self, uri: True)
