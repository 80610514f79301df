"""Somebody signs out in the moment in which a site is answered: what has begun does not end in tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sso_portal.services.sessions import Session, Sessions
from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients.names import RESPONSE_TYPES
from sso_testkit.relying_party import RelyingParty

GRANTS = ["authorization_code", "refresh_token", "implicit"]


@pytest.fixture
def every(register: Callable[..., RelyingParty]) -> RelyingParty:
    """A site that is registered for every response type."""
    return register("every", grant_types=GRANTS, response_types=list(RESPONSE_TYPES))


@pytest.mark.parametrize("response_type", ["code", "id_token", "token", "code id_token token"])
def test_who_signs_out_while_the_answer_is_made_gets_none(
    every: RelyingParty,
    browser: Browser,
    sso: SingleSignOn,
    monkeypatch: pytest.MonkeyPatch,
    response_type: str,
) -> None:
    join = Sessions.join

    def late(sessions: Sessions, session: Session, *rest: Any, **more: Any) -> bool:
        with sso.portal.transaction() as unit:
            unit.sign_outs.end(session.sid, "signed_out")
        return join(sessions, session, *rest, **more)

    monkeypatch.setattr(Sessions, "join", late)
    browser.open(every.url(response_type=response_type))
    answer = every.answer(browser)
    assert answer["error"] == "login_required"
    assert not {"access_token", "id_token", "code"} & set(answer)
