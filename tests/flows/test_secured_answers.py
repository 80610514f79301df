"""Authorization answers as JWTs (JWT Secured Authorization Response Mode 1.0)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jws

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import EncryptionKey
from sso_testkit.clients.names import SIGNING_ALGORITHMS
from sso_testkit.refusals import Refused
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

FLOWS = {"grant_types": ["authorization_code", "refresh_token", "implicit"]}
TYPES = ["code", "token", "code id_token", "none"]


@pytest.fixture
def shop(register: Callable[..., RelyingParty]) -> RelyingParty:
    """A site that takes codes and tokens."""
    return register("shop", **FLOWS, response_types=TYPES)


def sealed_site(register: Callable[..., RelyingParty], client_id: str = "sealed", **metadata: Any) -> RelyingParty:
    """A site whose answers are encrypted."""
    key = EncryptionKey("ECDH-ES")
    wish = {"authorization_encrypted_response_alg": "ECDH-ES", "jwks": key.jwks, **metadata}
    site = register(client_id, **FLOWS, response_types=TYPES, **wish)
    site.key = key
    return site


def arrived(browser: Browser) -> tuple[dict[str, str], dict[str, str]]:
    """What has come in the query and what in the fragment."""
    parts = urlsplit(browser.hops[-1].partition(" ")[2])
    return dict(parse_qsl(parts.query)), dict(parse_qsl(parts.fragment))


@pytest.mark.parametrize(
    ("mode", "response_type", "way"),
    [
        ("jwt", "code", "query"),
        ("jwt", "none", "query"),
        ("jwt", "token", "fragment"),
        ("jwt", "code id_token", "fragment"),
        ("query.jwt", "code", "query"),
        ("fragment.jwt", "code", "fragment"),
        ("fragment.jwt", "token", "fragment"),
        ("form_post.jwt", "code", "form"),
        ("form_post.jwt", "code id_token", "form"),
    ],
)
def test_where_the_jwt_is_and_what_is_in_it(
    shop: RelyingParty, browser: Browser, mode: str, response_type: str, way: str
) -> None:
    browser.open(shop.url(response_mode=mode, response_type=response_type))
    query, fragment = arrived(browser)
    assert ("response" in query, "response" in fragment) == (way == "query", way == "fragment")
    assert ("data-submit" in browser.text) is (way == "form")
    answer = shop.answer(browser)
    wanted = {"access_token" if word == "token" else word for word in response_type.split() if word != "none"}
    assert wanted == set(answer) & {"code", "access_token", "id_token"}
    assert (answer["state"], answer["iss"]) == ("the-state", PORTAL)


def test_the_code_inside_is_redeemed(shop: RelyingParty, browser: Browser) -> None:
    browser.open(shop.url(response_mode="jwt"))
    assert shop.redeem(shop.answer(browser)["code"]).status_int == 200


def test_it_is_good_for_ten_minutes_and_says_what_it_is(
    shop: RelyingParty, sso: SingleSignOn, browser: Browser
) -> None:
    browser.open(shop.url(response_mode="jwt"))
    token = arrived(browser)[0]["response"]
    assert shop.claims(token)["exp"] == sso.clock.now() + 600
    assert shop.claims(token)["aud"] == "shop"
    assert dict(jws.extract_compact(token.encode()).headers())["typ"] == "JWT"


@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_every_signature(register: Callable[..., RelyingParty], browser: Browser, algorithm: str) -> None:
    site = register("signed", authorization_signed_response_alg=algorithm)
    browser.open(site.url(response_mode="jwt"))
    assert "code" in site.answer(browser)
    assert dict(jws.extract_compact(arrived(browser)[0]["response"].encode()).headers())["alg"] == algorithm


ERRORS: dict[str, tuple[dict[str, str | None], str]] = {
    "unknown scope": ({"scope": "everything"}, "invalid_scope"),
    "unknown response type": ({"response_type": "blood"}, "unsupported_response_type"),
    "no challenge": ({"code_challenge": None}, "invalid_request"),
    "strange prompt": ({"prompt": "none login"}, "invalid_request"),
    "strange object": ({"request": "x"}, "invalid_request_object"),
    "unmet": ({"acr_values": None, "prompt": "none", "max_age": "0"}, "login_required"),
}


@pytest.mark.parametrize(("changes", "error"), ERRORS.values(), ids=ERRORS)
@pytest.mark.parametrize("mode", ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"])
def test_errors_are_told_in_the_same_way(
    shop: RelyingParty, browser: Browser, mode: str, changes: dict[str, str | None], error: str
) -> None:
    browser.open(shop.url(response_mode=mode, **changes))
    query, fragment = arrived(browser)
    assert "error" not in {*query, *fragment}
    answer = shop.answer(browser)
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "the-state", PORTAL)
    assert answer["trace_id"]


def test_a_denial_is_told_in_the_same_way(register: Callable[..., RelyingParty], browser: Browser) -> None:
    site = register("explicit", consent="explicit")
    browser.open(site.url(response_mode="jwt"))
    form = next(form for form in browser.page.forms.values() if "decision" in form.fields)
    fields = form.submit_fields("decision", submit_value="deny")
    location = browser.request("POST", PORTAL + form.action, fields).headers["Location"]
    assert site.opened(dict(parse_qsl(urlsplit(location).query)))["error"] == "access_denied"


def test_an_unknown_site_and_a_strange_address_stay_pages(shop: RelyingParty, browser: Browser) -> None:
    for changes in ({"client_id": "nobody"}, {"redirect_uri": "https://evil.example.test/"}):
        browser.open(shop.url(response_mode="jwt", **changes))
        assert browser.page.status_int == 400
        assert "response=" not in browser.url


@pytest.mark.parametrize("response_type", ["token", "code id_token"])
def test_tokens_stand_in_a_query_only_when_encrypted(
    shop: RelyingParty, register: Callable[..., RelyingParty], browser: Browser, response_type: str
) -> None:
    browser.open(shop.url(response_mode="query.jwt", response_type=response_type))
    assert shop.answer(browser)["error"] == "invalid_request"
    assert set(arrived(browser)[1]) == {"response"}, "and even the error does not stand there"
    site = sealed_site(register)
    browser.open(site.url(response_mode="query.jwt", response_type=response_type))
    assert arrived(browser)[0]["response"].count(".") == 4
    assert {"access_token", "id_token"} & set(site.answer(browser))


def test_errors_are_encrypted_too(register: Callable[..., RelyingParty], browser: Browser) -> None:
    site = sealed_site(register)
    browser.open(site.url(response_mode="jwt", scope="everything"))
    assert arrived(browser)[0]["response"].count(".") == 4
    assert site.answer(browser)["error"] == "invalid_scope"


def test_plain_modes_stay_plain_for_who_has_registered_for_more(
    register: Callable[..., RelyingParty], browser: Browser
) -> None:
    site = sealed_site(register)
    browser.open(site.url())
    assert set(arrived(browser)[0]) == {"code", "state", "session_state", "iss"}


def test_without_a_key_to_encrypt_for_nothing_but_the_error_is_told(
    register: Callable[..., RelyingParty], sso: SingleSignOn, browser: Browser
) -> None:
    site = sealed_site(register, jwks={"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]})
    site.key = None
    browser.open(site.url(response_mode="jwt"))
    answer = site.answer(browser)
    assert answer["error"] == "invalid_request"
    assert "cannot be encrypted" in answer["error_description"]
    with sso.portal.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM codes").scalar_one() == 0


def test_keys_that_look_right_and_are_not_leave_no_code_readable(
    register: Callable[..., RelyingParty], browser: Browser
) -> None:
    point = {"kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB"}
    site = sealed_site(register, jwks={"keys": [point]})
    site.key = None
    browser.open(site.url(response_mode="jwt"))
    answer = site.answer(browser)
    assert (answer["error"], "code" in answer) == ("server_error", False)


def test_keys_that_are_fetched(register: Callable[..., RelyingParty], sso: SingleSignOn, browser: Browser) -> None:
    site = sealed_site(register, jwks={}, jwks_uri="https://sealed.example.test/keys")
    sso.world.add("https://sealed.example.test", Keys(site))
    browser.open(site.url(response_mode="jwt"))
    assert "code" in site.answer(browser)


class Keys:
    """A site that publishes its keys."""

    def __init__(self, site: RelyingParty) -> None:
        self.site = site

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(self.site.key.jwks if self.site.key else {}).encode()]


def test_it_works_with_a_pushed_request(shop: RelyingParty, browser: Browser) -> None:
    reference = shop.push(response_mode="form_post.jwt").json["request_uri"]
    browser.open(shop.pushed_url(reference))
    assert "data-submit" in browser.text
    assert shop.redeem(shop.answer(browser)["code"]).status_int == 200


def test_what_is_registered_has_to_fit(sso: SingleSignOn) -> None:
    uri = ["https://a.test/"]
    for wrong in (
        {"authorization_signed_response_alg": "none"},
        {"authorization_signed_response_alg": "HS256"},
        {"authorization_encrypted_response_alg": "ECDH-ES"},
        {"authorization_encrypted_response_enc": "A128GCM"},
        {"authorization_encrypted_response_alg": "RSA1_5", "jwks": EncryptionKey("ECDH-ES").jwks},
    ):
        with pytest.raises(Refused, match="authorization_"):
            sso.add_client("wrong", redirect_uris=uri, **wrong)
