"""Each value that the metadata documents advertise, used; and what they do not advertise, refused."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_portal.services.client_metadata import DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import (
    add_api,
    assertion_claims,
    assertion_fields,
    exchange_token,
    jwk_set,
    key_for,
    signed,
    signed_by_secret,
    tokens_for,
)
from sso_testkit.relying_party import VERIFIER, RelyingParty
from sso_testkit.sso import PORTAL


@pytest.fixture
def document(sso: SingleSignOn) -> dict[str, Any]:
    return dict(webtest.TestApp(sso.world).get(f"{PORTAL}/.well-known/openid-configuration").json)


@pytest.fixture
def every(register: Callable[..., RelyingParty], document: dict[str, Any]) -> RelyingParty:
    """A site that is registered for everything that a site may be registered for."""
    return register(
        "every",
        grant_types=document["grant_types_supported"],
        response_types=document["response_types_supported"],
        scope=" ".join(document["scopes_supported"]),
        jwks=jwk_set(key_for("ES256", "every")),
        resource_server=True,
        token_exchange_to=["next"],
    )


def test_every_list_of_values_is_tried_somewhere(document: dict[str, Any]) -> None:
    lists = {name for name, value in document.items() if isinstance(value, list)}
    # In this file, or with the algorithms in test_metadata_every_algorithm.py.
    here = {
        "grant_types_supported",
        "response_types_supported",
        "code_challenge_methods_supported",
        "prompt_values_supported",
        "display_values_supported",
        "acr_values_supported",
        "ui_locales_supported",
        "subject_types_supported",
        "claim_types_supported",
        "request_object_signing_alg_values_supported",
        *(f"request_object_encryption_{part}_values_supported" for part in ("alg", "enc")),
        "authorization_signing_alg_values_supported",
        *(f"authorization_encryption_{part}_values_supported" for part in ("alg", "enc")),
        "dpop_signing_alg_values_supported",
        "introspection_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_signing_alg_values_supported",
        "revocation_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_signing_alg_values_supported",
        *(f"{kind}_encryption_{part}_values_supported" for kind in ("id_token", "userinfo") for part in ("alg", "enc")),
        "userinfo_signing_alg_values_supported",
        "introspection_signing_alg_values_supported",
        "introspection_encryption_alg_values_supported",
        "introspection_encryption_enc_values_supported",
    }
    next_door = {
        "response_modes_supported",
        "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "id_token_signing_alg_values_supported",
        "scopes_supported",
        "claims_supported",
    }
    assert lists == here | next_door


def test_every_grant_type(every: RelyingParty, browser: Browser, document: dict[str, Any]) -> None:
    def implicit() -> webtest.TestResponse:
        browser.open(every.url(response_type="token"))
        return every.userinfo(every.answer(browser)["access_token"])

    def device() -> webtest.TestResponse:
        begun = every.call("device_authorization", scope="openid").json
        browser.open(begun["verification_uri_complete"])
        browser.agree()
        return every.token(grant_type=DEVICE_CODE, device_code=begun["device_code"])

    def exchanged() -> webtest.TestResponse:
        own = tokens_for(every, browser, "every")["access_token"]
        return exchange_token(every, own, audience="next")

    def spoken_for() -> webtest.TestResponse:
        assertion = signed(assertion_claims("every", every.sso.clock.now(), sub="zp"), key_for("ES256", "every"))
        return every.token(grant_type=JWT_BEARER, assertion=assertion)

    add_api(every.sso, "next")
    tokens = every.redeem(every.code(browser)).json
    uses = {
        "authorization_code": lambda: every.redeem(every.code(browser)),
        "refresh_token": lambda: every.refresh(tokens["refresh_token"]),
        "client_credentials": lambda: every.token(grant_type="client_credentials"),
        "password": lambda: every.token(grant_type="password", username="zp", password="penadmin"),
        "implicit": implicit,
        DEVICE_CODE: device,
        TOKEN_EXCHANGE: exchanged,
        JWT_BEARER: spoken_for,
    }
    assert set(uses) == set(document["grant_types_supported"])
    for name, use in uses.items():
        assert use().status_int == 200, name
    for name in ("begging", "urn:ietf:params:oauth:grant-type:saml2-bearer"):
        assert every.token(grant_type=name).json["error"] == "unsupported_grant_type"


def test_every_response_type(every: RelyingParty, browser: Browser, document: dict[str, Any]) -> None:
    for name in document["response_types_supported"]:
        browser.open(every.url(response_type=name))
        answer = every.answer(browser)
        wanted = {"access_token" if word == "token" else word for word in name.split() if word != "none"}
        assert wanted == set(answer) & {"code", "access_token", "id_token", "error"}, name
    for name in ("vp_token", "code code"):
        browser.open(every.url(response_type=name))
        assert every.answer(browser)["error"] == "unsupported_response_type"


@pytest.mark.parametrize("endpoint", ["introspection", "revocation"])
def test_every_way_to_authenticate_where_tokens_are_brought(
    sso: SingleSignOn, document: dict[str, Any], endpoint: str
) -> None:
    methods = document[f"{endpoint}_endpoint_auth_methods_supported"]
    left_out = ["none"] if endpoint == "introspection" else []
    assert [*methods, *left_out] == document["token_endpoint_auth_methods_supported"]
    algorithms = document[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
    assert algorithms == document["token_endpoint_auth_signing_alg_values_supported"]
    http = webtest.TestApp(sso.world)
    for algorithm in algorithms:
        method = "client_secret_jwt" if algorithm == "HS256" else "private_key_jwt"
        keys = {} if algorithm == "HS256" else {"jwks": jwk_set(key_for(algorithm, algorithm))}
        secret = sso.add_client(algorithm, redirect_uris=["https://a.test/"], token_endpoint_auth_method=method, **keys)
        claims = assertion_claims(algorithm, sso.clock.now(), aud=document[f"{endpoint}_endpoint"])
        if algorithm == "HS256":
            assertion = signed_by_secret(claims, secret)
        else:
            assertion = signed(claims, key_for(algorithm, algorithm), algorithm)
        answer = http.post(document[f"{endpoint}_endpoint"], {"token": "x", **assertion_fields(assertion)}, status="*")
        assert answer.status_int == 200, (algorithm, answer.text)
    for method in ("client_secret_basic", "client_secret_post", "none"):
        secret = sso.add_client(method, redirect_uris=["https://a.test/"], token_endpoint_auth_method=method)
        fields = {"token": "x"} | ({} if method.endswith("basic") else {"client_id": method})
        fields |= {"client_secret": str(secret)} if method.endswith("post") else {}
        http.authorization = ("Basic", (method, str(secret))) if method.endswith("basic") else None
        expected = 200 if method in methods else 401
        assert http.post(document[f"{endpoint}_endpoint"], fields, status="*").status_int == expected, method


def test_pushing_is_offered_and_demanded_of_nobody(
    rp: RelyingParty, browser: Browser, document: dict[str, Any]
) -> None:
    assert document["require_pushed_authorization_requests"] is False
    assert rp.code(browser)
    fields = {"client_id": rp.client_id, "client_secret": rp.secret, "response_type": "code", "scope": "openid"}
    challenge = {"code_challenge": "x" * 43, "code_challenge_method": "S256"}
    answer = rp.http().post(document["pushed_authorization_request_endpoint"], {**fields, **challenge}, status=201)
    browser.open(rp.pushed_url(answer.json["request_uri"]))
    assert "code" in rp.answer(browser)


def test_every_strength_and_every_display(rp: RelyingParty, browser: Browser, document: dict[str, Any]) -> None:
    for value in document["acr_values_supported"]:
        tokens = rp.redeem(rp.code(browser, acr_values=value)).json
        assert rp.claims(tokens["id_token"])["acr"] == value
    for value in document["display_values_supported"]:
        assert rp.code(browser, display=value)
    browser.open(rp.url(display="telegraph"))
    assert rp.answer(browser)["error"] == "invalid_request"


def test_every_challenge_method(rp: RelyingParty, browser: Browser, document: dict[str, Any]) -> None:
    digest = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    challenges = {"S256": digest}
    assert set(challenges) == set(document["code_challenge_methods_supported"])
    for method, challenge in challenges.items():
        code = rp.code(browser, code_challenge=challenge, code_challenge_method=method)
        assert rp.redeem(code, code_verifier=VERIFIER).status_int == 200


def test_every_prompt(rp: RelyingParty, browser: Browser, document: dict[str, Any]) -> None:
    shown = {"none": "arrived", "login": "Confirm it is you", "consent": "would like to", "select_account": "Choose an"}
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


def test_every_kind_of_subject_and_none_says_anything(
    rp: RelyingParty, register: Callable[..., RelyingParty], browser: Browser, document: dict[str, Any]
) -> None:
    assert document["claim_types_supported"] == ["normal"]
    subjects = set()
    kinds = document["subject_types_supported"]
    for site in (rp, *(register(f"shop-{kind}", subject_type=kind) for kind in kinds)):
        claims = site.userinfo(site.redeem(site.code(browser)).json["access_token"]).json
        assert not any(name.startswith("_claim") for name in claims)
        subjects.add(claims["sub"])
    assert (len(subjects), len(kinds)) == (2, 2), "one for everyone, one for the pairwise site alone"
    assert "zp" not in subjects


def test_iss_is_in_every_answer_as_promised(rp: RelyingParty, browser: Browser, document: dict[str, Any]) -> None:
    assert document["authorization_response_iss_parameter_supported"] is True
    for wish in ({}, {"prompt": "none"}, {"scope": "nonsense"}, {"response_type": "token"}):
        browser.open(rp.url(**wish))
        assert rp.answer(browser)["iss"] == document["issuer"]


def test_what_is_not_supported_is_refused_by_its_name(rp: RelyingParty, browser: Browser) -> None:
    browser.open(rp.url(registration="{}"))
    assert rp.answer(browser)["error"] == "registration_not_supported"


def test_every_prompt_where_people_create_accounts(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.sign_up.enabled": "true"})
    http = webtest.TestApp(sso.world)
    for name in ("openid-configuration", "oauth-authorization-server"):
        assert "create" in http.get(f"{PORTAL}/.well-known/{name}").json["prompt_values_supported"]
    newcomer = sso.browser()
    newcomer.open(RelyingParty.register(sso).url(prompt="create"))
    assert newcomer.url.startswith(f"{PORTAL}/account/create?next=")


def test_end_session(browser: Browser, document: dict[str, Any]) -> None:
    browser.open(document["end_session_endpoint"])
    assert "Sign out?" in browser.text
