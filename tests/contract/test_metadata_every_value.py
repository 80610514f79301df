"""Each value that the metadata documents advertise, used; and what they do not advertise, refused."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import PORTAL
from tests.support.relying_party import VERIFIER, RelyingParty


@pytest.fixture
def document(sso: SingleSignOn) -> dict[str, Any]:
    return dict(webtest.TestApp(sso.world).get(f"{PORTAL}/.well-known/openid-configuration").json)


def test_every_list_of_values_is_tried_somewhere(document: dict[str, Any]) -> None:
    lists = {name for name, value in document.items() if isinstance(value, list)}
    here = {
        "grant_types_supported",
        "response_types_supported",
        "code_challenge_methods_supported",
        "prompt_values_supported",
        "ui_locales_supported",
        "subject_types_supported",
        "claim_types_supported",
    }
    next_door = {
        "response_modes_supported",
        "token_endpoint_auth_methods_supported",
        "id_token_signing_alg_values_supported",
        "scopes_supported",
        "claims_supported",
    }
    assert lists == here | next_door


def test_every_grant_type(rp: RelyingParty, browser: Browser, document: dict[str, Any]) -> None:
    tokens = rp.redeem(rp.code(browser)).json
    uses = {
        "authorization_code": lambda: rp.redeem(rp.code(browser)),
        "refresh_token": lambda: rp.refresh(tokens["refresh_token"]),
    }
    assert set(uses) == set(document["grant_types_supported"])
    for name, use in uses.items():
        assert use().status_int == 200, name
    for name in ("password", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code"):
        assert rp.token(grant_type=name).json["error"] == "unsupported_grant_type"


def test_every_response_type(rp: RelyingParty, browser: Browser, document: dict[str, Any]) -> None:
    for name in document["response_types_supported"]:
        assert name in parse_qs(urlsplit(browser.open(rp.url(response_type=name)).request.url).query)
    for name in ("token", "id_token", "code token", "none"):
        browser.open(rp.url(response_type=name))
        assert rp.answer(browser)["error"] == "unsupported_response_type"


def test_every_challenge_method(rp: RelyingParty, browser: Browser, document: dict[str, Any]) -> None:
    digest = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    challenges = {"S256": digest}
    assert set(challenges) == set(document["code_challenge_methods_supported"])
    for method, challenge in challenges.items():
        code = rp.code(browser, code_challenge=challenge, code_challenge_method=method)
        assert rp.redeem(code, code_verifier=VERIFIER).status_int == 200


def test_every_prompt(rp: RelyingParty, browser: Browser, document: dict[str, Any]) -> None:
    shown = {"none": "arrived", "login": "Confirm it is you", "consent": "would like to", "select_account": "Password"}
    assert set(shown) == set(document["prompt_values_supported"])
    for prompt, words in shown.items():
        browser.open(rp.url(prompt=prompt))
        assert words in browser.text, prompt
    browser.open(rp.url(prompt="create"))
    assert rp.answer(browser)["error"] == "invalid_request"


def test_every_language(sso: SingleSignOn, rp: RelyingParty, document: dict[str, Any]) -> None:
    for tag in document["ui_locales_supported"]:
        browser = sso.browser("fr")
        browser.open(rp.url(ui_locales=tag))
        assert browser.page.headers["Content-Language"] == tag
        assert f'<html lang="{tag}"' in browser.text


def test_a_subject_is_public_the_same_at_every_site_and_says_nothing(
    rp: RelyingParty, register: Callable[..., RelyingParty], browser: Browser, document: dict[str, Any]
) -> None:
    assert document["subject_types_supported"] == ["public"]
    assert document["claim_types_supported"] == ["normal"]
    subjects = set()
    for site in (rp, register("shop")):
        claims = site.userinfo(site.redeem(site.code(browser)).json["access_token"]).json
        assert not any(name.startswith("_claim") for name in claims)
        subjects.add(claims["sub"])
    assert len(subjects) == 1
    assert "zp" not in subjects


def test_iss_is_in_every_answer_as_promised(rp: RelyingParty, browser: Browser, document: dict[str, Any]) -> None:
    assert document["authorization_response_iss_parameter_supported"] is True
    for wish in ({}, {"prompt": "none"}, {"scope": "nonsense"}, {"response_type": "token"}):
        browser.open(rp.url(**wish))
        assert rp.answer(browser)["iss"] == document["issuer"]


def test_what_is_not_supported_is_refused_by_its_name(
    rp: RelyingParty, browser: Browser, document: dict[str, Any]
) -> None:
    for member, parameter in (
        ("request_parameter_supported", "request"),
        ("request_uri_parameter_supported", "request_uri"),
    ):
        assert document[member] is False
        browser.open(rp.url(**{parameter: "https://rp.example.test/object"}))
        assert rp.answer(browser)["error"] == f"{parameter}_not_supported"


def test_end_session(browser: Browser, document: dict[str, Any]) -> None:
    browser.open(document["end_session_endpoint"])
    assert "Sign out?" in browser.text
