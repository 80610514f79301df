"""Authorization details from the consent page to the API (RFC 9396)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import add_api, jwk_set, key_for, signed
from sso_testkit.clients.names import DEVICE_CODE
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.details import NAMES, course, details, hours, payment, types_file


@pytest.fixture
def sso(make_sso: Callable[..., SingleSignOn], tmp_path: Path) -> SingleSignOn:
    """A world that knows payments, course records and opening hours."""
    return make_sso({"sso.authorization_details.file": types_file(tmp_path)})


@pytest.fixture
def shop(register: Callable[..., RelyingParty]) -> RelyingParty:
    """A silent site that may use all of them."""
    return register("shop", authorization_details_types=NAMES)


def granted(site: RelyingParty, browser: Browser, **changes: Any) -> dict[str, Any]:
    answer = site.redeem(site.answer(browser)["code"], **changes)
    assert answer.status_int == 200, answer.text
    return dict(answer.json)


def test_even_a_silent_site_has_to_ask(shop: RelyingParty, browser: Browser) -> None:
    for _ in range(2):
        browser.open(shop.url(authorization_details=details(payment(creditorAccount="DE02"))))
        section = browser.page.html.select_one("section.exactly")
        said = section.get_text(" ", strip=True)
        assert "Site shop would like to" in browser.text
        assert section.select_one("li p").get_text() == "Pay 123.50 EUR to Merchant A"
        assert [value.get_text() for value in section.select("li bdi")] == ["123.50", "EUR", "Merchant A", "DE02"]
        for words in ("The money leaves your account at once.", "Account", "was filled in by Site shop."):
            assert words in said
        assert not browser.page.html.select("ul.scopes"), "what it gets silently is not asked"
        assert "You will be asked each time." in browser.text
        browser.agree()
        tokens = granted(shop, browser)
        assert tokens["authorization_details"] == [payment(creditorAccount="DE02")]
        assert tokens["scope"] == "openid profile email"


def test_the_page_in_chinese(sso: SingleSignOn, shop: RelyingParty) -> None:
    browser = sso.browser("zh-CN")
    browser.open(
        shop.url(authorization_details=details(payment(creditorName="商户甲", creditorAccount="DE02"), course()))
    )
    browser.sign_in("zp", "penadmin")
    for words in (
        "向 商户甲 支付 123.50 EUR",
        "读取课程 Algebra 的记录",
        "款项会立即划出。",
        "账号",
        "具体内容",
        "由 Site shop 填写",
    ):
        assert words in browser.page.html.get_text()
    browser.agree()
    assert granted(shop, browser)["authorization_details"] == [
        payment(creditorName="商户甲", creditorAccount="DE02"),
        course(),
    ]


def test_she_declines(shop: RelyingParty, browser: Browser) -> None:
    browser.open(shop.url(authorization_details=details(payment())))
    browser.refuse()
    assert shop.answer(browser)["error"] == "access_denied"


def test_a_silent_request_cannot_ask(shop: RelyingParty, browser: Browser) -> None:
    browser.open(shop.url(authorization_details=details(payment()), prompt="none"))
    assert shop.answer(browser)["error"] == "consent_required"
    browser.open(shop.url(authorization_details=details(hours()), prompt="none"))
    assert granted(shop, browser)["authorization_details"] == [hours()]


def test_a_silent_type_is_asked_where_everything_is(
    register: Callable[..., RelyingParty], shop: RelyingParty, browser: Browser
) -> None:
    browser.open(shop.url(authorization_details=details(hours())))
    assert granted(shop, browser)["authorization_details"] == [hours()]
    browser.open(shop.url(authorization_details=details(hours(), payment())))
    assert "See when" in browser.text, "all of it stands on a page that is shown"
    once = register("once", authorization_details_types=NAMES, consent="once")
    for _ in range(2):
        browser.open(once.url(authorization_details=details(hours())))
        browser.agree("email")
        assert granted(once, browser)["authorization_details"] == [hours()]


@pytest.mark.parametrize("policy", ["silent", "once"])
def test_a_type_that_is_remembered(register: Callable[..., RelyingParty], browser: Browser, policy: str) -> None:
    site = register("site", authorization_details_types=NAMES, consent=policy)
    browser.open(site.url(authorization_details=details(course())))
    assert "you will not be asked for the same again" in browser.text
    browser.agree("email")
    granted(site, browser)
    browser.open(site.url(authorization_details=details({"course": "Algebra", "type": "course_record"})))
    assert granted(site, browser)["authorization_details"] == [course()], "the very same"
    for other in (details(course(since="2026-01-01")), details(course(), payment())):
        browser.open(site.url(authorization_details=other))
        assert "Read the record of course" in browser.text, "something else is asked"
        browser.agree()
        assert granted(site, browser)["scope"] == "openid profile email", "the scopes were settled before"
    browser.open(site.url(authorization_details=details(course()), prompt="consent"))
    assert "Read the record of course" in browser.text


def test_an_explicit_site_always_asks(register: Callable[..., RelyingParty], browser: Browser) -> None:
    site = register("site", authorization_details_types=NAMES, consent="explicit")
    for _ in range(2):
        browser.open(site.url(authorization_details=details(course(), hours())))
        assert browser.page.html.select("ul.scopes")
        browser.agree()
        assert granted(site, browser)["scope"] == "openid profile", "she did not tick the e-mail address"


def test_remembered_scopes_do_not_cover_them(register: Callable[..., RelyingParty], browser: Browser) -> None:
    site = register("site", authorization_details_types=NAMES, consent="once")
    browser.open(site.url())
    browser.agree("email")
    browser.open(site.url(authorization_details=details(payment())))
    assert "Pay " in browser.text
    assert not browser.page.html.select("ul.scopes")
    browser.agree()
    assert granted(site, browser)["scope"] == "openid profile email"


def test_what_was_agreed_to_is_what_is_granted(shop: RelyingParty, browser: Browser) -> None:
    browser.open(shop.url(authorization_details=details(payment())))
    form = next(form for form in browser.page.forms.values() if "csrf_token" in form.fields)
    form.action = form.action.replace("123.50", "999.50")
    browser.submit(form, "decision", "allow")
    assert browser.url.startswith(f"{PORTAL}/o/authorize/"), "nothing was granted"
    assert "999.50" in browser.text


def test_a_token_for_a_part_and_a_refresh_for_all(
    sso: SingleSignOn, register: Callable[..., RelyingParty], browser: Browser
) -> None:
    shop, api = register("shop", authorization_details_types=NAMES), add_api(sso, "project-api")
    browser.open(shop.url(authorization_details=details(payment(), course())))
    browser.agree()
    tokens = granted(shop, browser, authorization_details=details(course()))
    assert tokens["authorization_details"] == [course()]
    assert api.introspect(tokens["access_token"]).json["authorization_details"] == [course()]
    refreshed = shop.refresh(tokens["refresh_token"]).json
    assert refreshed["authorization_details"] == [payment(), course()], "the authorization is the whole"
    narrowed = shop.refresh(refreshed["refresh_token"], authorization_details=details(payment())).json
    assert narrowed["authorization_details"] == [payment()]
    assert shop.introspect(narrowed["access_token"]).json["authorization_details"] == [payment()]
    wider = shop.refresh(narrowed["refresh_token"], authorization_details=details(payment(count=2)))
    assert error_of(wider) == "invalid_authorization_details"
    assert shop.refresh(narrowed["refresh_token"]).status_int == 200, "the refusal has used nothing up"


def test_a_code_cannot_be_widened_and_is_not_used_up(shop: RelyingParty, browser: Browser) -> None:
    code = shop.code(browser)
    assert error_of(shop.redeem(code, authorization_details=details(hours()))) == "invalid_authorization_details"
    tokens = shop.redeem(code).json
    assert "authorization_details" not in tokens


def test_in_a_jwt(sso: SingleSignOn, shop: RelyingParty, browser: Browser) -> None:
    api = add_api(sso, "project-api", access_token_format="jwt")
    browser.open(shop.url(authorization_details=details(payment()), resource=api.client_id))
    browser.agree()
    tokens = granted(shop, browser)
    assert shop.claims(tokens["access_token"])["authorization_details"] == [payment()]


def test_a_client_for_itself(register: Callable[..., RelyingParty]) -> None:
    machine = register(
        "machine", grant_types=["client_credentials"], response_types=[], authorization_details_types=NAMES
    )
    answer = machine.token(grant_type="client_credentials", authorization_details=details(hours())).json
    assert answer["authorization_details"] == [hours()]
    assert machine.introspect(answer["access_token"]).json["authorization_details"] == [hours()]
    refusal = machine.token(grant_type="client_credentials", authorization_details=details(hours(), payment()))
    assert error_of(refusal) == "invalid_authorization_details"
    assert "needs a person" in refusal.json["error_description"]


def test_in_a_pushed_request(shop: RelyingParty, browser: Browser) -> None:
    long = [payment(creditorName=f"{'商' * 130}{number}") for number in range(10)]
    pushed = shop.push(authorization_details=details(*long))
    assert pushed.status_int == 201, pushed.text
    browser.open(shop.pushed_url(pushed.json["request_uri"]))
    assert len(browser.page.html.select("section.exactly li")) == 10
    browser.agree()
    assert granted(shop, browser)["authorization_details"] == long
    assert error_of(shop.push(authorization_details=details({"type": "x"}))) == "invalid_authorization_details"


def test_in_a_request_object_it_is_an_array(register: Callable[..., RelyingParty], browser: Browser) -> None:
    key = key_for("ES256", "details")
    site = register("site", authorization_details_types=NAMES, jwks=jwk_set(key))
    claims = {"iss": "site", "aud": PORTAL, "authorization_details": [payment()]}
    browser.open(site.url(request=signed(claims, key)))
    browser.agree()
    assert granted(site, browser)["authorization_details"] == [payment()]
    for wrong in ({"type": "payment"}, [], 5, ["\ud800"]):
        browser.open(site.url(request=signed({**claims, "authorization_details": wrong}, key)))
        assert site.answer(browser)["error"] == "invalid_authorization_details"


def test_who_signs_in_first_is_asked_then(sso: SingleSignOn, shop: RelyingParty) -> None:
    browser = sso.browser()
    browser.open(shop.url(authorization_details=details(payment()), prompt="login"))
    browser.sign_in("zp", "penadmin")
    assert "Pay " in browser.text
    browser.agree()
    assert granted(shop, browser)["authorization_details"] == [payment()]


def test_the_hybrid_flow_takes_them_without_a_token(register: Callable[..., RelyingParty], browser: Browser) -> None:
    both = {"grant_types": ["authorization_code", "implicit"], "authorization_details_types": NAMES}
    types = ["code", "code id_token", "code token", "token", "none"]
    site = register("site", response_types=types, **both)
    browser.open(site.url(response_type="code id_token", authorization_details=details(hours())))
    assert granted(site, browser)["authorization_details"] == [hours()]
    for response_type in ("code token", "token", "none"):
        browser.open(site.url(response_type=response_type, authorization_details=details(hours())))
        assert site.answer(browser)["error"] == "invalid_request"


def test_other_grants_do_not_take_them(register: Callable[..., RelyingParty]) -> None:
    site = register("tv", grant_types=[DEVICE_CODE, "password"], response_types=[], authorization_details_types=NAMES)
    assert error_of(site.call("device_authorization", authorization_details=details(hours()))) == "invalid_request"
    for grant in ("password", DEVICE_CODE):
        refusal = site.token(grant_type=grant, authorization_details=details(hours()))
        assert error_of(refusal) == "invalid_request"
        assert refusal.json["error_description"] == "authorization_details are not for this grant_type."


def test_metadata_lists_the_types(sso: SingleSignOn, shop: RelyingParty, browser: Browser) -> None:
    samples = {"payment": payment(), "course_record": course(), "opening_hours": hours()}
    for name in ("openid-configuration", "oauth-authorization-server"):
        document = shop.http().get(f"{PORTAL}/.well-known/{name}").json
        assert document["authorization_details_types_supported"] == list(samples)
    for entry in samples.values():
        browser.open(shop.url(authorization_details=details(entry)))
        if browser.url.startswith(PORTAL):
            browser.agree()
        assert granted(shop, browser)["authorization_details"] == [entry]


def test_no_types_no_metadata(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso()
    site = RelyingParty.register(sso, "site", authorization_details_types=NAMES)
    document = site.http().get(f"{PORTAL}/.well-known/oauth-authorization-server").json
    assert "authorization_details_types_supported" not in document
    assert error_of(site.push(authorization_details=details(hours()))) == "invalid_authorization_details"
