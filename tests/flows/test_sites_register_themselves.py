"""A site that nobody has registered registers itself, signs a person in, changes its mind, and goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RedirectPage, RelyingParty
from sso_testkit.sso import PORTAL

ENDPOINT = f"{PORTAL}/o/register/"
INITIAL = "the initial access token of this world, long enough"
SHOP = {
    "client_name": "Corner Shop",
    "redirect_uris": ["https://corner.example.test/cb"],
    "client_uri": "https://corner.example.test/",
    "logo_uri": "https://corner.example.test/logo.png",
    "policy_uri": "https://corner.example.test/policy",
    "tos_uri": "https://corner.example.test/terms",
}


@pytest.fixture
def open_sso(make_sso: Callable[..., SingleSignOn]) -> SingleSignOn:
    return make_sso({"sso.registration.mode": "open", "sso.registration.require_pkce": "false"})


@pytest.fixture
def http(open_sso: SingleSignOn) -> webtest.TestApp:
    return webtest.TestApp(open_sso.world)


def register(http: webtest.TestApp, **metadata: Any) -> dict[str, Any]:
    answer = http.post_json(ENDPOINT, {**SHOP, **metadata})
    assert answer.status_int == 201
    assert answer.headers["Cache-Control"] == "no-store"
    return dict(answer.json)


def own(answer: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer['registration_access_token']}"}


def test_a_site_registers_itself_and_signs_a_person_in(open_sso: SingleSignOn, http: webtest.TestApp) -> None:
    metadata = http.get(f"{PORTAL}/.well-known/openid-configuration").json
    assert metadata["registration_endpoint"] == ENDPOINT
    told = register(http)
    assert told["grant_types"] == ["authorization_code"]
    assert told["response_types"] == ["code"]
    assert told["client_secret_expires_at"] == 0
    assert told["consent"] == "once"
    open_sso.world.add("https://corner.example.test", RedirectPage())
    site = RelyingParty(open_sso, told["client_id"], told["client_secret"], SHOP["redirect_uris"][0])
    browser = open_sso.browser()
    browser.open(site.url(code_challenge=None, code_challenge_method=None))
    browser.sign_in("zp", "penadmin")
    html = browser.page.html
    assert "Corner Shop" in browser.text
    assert "a site of another company" in browser.text
    assert html.find("img", src=SHOP["logo_uri"])["alt"] == ""
    assert {SHOP["policy_uri"], SHOP["tos_uri"]} <= {link["href"] for link in html.find_all("a")}
    browser.agree("email")
    tokens = site.redeem(site.answer(browser)["code"], code_verifier=None).json
    assert site.userinfo(tokens["access_token"]).json["email"] == "zp@example.test"
    browser.open(f"{PORTAL}/")
    assert "Corner Shop" not in browser.text, "who registers itself is nobody's recommendation"

    changed = http.put_json(told["registration_client_uri"], {**SHOP, "client_name": "Corner"}, headers=own(told)).json
    assert changed["client_name"] == "Corner"
    assert "client_secret" not in changed
    assert http.get(told["registration_client_uri"], headers=own(told)).json["client_name"] == "Corner"
    assert http.get(told["registration_client_uri"].rstrip("/") + "/", headers=own(told)).status_int == 200

    assert http.delete(told["registration_client_uri"], headers=own(told)).status_int == 204
    assert site.userinfo(tokens["access_token"]).status_int == 401
    browser.open(site.url())
    assert "not registered with this portal" in browser.text
    assert http.get(told["registration_client_uri"], headers=own(told), status="*").status_int == 401


@pytest.mark.parametrize(
    ("sent", "grants", "types"),
    [
        ({}, ["authorization_code"], ["code"]),
        ({"response_types": ["id_token token"]}, ["implicit"], ["id_token token"]),
        ({"response_types": ["token id_token code"]}, ["authorization_code", "implicit"], ["code id_token token"]),
        ({"grant_types": ["implicit"]}, ["implicit"], ["id_token", "id_token token"]),
        ({"grant_types": ["authorization_code", "refresh_token"]}, ["authorization_code", "refresh_token"], ["code"]),
    ],
)
def test_what_was_not_said_is_what_belongs_to_it(
    http: webtest.TestApp, sent: dict[str, Any], grants: list[str], types: list[str]
) -> None:
    told = register(http, **sent)
    assert (told["grant_types"], told["response_types"]) == (grants, types)


def test_what_is_the_operators_or_unknown_is_left_aside(http: webtest.TestApp) -> None:
    told = register(
        http, consent="silent", first_party=True, resource_server=True, always_authenticate=False, shoe_size=42
    )
    assert (told["consent"], told["first_party"], told["resource_server"]) == ("once", False, False)
    assert "shoe_size" not in told
    assert register(http, scope="openid all roles email")["scope"] == "openid email"
    assert "all" not in register(http)["scope"].split()


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no redirect URI": ({"redirect_uris": []}, "invalid_redirect_uri"),
    "redirect URI with a fragment": ({"redirect_uris": ["https://a.test/#x"]}, "invalid_redirect_uri"),
    "plain http": ({"redirect_uris": ["http://a.test/cb"]}, "invalid_redirect_uri"),
    "this machine": ({"redirect_uris": ["https://localhost/cb"]}, "invalid_redirect_uri"),
    "a script": ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
    "no list": ({"redirect_uris": "https://a.test/"}, "invalid_redirect_uri"),
    "a number in the list": ({"redirect_uris": [1]}, "invalid_redirect_uri"),
    "native with https": (
        {"application_type": "native", "redirect_uris": ["https://a.test/cb"]},
        "invalid_redirect_uri",
    ),
    "password grant": ({"grant_types": ["password"]}, "invalid_client_metadata"),
    "client credentials": ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
    "unknown grant": ({"grant_types": ["begging"]}, "invalid_client_metadata"),
    "types that do not fit": (
        {"grant_types": ["authorization_code"], "response_types": ["id_token"]},
        "invalid_client_metadata",
    ),
    "unsigned id_tokens": ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata"),
    "unknown method": ({"token_endpoint_auth_method": "handshake"}, "invalid_client_metadata"),
    "private_key_jwt without keys": ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    "secret keys": ({"jwks": {"keys": [{"kty": "oct", "k": "AA"}]}}, "invalid_client_metadata"),
    "keys twice": (
        {"jwks": {"keys": [{"kty": "EC"}]}, "jwks_uri": "https://a.test/keys"},
        "invalid_client_metadata",
    ),
    "statement": ({"software_statement": "x.y.z"}, "invalid_software_statement"),
    "name of wrong direction": ({"client_name": "\u202eloprt O\u202c"}, "invalid_client_metadata"),
    "endless name": ({"client_name": "x" * 2000}, "invalid_client_metadata"),
    "name of lines": ({"client_name": "a\nb"}, "invalid_client_metadata"),
    "number as a name": ({"client_name": 7}, "invalid_client_metadata"),
    "a thousand addresses": (
        {"redirect_uris": [f"https://a.test/{number}" for number in range(1000)]},
        "invalid_client_metadata",
    ),
}
INSIDE = [
    "https://127.0.0.1/x",
    "https://localhost/x",
    "https://[::1]/x",
    "https://10.0.0.1/x",
    "https://169.254.169.254/latest",
    "https://metadata.internal/x",
    "http://a.test/x",
    "file:///etc/passwd",
    "ftp://a.test/x",
    "//a.test/x",
    "javascript:alert(1)",
]
ADDRESSES = [
    "jwks_uri",
    "sector_identifier_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "client_uri",
    "initiate_login_uri",
]
REFUSED |= {f"{name} {uri}": ({name: uri}, "invalid_client_metadata") for name in ADDRESSES for uri in INSIDE}
REFUSED |= {f"request_uris {uri}": ({"request_uris": [uri]}, "invalid_client_metadata") for uri in INSIDE}


@pytest.mark.parametrize(("sent", "error"), REFUSED.values(), ids=REFUSED)
def test_a_registration_that_is_refused(http: webtest.TestApp, sent: dict[str, Any], error: str) -> None:
    answer = http.post_json(ENDPOINT, {**SHOP, **sent}, status="*")
    assert (answer.status_int, answer.json["error"]) == (400, error), answer.text
    assert set(answer.json) == {"error", "error_description", "trace_id"}
    assert answer.json["error_description"].isascii()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"x"', "application/json"),
        (b'{"redirect_uris": ["https://a.test/"], "redirect_uris": ["https://b.test/"]}', "application/json"),
        (b'{"a": NaN}', "application/json"),
        (b"\xff", "application/json"),
        (b"[" * 20_000, "application/json"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "application/json"),
        (b"redirect_uris=x", "application/x-www-form-urlencoded"),
        (b"{}", "text/plain"),
    ],
)
def test_a_body_that_is_no_registration(http: webtest.TestApp, body: bytes, content_type: str) -> None:
    answer = http.post(ENDPOINT, body, content_type=content_type, status="*")
    assert (answer.status_int, answer.json["error"]) == (400, "invalid_client_metadata")


def test_who_brings_the_wrong_token_is_told_nothing(open_sso: SingleSignOn, http: webtest.TestApp) -> None:
    open_sso.add_client("by-operator", redirect_uris=["https://a.test/"])
    one, other = register(http), register(http)
    for uri, headers in (
        (one["registration_client_uri"], {}),
        (one["registration_client_uri"], own(other)),
        (one["registration_client_uri"], {"Authorization": "Bearer x"}),
        (one["registration_client_uri"], {"Authorization": "Basic x"}),
        (f"{ENDPOINT}by-operator", own(one)),
        (f"{ENDPOINT}nobody", own(one)),
    ):
        for answer in (
            http.get(uri, headers=headers, status="*"),
            http.put_json(uri, SHOP, headers=headers, status="*"),
            http.delete(uri, headers=headers, status="*"),
        ):
            assert (answer.status_int, answer.json["error"]) == (401, "invalid_token")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_change_keeps_the_secret_and_draws_one_only_when_it_is_needed(http: webtest.TestApp) -> None:
    told = register(http)
    uri = told["registration_client_uri"]
    assert "client_secret" not in http.put_json(uri, SHOP, headers=own(told)).json
    kept = {**SHOP, "client_id": told["client_id"], "client_secret": told["client_secret"]}
    assert http.put_json(uri, kept, headers=own(told)).status_int == 200
    for wrong in ({"client_id": "other"}, {"client_secret": "other"}, {"client_secret": 1}):
        assert http.put_json(uri, {**SHOP, **wrong}, headers=own(told), status="*").status_int == 400
    public = http.put_json(uri, {**SHOP, "token_endpoint_auth_method": "none"}, headers=own(told)).json
    assert "client_secret_expires_at" not in public
    again = http.put_json(uri, SHOP, headers=own(told)).json
    assert again["client_secret"] != told["client_secret"]


def test_a_sector_has_to_name_every_redirect_uri(open_sso: SingleSignOn, http: webtest.TestApp) -> None:
    listed = Listed(b'["https://corner.example.test/cb", "https://sister.example.test/cb"]')
    open_sso.world.add("https://sector.example.test", listed)
    uris = ["https://corner.example.test/cb", "https://sister.example.test/cb"]
    wish = {"subject_type": "pairwise", "sector_identifier_uri": "https://sector.example.test/list"}
    assert register(http, redirect_uris=uris, **wish)["subject_type"] == "pairwise"
    for content in (
        b'["https://corner.example.test/cb"]',
        b"{}",
        b"not json",
        b'[1, "https://corner.example.test/cb"]',
    ):
        listed.content = content
        answer = http.post_json(ENDPOINT, {**SHOP, "redirect_uris": uris, **wish}, status=400)
        assert answer.json["error"] == "invalid_client_metadata"
    answer = http.post_json(ENDPOINT, {**SHOP, "redirect_uris": uris, "subject_type": "pairwise"}, status=400)
    assert "sector_identifier_uri" in answer.json["error_description"]


class Listed:
    """A site that serves a list."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [self.content]


def test_registration_is_off_unless_it_is_switched_on(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.world)
    assert http.post_json(ENDPOINT, SHOP, status="*").status_int == 404
    assert "registration_endpoint" not in http.get(f"{PORTAL}/.well-known/openid-configuration").json


def test_with_an_initial_access_token(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.registration.mode": "token", "sso.registration.initial_access_token": INITIAL})
    http = webtest.TestApp(sso.world)
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {INITIAL}"}):
        answer = http.post_json(ENDPOINT, SHOP, headers=headers, status="*")
        assert (answer.status_int, answer.json["error"]) == (401, "invalid_token")
    headers = {"Authorization": f"Bearer {INITIAL}"}
    told = http.post_json(ENDPOINT, {**SHOP, "grant_types": ["client_credentials"]}, headers=headers).json
    assert told["response_types"] == []
    assert told["require_pkce"] is True


def test_too_many_registrations_have_to_wait(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.registration.mode": "open", "sso.registration.address_free_tries": "3"})
    http = webtest.TestApp(sso.world)
    statuses = [http.post_json(ENDPOINT, SHOP, status="*").status_int for _ in range(6)]
    assert statuses[:4] == [201] * 4
    assert 429 in statuses
    answer = http.post_json(ENDPOINT, SHOP, status=429)
    assert int(answer.headers["Retry-After"]) > 0


def test_a_markup_name_is_shown_as_it_is(open_sso: SingleSignOn, http: webtest.TestApp) -> None:
    told = register(http, client_name="<script>alert(1)</script>")
    browser: Browser = open_sso.browser()
    site = RelyingParty(open_sso, told["client_id"], told["client_secret"], SHOP["redirect_uris"][0])
    browser.open(site.url())
    assert "<script>alert(1)" not in browser.text
    assert "&lt;script&gt;" in browser.text
