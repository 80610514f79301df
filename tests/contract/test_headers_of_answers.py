"""Headers that the specifications name: nothing that holds a token is stored, and refusals say how to ask."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import Device
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

DOCUMENTS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/o/jwks/")


def is_kept_by_nobody(answer: webtest.TestResponse) -> bool:
    return (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")


def test_no_answer_with_a_token_or_a_person_in_it_is_stored(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser
) -> None:
    answer = rp.redeem(rp.code(browser))
    token = answer.json["access_token"]
    answers = [
        answer,
        rp.refresh(answer.json["refresh_token"]),
        rp.redeem("used up"),
        rp.redeem("x", client_secret="wrong"),
        rp.userinfo(token),
        rp.userinfo("nonsense"),
        rp.introspect(token),
        rp.revoke(token),
        Device(sso).ask(),
    ]
    assert [answer.status_int for answer in answers] == [200, 200, 400, 401, 200, 401, 200, 200, 200]
    assert all(map(is_kept_by_nobody, answers))
    assert all(answer.content_type == "application/json" for answer in answers)


@pytest.mark.parametrize("path", ["token", "introspect", "revoke", "device_authorization"])
def test_an_unknown_client_is_challenged_in_the_scheme_it_may_use(rp: RelyingParty, path: str) -> None:
    answer = rp.call(path, client_secret="wrong", token="x", grant_type="client_credentials")
    assert (answer.status_int, answer.json["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="sso-portal", charset="UTF-8"'
    refused = rp.call(path, grant_type="begging")
    assert refused.status_int == 400
    assert "WWW-Authenticate" not in refused.headers


def challenge_of(answer: webtest.TestResponse) -> tuple[int, str]:
    """The status and the challenge for bearer tokens, less the address of the resource's description."""
    bearer = answer.headers["WWW-Authenticate"].partition(", DPoP ")[0]
    return answer.status_int, re.sub(r', resource_metadata="[^"]+"', "", bearer)


def test_userinfo_says_what_is_wrong_with_the_token(
    rp: RelyingParty, register: Callable[..., RelyingParty], browser: Browser
) -> None:
    http, url, realm = rp.http(), f"{PORTAL}/o/userinfo/", 'Bearer realm="sso-portal"'
    token = rp.redeem(rp.code(browser)).json["access_token"]
    plain = register("plain", scope="all")
    narrow = plain.redeem(plain.code(browser, scope="all")).json["access_token"]
    assert challenge_of(http.get(url, status="*")) == (401, realm), "no error code for who has sent none"
    assert challenge_of(rp.userinfo("x")) == (401, f'{realm}, error="invalid_token"')
    assert challenge_of(rp.userinfo(narrow)) == (403, f'{realm}, error="insufficient_scope", scope="openid"')
    twice = f'{realm}, error="invalid_request"'
    assert challenge_of(http.get(f"{url}?access_token={token}", status="*")) == (400, twice)
    many = "&".join(f"f{number}=1" for number in range(1000))
    assert challenge_of(http.get(f"{url}?{many}", status="*")) == (400, twice)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_name_of_the_scheme_has_no_case(rp: RelyingParty, browser: Browser, scheme: str) -> None:
    token = rp.redeem(rp.code(browser)).json["access_token"]
    headers = {"Authorization": f"{scheme} {token}"}
    assert rp.http().get(f"{PORTAL}/o/userinfo/", headers=headers, status="*").status_int == 200


def test_a_token_in_the_body_needs_a_method_that_has_one(rp: RelyingParty, browser: Browser) -> None:
    token = rp.redeem(rp.code(browser)).json["access_token"]
    form: dict[str, Any] = {"content_type": "application/x-www-form-urlencoded", "status": "*"}
    body = f"access_token={token}".encode()
    http, url = rp.http(), f"{PORTAL}/o/userinfo/"
    assert http.request(url, method="POST", body=body, **form).status_int == 200
    assert http.request(url, method="GET", body=body, **form).status_int == 401


@pytest.mark.parametrize("path", DOCUMENTS)
def test_documents_are_for_every_page_and_may_be_looked_at_without_being_fetched(sso: SingleSignOn, path: str) -> None:
    http = webtest.TestApp(sso.world)
    whole = http.get(f"{PORTAL}{path}", headers={"Origin": "https://anywhere.example.test"})
    assert whole.headers["Access-Control-Allow-Origin"] == "*"
    assert whole.content_type == "application/json"
    assert whole.headers["Cache-Control"].startswith("public, max-age=")
    head = http.head(f"{PORTAL}{path}")
    assert (head.status_int, head.body, head.headers["ETag"]) == (200, b"", whole.headers["ETag"])


def test_the_documents_have_what_the_specifications_require(sso: SingleSignOn) -> None:
    document = webtest.TestApp(sso.world).get(f"{PORTAL}/.well-known/openid-configuration").json
    required = {
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    }
    recommended = {"userinfo_endpoint", "scopes_supported", "claims_supported"}
    assert required | recommended <= set(document)
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert "none" not in document["id_token_signing_alg_values_supported"]
    assert "openid" in document["scopes_supported"]
    assert {"code", "id_token", "id_token token"} <= set(document["response_types_supported"])
    assert {"authorization_code", "implicit"} <= set(document["grant_types_supported"])
    assert not any(value in ([], {}, None, "") for value in document.values()), "an empty member is left out"
