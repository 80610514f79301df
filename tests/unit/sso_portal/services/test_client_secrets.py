"""Which secrets are kept readable, which only by hash, and which not at all."""

from __future__ import annotations

from typing import Any

import pytest

from sso_portal.base.errors import Refused
from sso_portal.base.hashing import derive_key
from sso_portal.base.jose import decrypt
from sso_portal.wiring import Portal
from sso_testkit.clients import jwk_set, key_for

SITE: dict[str, Any] = {"client_name": "Site", "redirect_uris": ["https://site.example.test/cb"]}
KEPT = {**SITE, "token_endpoint_auth_method": "client_secret_jwt"}
KEYED = {**SITE, "token_endpoint_auth_method": "private_key_jwt", "jwks": jwk_set(key_for("ES256", "one"))}


def stored(portal: Portal, column: str, client_id: str = "site") -> Any:
    with portal.database.engine.connect() as connection:
        statement = f"SELECT {column} FROM clients WHERE client_id = '{client_id}'"
        return connection.exec_driver_sql(statement).scalar_one()


@pytest.mark.parametrize("given", ["", "a chosen secret of more than 32 bytes", "密" * 11])
def test_a_kept_secret_is_encrypted_with_a_key_of_its_own(portal: Portal, given: str) -> None:
    with portal.transaction() as unit:
        client, secret = unit.clients.add(KEPT, client_id="site", secret=given)
        assert secret is not None
        assert unit.clients.kept_secret(client) == secret == (given or secret)
        assert unit.clients.secret_matches(client, secret)
        assert secret not in repr(client)
        assert str(client.secret_encrypted) not in repr(client)
    sealed = stored(portal, "secret_encrypted")
    assert secret not in sealed
    assert decrypt(sealed, derive_key("s" * 32, "client secrets at rest")) == secret
    assert decrypt(sealed, derive_key("s" * 32, "keys at rest")) is None


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_other_secrets_are_not_kept(portal: Portal, method: str) -> None:
    with portal.transaction() as unit:
        client, secret = unit.clients.add({**SITE, "token_endpoint_auth_method": method}, client_id="site")
        assert secret
        assert unit.clients.kept_secret(client) is None
        unit.clients.rotate_secret("site")
    assert stored(portal, "secret_encrypted") is None


def test_a_client_with_a_key_of_its_own_has_no_secret(portal: Portal) -> None:
    with portal.transaction() as unit:
        client, secret = unit.clients.add(KEYED, client_id="site", secret="given all the same" * 3)
        assert secret is None
        assert not unit.clients.secret_matches(client, "given all the same" * 3)
        assert unit.clients.kept_secret(client) is None
    assert stored(portal, "secret_hash") is stored(portal, "secret_encrypted") is None


@pytest.mark.parametrize("short", ["x" * 31, "密" * 10])
def test_a_secret_that_is_a_key_is_long_enough_for_one(portal: Portal, short: str) -> None:
    with portal.transaction() as unit:
        with pytest.raises(Refused, match="32 bytes"):
            unit.clients.add(KEPT, client_id="site", secret=short)
        unit.clients.add(KEPT, client_id="site")
        with pytest.raises(Refused, match="32 bytes"):
            unit.clients.rotate_secret("site", short)


def test_a_rotated_secret_is_kept_in_place_of_the_old_one(portal: Portal) -> None:
    with portal.transaction() as unit:
        unit.clients.add(KEPT, client_id="site")
        new = unit.clients.rotate_secret("site")
        assert unit.clients.kept_secret(unit.clients.stored("site")) == new


@pytest.mark.parametrize("before", [SITE, KEYED, {**SITE, "token_endpoint_auth_method": "none"}])
def test_keeping_begins_with_a_new_secret(portal: Portal, before: dict[str, Any]) -> None:
    with portal.transaction() as unit:
        unit.clients.add(before, client_id="site")
        for change in (lambda: None, lambda: unit.clients.rotate_secret("site")):
            change()
            with pytest.raises(Refused, match="rotate-secret --auth-method client_secret_jwt"):
                unit.clients.edit("site", {"token_endpoint_auth_method": "client_secret_jwt"})
        new = unit.clients.rotate_secret("site", method="client_secret_jwt")
        client = unit.clients.stored("site")
        assert client.metadata["token_endpoint_auth_method"] == "client_secret_jwt"
        assert unit.clients.kept_secret(client) == new
        assert unit.clients.edit("site", {"client_name": "Another"}).secret_encrypted == client.secret_encrypted


def test_keeping_ends_with_the_method(portal: Portal) -> None:
    with portal.transaction() as unit:
        _, secret = unit.clients.add(KEPT, client_id="site")
        client = unit.clients.edit("site", {"token_endpoint_auth_method": "client_secret_basic"})
        assert unit.clients.kept_secret(client) is None
        assert unit.clients.secret_matches(client, str(secret))
    assert stored(portal, "secret_encrypted") is None


@pytest.mark.parametrize("method", ["none", "private_key_jwt"])
def test_a_client_that_needs_no_secret_any_more_loses_it(portal: Portal, method: str) -> None:
    with portal.transaction() as unit:
        unit.clients.add(KEPT, client_id="site")
        unit.clients.edit("site", {"token_endpoint_auth_method": method, "jwks": KEYED["jwks"]})
        with pytest.raises(Refused, match="rotate-secret"):
            unit.clients.edit("site", {"token_endpoint_auth_method": "client_secret_basic"})
        with pytest.raises(Refused, match="no secret"):
            unit.clients.rotate_secret("site", method=method)
    assert stored(portal, "secret_hash") is stored(portal, "secret_encrypted") is None


def test_a_secret_that_was_encrypted_otherwise_is_not_readable(portal: Portal, make_portal: Any) -> None:
    with portal.transaction() as unit:
        unit.clients.add(KEPT, client_id="site")
    with make_portal(security__secret="t" * 32).transaction() as unit:
        assert unit.clients.kept_secret(unit.clients.stored("site")) is None
