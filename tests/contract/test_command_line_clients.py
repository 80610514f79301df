"""``sso-portal client``: clients are added, changed, and applied from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import Run, answer, ready, refused, upgraded

__all__ = ["ready", "upgraded"]


def test_clients(ready: Run) -> None:
    uris = ("--redirect-uri", "https://shop.example.test/cb", "--redirect-uri", "https://shop.example.test/cb2")
    add = ("client", "add", "--name", "Shop", "--client-id", "shop", *uris, "--consent", "silent", "--json")
    added = answer(ready(*add, "--scope", "openid email", "--set", "first_party=true"))
    assert added["redirect_uris"] == ["https://shop.example.test/cb", "https://shop.example.test/cb2"]
    assert added["scope"] == "openid email"
    assert len(added["client_secret"]) >= 40
    assert added["client_secret"] not in ready("client", "show", "shop").stdout
    assert "already" in refused(ready(*add))
    edited = answer(
        ready("client", "edit", "shop", "--set", "consent=explicit", "--set", "client_name#zh-CN=商城", "--json")
    )
    assert edited["consent"] == "explicit"
    rotated = answer(ready("client", "rotate-secret", "shop", "--json"))
    assert rotated["client_secret"] != added["client_secret"]
    chosen = ready("client", "rotate-secret", "shop", "--secret-stdin", stdin="chosen by me\n")
    assert "chosen by me" not in chosen.stdout
    public = answer(
        ready("client", "add", "--name", "App", "--public", "--redirect-uri", "http://127.0.0.1/", "--json")
    )
    assert "client_secret" not in public
    assert public["has_secret"] is False
    assert len(answer(ready("client", "list", "--json"))) == 2
    assert ready("client", "remove", "shop").returncode == 0
    assert "no client" in refused(ready("client", "remove", "shop"))


def test_a_device_needs_no_address_to_return_to(ready: Run) -> None:
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    add = ("client", "add", "--name", "TV", "--public", "--grant-type", grant, "--json")
    added = answer(ready(*add))
    assert (added["grant_types"], added["response_types"], added["redirect_uris"]) == ([grant], [], [])
    assert "authorization_code" in refused(ready(*add, "--response-type", "code"))


@pytest.mark.parametrize(
    ("option", "word"),
    [
        (("--redirect-uri", "https://x.test/#f"), "fragment"),
        (("--redirect-uri", "x.test"), "absolute"),
        (("--redirect-uri", "https://u@x.test/"), "user name"),
        (("--redirect-uri", "javascript:alert(1)"), "scheme"),
        ((), "redirect_uris"),
        (("--redirect-uri", "https://x.test/", "--grant-type", "begging"), "grant_types"),
        (("--redirect-uri", "https://x.test/", "--set", "consent=maybe"), "consent"),
        (("--redirect-uri", "https://x.test/", "--set", "nonsense=1"), "nonsense"),
        (("--redirect-uri", "https://x.test/", "--set", "first_party=perhaps"), "first_party"),
        (("--redirect-uri", "https://x.test/", "--public", "--set", "require_pkce=false"), "PKCE"),
        (("--redirect-uri", "https://x.test/", "--scope", 'a"b'), "scope"),
        (("--redirect-uri", "https://x.test/", "--client-id", "a b"), "client_id"),
    ],
)
def test_a_client_that_cannot_be(ready: Run, option: tuple[str, ...], word: str) -> None:
    assert word in refused(ready("client", "add", "--name", "X", *option))
    assert answer(ready("client", "list", "--json")) == []


def test_applying_a_file_is_idempotent_and_all_or_none(ready: Run, tmp_path: Path) -> None:
    file = tmp_path / "clients.toml"
    file.write_text(
        '[[client]]\nclient_id = "a"\nclient_name = "A"\nredirect_uris = ["https://a.test/cb"]\n'
        '[[client]]\nclient_id = "b"\nclient_name = "B"\nredirect_uris = ["https://b.test/cb"]\nconsent = "silent"\n'
    )
    first = answer(ready("client", "apply", str(file), "--json"))
    assert [row["result"] for row in first] == ["added", "added"]
    assert all(row["client_secret"] for row in first)
    again = answer(ready("client", "apply", str(file), "--json"))
    assert again == [{"client_id": "a", "result": "unchanged"}, {"client_id": "b", "result": "unchanged"}]
    file.write_text(file.read_text().replace('"A"', '"New A"').replace('"silent"', '"sometimes"'))
    assert "Nothing was changed" in refused(ready("client", "apply", str(file)))
    assert answer(ready("client", "show", "a", "--json"))["client_name"] == "A"
    file.write_text(file.read_text().replace('"sometimes"', '"once"'))
    changed = answer(ready("client", "apply", str(file), "--json"))
    assert [row["result"] for row in changed] == ["changed", "changed"]
