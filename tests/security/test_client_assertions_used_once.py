"""A client's JWT is good for one request, and for one only."""

from __future__ import annotations

from collections.abc import Callable

from sso_testkit import SingleSignOn
from sso_testkit.clients import MACHINE, assertion_fields, jwk_set, signed, signed_by_secret
from sso_testkit.refusals import error_of
from sso_testkit.together import together
from tests.support.machine_with_assertions import KEY, SECRET, ask, good, refused, sso

__all__ = ["sso"]


def test_an_assertion_is_good_for_one_request(sso: SingleSignOn) -> None:
    token = signed(good(sso, jti="once"), KEY)
    assert ask(sso, assertion_fields(token)).status_int == 200
    assert "jti was used" in refused(ask(sso, assertion_fields(token)))
    again = signed(good(sso, jti="once", exp=sso.clock.now() + 120), KEY)
    assert "jti was used" in refused(ask(sso, assertion_fields(again)))
    other = signed_by_secret(good(sso, "kept", jti="once"), SECRET)
    assert ask(sso, assertion_fields(other)).status_int == 200, "another client may draw the same jti"


def test_a_request_that_fails_later_has_used_its_assertion(sso: SingleSignOn) -> None:
    token = signed(good(sso), KEY)
    assert error_of(ask(sso, {**assertion_fields(token), "scope": "nonsense"})) == "invalid_scope"
    assert "jti was used" in refused(ask(sso, assertion_fields(token)))


def test_an_assertion_that_is_refused_is_not_used(sso: SingleSignOn) -> None:
    early = signed(good(sso, nbf=sso.clock.now() + 100, exp=sso.clock.now() + 300, jti="early"), KEY)
    assert "nbf" in refused(ask(sso, assertion_fields(early)))
    sso.clock.advance(50)
    assert ask(sso, assertion_fields(early)).status_int == 200


def test_of_fifty_threads_with_one_assertion_one_gets_a_token(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.storage.pool_size": "30"})
    sso.add_client("keyed", **MACHINE, token_endpoint_auth_method="private_key_jwt", jwks=jwk_set(KEY))
    for _ in range(3):
        fields = assertion_fields(signed(good(sso), KEY))
        answers = together(50, lambda _number, fields=fields: ask(sso, fields))  # type: ignore[misc]
        assert sorted(answer.status_int for answer in answers) == [200] + [401] * 49
        assert {answer.json["error"] for answer in answers if answer.status_int == 401} == {"invalid_client"}


def test_the_note_of_a_used_assertion_holds_up_nothing_that_comes_after(sso: SingleSignOn) -> None:
    """A password is checked with short transactions of its own; they would wait for one that has written already."""
    machine = {**MACHINE, "grant_types": ["password"], "scope": "openid"}
    sso.add_client("phone", **machine, token_endpoint_auth_method="private_key_jwt", jwks=jwk_set(KEY))
    for password, status in (("wrong", 400), ("penadmin", 200)):
        fields = {"grant_type": "password", "username": "zp", "password": password}
        assert ask(sso, {**fields, **assertion_fields(signed(good(sso, "phone"), KEY))}).status_int == status
