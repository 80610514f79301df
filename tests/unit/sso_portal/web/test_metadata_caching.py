"""Metadata and keys may be kept for a while, are asked for again cheaply, and are never kept for too long."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import webtest

from sso_portal.web.oauth import metadata
from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL

DOCUMENTS = (
    "/o/jwks/",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource",
)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_what_has_not_changed_is_answered_without_a_body(sso: SingleSignOn, path: str) -> None:
    http = webtest.TestApp(sso.world)
    first = http.get(PORTAL + path)
    assert first.headers["Content-Type"] == "application/json"
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    for asked in (tag, f'"other", {tag}', f"W/{tag}"):
        again = http.get(PORTAL + path, headers={"If-None-Match": asked}, status=304)
        assert again.body == b""
        for name in ("ETag", "Cache-Control", "Access-Control-Allow-Origin", "Cross-Origin-Resource-Policy"):
            assert again.headers[name] == first.headers[name]
    for asked in ('"other"', "", "'", '"' * 9, "é", "x" * 5000):
        assert http.get(PORTAL + path, headers={"If-None-Match": asked}, status=200).body == first.body
    assert http.head(PORTAL + path).headers["ETag"] == tag


def test_the_tag_of_the_keys_changes_with_them(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.world)
    first = http.get(f"{PORTAL}/o/jwks/")
    with sso.portal.transaction() as unit:
        unit.keys.rotate(ahead=True)
    changed = http.get(f"{PORTAL}/o/jwks/", headers={"If-None-Match": first.headers["ETag"]}, status=200)
    assert changed.headers["ETag"] != first.headers["ETag"]
    assert len(changed.json["keys"]) == 2 * len(first.json["keys"])


def test_the_documents_are_made_again_when_an_api_is_registered(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.world)
    for path in DOCUMENTS[1:3]:
        first = http.get(PORTAL + path)
        assert "https://api.example.test/one" not in first.json.get("protected_resources", [])
        assert http.get(PORTAL + path).body == first.body
    with sso.portal.transaction() as unit:
        unit.clients.add(
            {
                "client_name": "API",
                "grant_types": [],
                "response_types": [],
                "resource_server": True,
                "resource_uris": ["https://api.example.test/one"],
            }
        )
    for path in DOCUMENTS[1:3]:
        changed = http.get(PORTAL + path)
        assert "https://api.example.test/one" in changed.json["protected_resources"]
        assert changed.headers["Content-Length"] == str(len(changed.body))
        assert http.get(PORTAL + path, headers={"If-None-Match": changed.headers["ETag"]}).status_int == 304


def test_a_document_is_made_once(sso: SingleSignOn, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(metadata, "s256", lambda text: made.append(text) or "tag")
    http = webtest.TestApp(sso.world)
    for path in DOCUMENTS * 3:
        assert http.get(PORTAL + path).headers["ETag"] == '"tag"'
    assert len(made) == len(DOCUMENTS)


@pytest.mark.parametrize(("ahead", "kept"), [("86400", 300), ("600", 300), ("100", 50), ("1", 0)])
def test_nobody_keeps_the_keys_until_a_new_one_signs(
    make_sso: Callable[..., SingleSignOn], ahead: str, kept: int
) -> None:
    http = webtest.TestApp(make_sso({"sso.keys.publish_ahead_seconds": ahead}).world)
    for path in DOCUMENTS:
        assert http.get(PORTAL + path).headers["Cache-Control"] == f"public, max-age={kept}"
