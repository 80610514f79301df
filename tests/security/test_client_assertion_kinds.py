"""Which proof of a client counts: one at a time, by the way, the key and the algorithm it is registered for."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.clients import MACHINE, assertion_fields, jwk_set, signed, signed_by_secret
from sso_testkit.clients.names import ASSERTION_TYPE
from sso_testkit.refusals import error_of
from tests.support.machine_with_assertions import KEY, RSA, SECRET, ask, good, refused, sso

__all__ = ["sso"]


def test_a_key_is_found_without_its_name(sso: SingleSignOn) -> None:
    for key, algorithm in ((KEY, "ES256"), (RSA, "RS256"), (RSA, "PS256")):
        assert ask(sso, assertion_fields(signed(good(sso), key, algorithm, kid=None))).status_int == 200


def test_the_registered_algorithm_is_the_only_one(sso: SingleSignOn) -> None:
    choice = {"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "RS256"}
    sso.add_client("choosy", **MACHINE, **choice, jwks=jwk_set(KEY, RSA))
    assert ask(sso, assertion_fields(signed(good(sso, "choosy"), RSA, "RS256"))).status_int == 200
    for key, algorithm in ((KEY, "ES256"), (RSA, "PS256")):
        assert "allowed: RS256" in refused(ask(sso, assertion_fields(signed(good(sso, "choosy"), key, algorithm))))


def test_the_parameters_around_it(sso: SingleSignOn) -> None:
    token = signed(good(sso), KEY)
    assert ASSERTION_TYPE in refused(ask(sso, {"client_assertion": token}))
    assert ASSERTION_TYPE in refused(ask(sso, {"client_assertion": token, "client_assertion_type": "jwt-bearer"}))
    assert "missing" in refused(ask(sso, {"client_assertion_type": ASSERTION_TYPE}))
    assert "sub" in refused(ask(sso, {**assertion_fields(token), "client_id": "plain"}))
    assert "missing" in refused(ask(sso, {"client_id": "keyed"}))
    assert ask(sso, {**assertion_fields(token), "client_id": "keyed"}).status_int == 200, (
        "what was refused used nothing up"
    )


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def test_more_than_one_way_at_once(sso: SingleSignOn) -> None:
    fields = {"client_id": "keyed", "client_secret": SECRET}
    for token in (signed(good(sso), KEY), "garbage"):
        assert error_of(ask(sso, {**assertion_fields(token), **fields})) == "invalid_request"
        assert error_of(ask(sso, assertion_fields(token), Authorization=basic("keyed", SECRET))) == "invalid_request"
        assert (
            error_of(ask(sso, {**assertion_fields(token), **fields}, Authorization=basic("keyed", SECRET)))
            == "invalid_request"
        )


def test_a_client_keeps_to_the_kind_it_is_registered_for(sso: SingleSignOn) -> None:
    by_secret = signed_by_secret(good(sso, "kept"), SECRET)
    assert ask(sso, assertion_fields(by_secret)).status_int == 200
    for client_id in ("keyed", "kept"):
        assert "must not send a secret" in refused(ask(sso, {"client_id": client_id, "client_secret": SECRET}))
        assert "must not send a secret" in refused(ask(sso, {}, Authorization=basic(client_id, SECRET)))
        assert "missing" in refused(ask(sso, {"client_id": client_id}))
    assert "registered for" in refused(ask(sso, assertion_fields(signed_by_secret(good(sso, "plain"), SECRET))))
    assert "'ES256'" in refused(ask(sso, assertion_fields(signed(good(sso, "kept"), KEY))))
    assert "secret" in refused(ask(sso, assertion_fields(signed_by_secret(good(sso, "kept"), "y" * 40))))
    assert ask(sso, {"client_id": "plain", "client_secret": SECRET}).status_int == 200
    assert ask(sso, {}, Authorization=basic("plain", SECRET)).status_int == 200


def test_a_secret_that_cannot_be_read_any_more(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso()
    sso.add_client("kept", SECRET, **MACHINE, token_endpoint_auth_method="client_secret_jwt")
    with sso.portal.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE clients SET secret_encrypted = 'x' WHERE client_id = 'kept'")
        connection.exec_driver_sql("UPDATE versions SET number = number + 1")
    token = signed_by_secret(good(sso, "kept"), SECRET)
    sso.portal.client_cache.forget()
    assert "rotate-secret" in refused(ask(sso, assertion_fields(token)))


def test_no_text_tells_a_secret(sso: SingleSignOn, caplog: pytest.LogCaptureFixture) -> None:
    token = signed_by_secret(good(sso, "kept", aud="x"), SECRET)
    answer = ask(sso, assertion_fields(token))
    assert SECRET not in answer.text + caplog.text
    assert token not in answer.text + caplog.text
