"""Wrong authorization requests: those that cannot be answered get a page, all others go back to the site."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.relying_party import CHALLENGE, RelyingParty
from sso_testkit.sso import PORTAL

LONG = "x" * 1_000_000

UNREGISTERED = [
    "https://rp.example.test/cb/",
    "https://rp.example.test/CB",
    "https://rp.example.test/cb?x=1",
    "https://rp.example.test/cb#fragment",
    "https://rp.example.test/cb#",
    "https://rp.example.test/../cb",
    "https://rp.example.test/a/../cb",
    "https://rp.example.test/%63b",
    "https://rp.example.test:443/cb",
    "https://rp.example.test:8443/cb",
    "https://user@rp.example.test/cb",
    "https://rp.example.test@evil.example/cb",
    "https://RP.example.test/cb",
    "http://rp.example.test/cb",
    "HTTPS://rp.example.test/cb",
    "https://rp.example.test.evil.example/cb",
    "https://evil.example/cb",
    "//rp.example.test/cb",
    "/cb",
    "cb",
    "javascript:alert(1)",
    "https://rp.example.test/cb\r\nSet-Cookie: a=b",
    "https://rp.example.test/cb https://evil.example/",
    "http://[::1",
    "https://rp.example.test\\@evil.example/cb",
]


@pytest.fixture(scope="module")
def sso(shared_sso: SingleSignOn) -> SingleSignOn:
    """One world for all of them: nobody but those who sign in themselves leaves anything behind."""
    return shared_sso


@pytest.fixture(scope="module")
def rp(shared_rp: RelyingParty) -> RelyingParty:
    """A silent confidential client."""
    return shared_rp


@pytest.fixture
def http(sso: SingleSignOn) -> webtest.TestApp:
    return webtest.TestApp(sso.world)


def is_page_without_redirect(answer: webtest.TestResponse) -> bool:
    return answer.status_int == 400 and "Location" not in answer.headers and "<h1>" in answer.text


@pytest.mark.parametrize("uri", UNREGISTERED)
def test_an_unregistered_address_is_shown_and_never_followed(rp: RelyingParty, http: webtest.TestApp, uri: str) -> None:
    answer = http.get(rp.url(redirect_uri=uri), status="*")
    assert is_page_without_redirect(answer)
    shown = answer.html.find("dd").find_next("dd").get_text()
    assert shown == uri
    assert "You were not sent there." in answer.text
    assert answer.html.find(id="trace").get_text()


@pytest.mark.parametrize("client_id", ["nobody", None, "RP", "rp ", "rp\x00", "x" * 3000, "客户"])
def test_an_unknown_client_gets_a_page(rp: RelyingParty, http: webtest.TestApp, client_id: str | None) -> None:
    assert is_page_without_redirect(http.get(rp.url(client_id=client_id), status="*"))


def test_several_addresses_registered_and_none_sent(
    register: Callable[..., RelyingParty], http: webtest.TestApp
) -> None:
    two = register("two", redirect_uris=["https://two.example.test/a", "https://two.example.test/b"])
    answer = http.get(two.url(redirect_uri=None), status="*")
    assert is_page_without_redirect(answer)
    assert "did not say where to send you" in answer.text


def test_the_only_registered_address_may_be_left_out(rp: RelyingParty, http: webtest.TestApp) -> None:
    answer = http.get(rp.url(redirect_uri=None), status="*")
    assert answer.headers["Location"].startswith(f"{PORTAL}/o/login/?next=")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
@pytest.mark.parametrize("value", ["rp", "%FF%FE"])
def test_the_parameters_that_decide_where_to_go_are_sent_once_and_readable(
    rp: RelyingParty, http: webtest.TestApp, name: str, value: str
) -> None:
    url = rp.url(**{name: None}) + f"&{name}={value}"
    if value == "rp":
        url = rp.url() + f"&{name}={value}"
    assert is_page_without_redirect(http.get(url, status="*"))


WRONG = [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": "none"}, "unauthorized_client"),
    ({"response_type": "code code"}, "unsupported_response_type"),
    ({"response_type": "barcode"}, "unsupported_response_type"),
    ({"scope": "openid everything"}, "invalid_scope"),
    ({"scope": "openid \u4e2d"}, "invalid_scope"),
    ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"code_challenge": "é" * 43}, "invalid_request"),
    ({"code_challenge": CHALLENGE + "="}, "invalid_request"),
    ({"prompt": "sometimes"}, "invalid_request"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"max_age": "1e3"}, "invalid_request"),
    ({"max_age": "\u0661"}, "invalid_request"),
    ({"max_age": "9" * 30}, "invalid_request"),
    ({"response_mode": "pigeon"}, "invalid_request"),
    ({"request": "eyJhbGciOiJub25lIn0.e30."}, "invalid_request_object"),
    ({"request_uri": "http://127.0.0.1/"}, "invalid_request_uri"),
    ({"registration": "{}"}, "registration_not_supported"),
    ({"nonce": "n" * 2000}, "invalid_request"),
]


@pytest.mark.parametrize(("changes", "error"), WRONG)
def test_other_faults_go_back_to_the_site(
    rp: RelyingParty, http: webtest.TestApp, changes: dict[str, str | None], error: str
) -> None:
    answer = http.get(rp.url(**changes), status="*")
    assert answer.status_int == 303
    location = answer.headers["Location"]
    assert location.startswith(f"{rp.redirect_uri}?")
    sent = parse_qs(urlsplit(location).query)
    assert sent["error"] == [error]
    assert sent["state"] == ["the-state"]
    assert sent["iss"] == [PORTAL]
    assert "code" not in sent
    description = sent["error_description"][0]
    assert description.isascii()
    assert not set('"\\') & set(description)


@pytest.mark.parametrize(
    "claims", ["{not json", "[]", '"x"', "1", '{"userinfo": []}', '{"id_token": {"name": 1}}', "[" * 3000, "{" * 3000]
)
def test_a_claims_parameter_that_is_none_goes_back(rp: RelyingParty, http: webtest.TestApp, claims: str) -> None:
    sent = parse_qs(urlsplit(http.get(rp.url(claims=claims), status="*").headers["Location"]).query)
    assert sent["error"] == ["invalid_request"]


@pytest.mark.parametrize("name", ["scope", "response_type", "nonce", "code_challenge", "prompt", "anything"])
@pytest.mark.parametrize("value", ["again", "%FF"])
def test_a_parameter_sent_twice_or_unreadable_goes_back_as_an_error(
    rp: RelyingParty, http: webtest.TestApp, name: str, value: str
) -> None:
    url = rp.url(**{name: "first"}) if name == "anything" else rp.url()
    answer = http.get(f"{url}&{name}={value}", status="*")
    sent = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert answer.headers["Location"].startswith(f"{rp.redirect_uri}?")
    assert sent["error"][0] in {"invalid_request", "unsupported_response_type"}
    assert sent["state"] == ["the-state"]


def test_a_doubled_state_is_not_repeated(rp: RelyingParty, http: webtest.TestApp) -> None:
    location = http.get(f"{rp.url()}&state=other", status="*").headers["Location"]
    sent = parse_qs(urlsplit(location).query)
    assert sent["error"] == ["invalid_request"]
    assert "state" not in sent


def test_a_state_with_everything_in_it_comes_back_as_it_was(sso: SingleSignOn, rp: RelyingParty) -> None:
    state = "a b&c=d#e%20é\"'<>\r\nSet-Cookie: x=y"
    browser = sso.browser()
    browser.open(rp.url(state=state))
    browser.sign_in("zp", "penadmin")
    assert rp.answer(browser)["state"] == state
    assert not any("Set-Cookie" in hop.partition("?")[0] for hop in browser.hops)
    assert not any(cookie.name == "x" for cookie in browser.jar)


def test_a_request_of_a_megabyte_is_refused_by_its_size(rp: RelyingParty, http: webtest.TestApp) -> None:
    answer = http.get(rp.url(state=LONG), status="*")
    assert answer.status_int == 414
    assert "<h1>" in answer.text


def test_a_thousand_parameters_are_refused(rp: RelyingParty, http: webtest.TestApp) -> None:
    extra = "".join(f"&p{number}=1" for number in range(1000))
    assert http.get(rp.url() + extra, status="*").status_int == 400


def test_a_posted_request_goes_on_as_get(sso: SingleSignOn, rp: RelyingParty) -> None:
    browser = sso.browser()
    query = urlsplit(rp.url()).query
    answer = browser.request("POST", f"{PORTAL}/o/authorize/", [tuple(p) for p in parse_pairs(query)])
    assert answer.status_int == 303
    browser.open(answer.headers["Location"])
    browser.sign_in("zp", "penadmin")
    assert "code" in rp.answer(browser)


def parse_pairs(query: str) -> list[tuple[str, str]]:
    return [(name, values[0]) for name, values in parse_qs(query).items()]


def test_a_posted_request_with_a_doubled_parameter_is_still_refused(rp: RelyingParty, http: webtest.TestApp) -> None:
    body = f"{urlsplit(rp.url()).query}&scope=openid"
    answer = http.post(f"{PORTAL}/o/authorize/", body, status="*")
    answer = http.get(answer.headers["Location"], status="*")
    assert "error=invalid_request" in answer.headers["Location"]


def test_a_native_apps_loopback_port_is_free(register: Callable[..., RelyingParty], sso: SingleSignOn) -> None:
    app = register(
        "app",
        redirect_uris=["http://127.0.0.1/cb", "http://[::1]/cb"],
        token_endpoint_auth_method="none",
    )
    http = webtest.TestApp(sso.world)
    for uri in ("http://127.0.0.1:51004/cb", "http://[::1]:1/cb"):
        assert "/o/login/" in http.get(app.url(redirect_uri=uri), status="*").headers["Location"]
    for uri in ("http://localhost:51004/cb", "http://127.0.0.1:51004/cb2", "https://127.0.0.1:51004/cb"):
        assert http.get(app.url(redirect_uri=uri), status="*").status_int == 400


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\n/evil.example",
        "/\t/evil.example",
        "%2F%2Fevil.example",
        "evil.example",
        " //evil.example",
        "/" + "x" * 9000,
        "http:/\\evil.example",
        "",
    ],
)
def test_next_leads_nowhere_else(sso: SingleSignOn, target: str) -> None:
    sso.world.add("https://evil.example", _evil)
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/?next={quote(target)}"[:15_000])
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PORTAL}/"
    browser.open(f"{PORTAL}/preferences?theme=dark&next={quote(target)}"[:15_000])
    assert browser.url == f"{PORTAL}/"


def _evil(_environ: object, _start_response: object) -> list[bytes]:
    raise AssertionError("the person was sent to evil.example")


def test_a_forged_host_changes_nothing(sso: SingleSignOn, rp: RelyingParty) -> None:
    http = webtest.TestApp(sso.portal_app, extra_environ={"HTTP_HOST": "evil.example"})
    answer = http.get(f"/o/authorize/?{urlsplit(rp.url()).query}", status="*")
    assert answer.headers["Location"].startswith(f"{PORTAL}/o/login/")
    assert "evil" not in http.get("/.well-known/openid-configuration").text
