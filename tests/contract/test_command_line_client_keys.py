"""``sso-portal client`` for clients that prove themselves by a JWT."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sso_testkit.clients import jwk_set, key_for
from tests.contract.test_command_line import Run, answer, ready, refused, upgraded

__all__ = ["ready", "upgraded"]

KEYS = jwk_set(key_for("ES256", "one"))
ADD = (
    "client",
    "add",
    "--name",
    "Shop",
    "--client-id",
    "shop",
    "--redirect-uri",
    "https://shop.example.test/cb",
    "--json",
)
KEYED = (*ADD, "--auth-method", "private_key_jwt")
KEPT = (*ADD, "--auth-method", "client_secret_jwt")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a JWK Set."""
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(KEYS))
    return file


def stored(tmp_path: Path) -> tuple[str | None, str | None]:
    """Hash and encrypted copy of the client's secret."""
    with sqlite3.connect(tmp_path / "portal.sqlite3") as connection:
        found = connection.execute("SELECT secret_hash, secret_encrypted FROM clients").fetchone()
    connection.close()
    return found  # type: ignore[no-any-return]


def test_a_client_with_keys_of_its_own(ready: Run, file: Path, tmp_path: Path) -> None:
    added: Any = answer(ready(*KEYED, "--jwks-file", str(file)))
    assert added["jwks"] == KEYS
    assert added["token_endpoint_auth_method"] == "private_key_jwt"
    assert added["has_secret"] is False
    assert "client_secret" not in added
    assert stored(tmp_path) == (None, None)
    assert "one" in ready("client", "show", "shop").stdout


def test_keys_are_needed_and_have_to_be_public_keys(ready: Run, file: Path) -> None:
    assert "public keys" in refused(ready(*KEYED))
    for content, word in (
        (json.dumps({"keys": [key_for("ES256", "one").as_dict(private=True)]}), "secret"),
        ("{}", "public keys"),
        ("[]", "JSON object"),
        ("{", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
    ):
        file.write_text(content)
        assert word in refused(ready(*KEYED, "--jwks-file", str(file)))
    file.write_bytes(b"\xff\xfe")
    assert "cannot be read" in refused(ready(*KEYED, "--jwks-file", str(file)))
    assert ready(*KEYED, "--jwks-file", str(file.with_name("missing"))).returncode == 2
    assert answer(ready("client", "list", "--json")) == []


def test_a_secret_that_is_kept_is_shown_once_and_its_copy_never(ready: Run, tmp_path: Path) -> None:
    added: Any = answer(ready(*KEPT))
    _, sealed = stored(tmp_path)
    assert sealed is not None
    assert added["client_secret"] not in sealed
    for command in (
        ("show", "shop"),
        ("show", "shop", "--json"),
        ("list", "--json"),
        ("edit", "shop", "--set", "scope=openid"),
    ):
        said = ready("client", *command).stdout
        assert "shop" in said
        for text in (added["client_secret"], sealed, "secret_encrypted"):
            assert text not in said
    assert stored(tmp_path)[1] == sealed


def test_a_given_secret_is_long_enough_to_be_a_key(ready: Run) -> None:
    assert "32 bytes" in refused(ready(*KEPT, "--secret-stdin", stdin="too short\n"))
    added: Any = answer(ready(*KEPT, "--secret-stdin", stdin=f"{'x' * 32}\n"))
    assert "client_secret" not in added
    assert "32 bytes" in refused(ready("client", "rotate-secret", "shop", "--secret-stdin", stdin="too short\n"))


def test_from_one_way_to_another(ready: Run, tmp_path: Path) -> None:
    answer(ready(*ADD))
    to_kept = ("client", "edit", "shop", "--set", "token_endpoint_auth_method=client_secret_jwt")
    assert "rotate-secret --auth-method client_secret_jwt" in refused(ready(*to_kept))
    rotate = ("client", "rotate-secret", "shop", "--json", "--auth-method")
    rotated: Any = answer(ready(*rotate, "client_secret_jwt"))
    assert len(rotated["client_secret"]) >= 40
    assert stored(tmp_path)[1] is not None
    back: Any = answer(
        ready("client", "edit", "shop", "--set", "token_endpoint_auth_method=client_secret_post", "--json")
    )
    assert back["has_secret"] is True
    assert stored(tmp_path)[1] is None
    for method in ("none", "private_key_jwt", "carrier pigeon"):
        assert ready(*rotate, method).returncode == 2
