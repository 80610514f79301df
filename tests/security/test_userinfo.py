"""Userinfo opens for a good access token, sent the right way, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sso_testkit.browser import Browser
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        ({}, 401, None),
        ({"headers": {"Authorization": "Bearer nonsense"}}, 401, "invalid_token"),
        ({"headers": {"Authorization": "Bearer"}}, 401, "invalid_token"),
        ({"headers": {"Authorization": "Bearer a b"}}, 401, "invalid_token"),
        ({"headers": {"Authorization": "Basic eDp4"}}, 401, "invalid_token"),
    ],
)
def test_userinfo_without_a_good_token(
    shared_rp: RelyingParty, arguments: dict[str, Any], status: int, code: str | None
) -> None:
    answer = shared_rp.http().get(f"{PORTAL}/o/userinfo/", status="*", **arguments)
    assert answer.status_int == status
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    assert (f'error="{code}"' in challenge) if code else ("error=" not in challenge)


def test_userinfo_takes_the_token_in_a_form_but_not_in_the_address(rp: RelyingParty, browser: Browser) -> None:
    token = rp.redeem(rp.code(browser)).json["access_token"]
    url = f"{PORTAL}/o/userinfo/"
    assert rp.http().post(url, {"access_token": token}).json["preferred_username"] == "zp"
    assert error_of(rp.http().get(f"{url}?access_token={token}", status="*")) == "invalid_request"
    headers = {"Authorization": f"Bearer {token}"}
    assert error_of(rp.http().post(url, {"access_token": token}, headers=headers, status="*")) == "invalid_request"


def test_userinfo_needs_the_scope_openid(register: Callable[..., RelyingParty], browser: Browser) -> None:
    plain = register("plain", scope="all")
    tokens = plain.redeem(plain.code(browser, scope="all")).json
    assert "id_token" not in tokens
    answer = plain.userinfo(tokens["access_token"])
    assert error_of(answer, 403) == "insufficient_scope"
    assert 'scope="openid"' in answer.headers["WWW-Authenticate"]


def test_an_id_token_is_no_access_token(rp: RelyingParty, browser: Browser) -> None:
    assert rp.userinfo(rp.redeem(rp.code(browser)).json["id_token"]).status_int == 401
