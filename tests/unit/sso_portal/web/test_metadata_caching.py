"""Metadata and keys may be kept for a while, are asked for again cheaply, and are never kept for too long."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import webtest

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


@pytest.mark.parametrize(("ahead", "kept"), [("86400", 300), ("600", 300), ("100", 50), ("1", 0)])
def test_nobody_keeps_the_keys_until_a_new_one_signs(
    make_sso: Callable[..., SingleSignOn], ahead: str, kept: int
) -> None:
    http = webtest.TestApp(make_sso({"sso.keys.publish_ahead_seconds": ahead}).world)
    for path in DOCUMENTS:
        assert http.get(PORTAL + path).headers["Cache-Control"] == f"public, max-age={kept}"
