"""A site pushes its request, the browser brings the reference (RFC 9126)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import assertion_claims, assertion_fields, jwk_set, key_for, signed
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

OVER = "This sign-in is over"


def pushed(site: RelyingParty, **changes: str | None) -> str:
    """The reference to a request that was pushed."""
    answer = site.push(**changes)
    assert answer.status_int == 201, answer.text
    return str(answer.json["request_uri"])


def pushable(site: RelyingParty) -> dict[str, str]:
    """The parameters of the site's request."""
    return dict(parse_qsl(urlsplit(site.url()).query))


def test_from_the_push_to_the_tokens(rp: RelyingParty, browser: Browser) -> None:
    answer = rp.push(state="pushed", nonce="pushed too")
    assert (answer.status_int, answer.headers["Cache-Control"]) == (201, "no-store")
    assert set(answer.json) == {"request_uri", "expires_in"}
    assert answer.json["expires_in"] == 90
    assert answer.json["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    browser.open(rp.pushed_url(answer.json["request_uri"]))
    told = rp.answer(browser)
    assert (told["state"], told["iss"]) == ("pushed", PORTAL)
    tokens = rp.redeem(told["code"]).json
    assert rp.claims(tokens["id_token"])["nonce"] == "pushed too"


def test_only_what_was_pushed_counts(rp: RelyingParty, browser: Browser) -> None:
    outside = {
        "state": "outside",
        "scope": "openid",
        "nonce": "outside",
        "prompt": "login",
        "redirect_uri": "https://x/",
    }
    browser.open(rp.pushed_url(pushed(rp, scope="openid email"), **outside))
    told = rp.answer(browser)
    assert told["state"] == "the-state"
    assert rp.redeem(told["code"]).json["scope"] == "openid email"


def test_a_reference_is_answered_once_and_the_back_button_shows_a_calm_page(rp: RelyingParty, browser: Browser) -> None:
    url = rp.pushed_url(pushed(rp))
    browser.open(url)
    assert "code" in rp.answer(browser)
    browser.open(url)
    assert browser.page.status_int == 400
    assert OVER in browser.text
    assert "https://rp.example.test/" in browser.text, "the way back to the site"


def test_the_page_in_chinese(rp: RelyingParty, sso: SingleSignOn) -> None:
    browser = sso.browser("zh-CN")
    browser.open(rp.pushed_url("urn:ietf:params:oauth:request_uri:nothing"))
    assert (browser.page.status_int, "这次登录已经结束" in browser.text) == (400, True)


def test_a_sign_in_may_take_longer_than_the_reference_lives(rp: RelyingParty, sso: SingleSignOn) -> None:
    newcomer, latecomer = sso.browser(), sso.browser()
    reference = pushed(rp)
    newcomer.open(rp.pushed_url(reference))
    sso.clock.advance(3600)
    latecomer.open(rp.pushed_url(reference))
    assert OVER in latecomer.text, "too late is too late when it arrives"
    sso.portal.sweep()
    newcomer.sign_in("zp", "penadmin")
    assert "code" in rp.answer(newcomer)


def test_it_arrives_in_the_last_second_and_not_after(rp: RelyingParty, sso: SingleSignOn, browser: Browser) -> None:
    first, second = pushed(rp), pushed(rp)
    sso.clock.advance(89)
    browser.open(rp.pushed_url(first))
    assert "code" in rp.answer(browser)
    sso.clock.advance(1)
    browser.open(rp.pushed_url(second))
    assert OVER in browser.text


def test_the_life_of_a_reference_is_a_setting(make_sso: Callable[..., SingleSignOn]) -> None:
    rp = RelyingParty.register(make_sso({"sso.tokens.pushed_request_seconds": "5"}))
    assert rp.push().json["expires_in"] == 5


def test_the_consent_page_may_stay_open(
    register: Callable[..., RelyingParty], sso: SingleSignOn, browser: Browser
) -> None:
    shop = register("shop", consent="explicit", scope="openid profile email")
    browser.open(shop.pushed_url(pushed(shop)))
    assert "Site shop" in browser.text
    sso.clock.advance(600)
    browser.open(browser.url)
    assert "See your profile" in browser.text, "loading it again shows it again"
    browser.agree()
    assert "code" in shop.answer(browser)


def test_a_denial_uses_it_up(register: Callable[..., RelyingParty], browser: Browser) -> None:
    shop = register("shop", consent="explicit")
    url = shop.pushed_url(pushed(shop))
    browser.open(url)
    form = next(form for form in browser.page.forms.values() if "decision" in form.fields)
    fields = form.submit_fields("decision", submit_value="deny")
    answer = browser.request("POST", PORTAL + form.action, fields)
    assert "error=access_denied" in answer.headers["Location"]
    browser.open(url)
    assert OVER in browser.text


def test_a_silent_refusal_uses_it_up(rp: RelyingParty, sso: SingleSignOn) -> None:
    url, stranger = rp.pushed_url(pushed(rp, prompt="none")), sso.browser()
    stranger.open(url)
    assert rp.answer(stranger)["error"] == "login_required"
    stranger.open(url)
    assert OVER in stranger.text


def test_prompt_login_is_asked_once(rp: RelyingParty, browser: Browser) -> None:
    browser.open(rp.pushed_url(pushed(rp, prompt="login")))
    assert "Confirm it is you" in browser.text
    browser.sign_in("zp", "penadmin")
    assert "code" in rp.answer(browser)


def test_pages_see_the_language_and_the_name_that_were_pushed(rp: RelyingParty, sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(rp.pushed_url(pushed(rp, ui_locales="zh-CN", login_hint="lin")))
    assert browser.page.headers["Content-Language"] == "zh-CN"
    assert browser.page.forms[0]["username"].value == "lin"
    language = next(link["href"] for link in browser.page.html.find_all("a") if "locale=en" in link.get("href", ""))
    browser.open(f"{PORTAL}{language}")
    assert browser.page.headers["Content-Language"] == "en", "a choice made here wins over the site's wish"


def test_pages_see_the_language_and_the_name_in_a_request_object(
    register: Callable[..., RelyingParty], sso: SingleSignOn
) -> None:
    shop = register("shop", jwks=jwk_set(key_for("ES256", "ES256")))
    browser = sso.browser()
    inside = {"ui_locales": "zh-CN", "login_hint": "lin", "aud": PORTAL, "iss": "shop"}
    browser.open(shop.url(request=signed(inside, key_for("ES256", "ES256"))))
    assert browser.page.headers["Content-Language"] == "zh-CN"
    assert browser.page.forms[0]["username"].value == "lin"


def test_a_request_object_may_be_pushed_and_nothing_beside_it_counts(
    register: Callable[..., RelyingParty], sso: SingleSignOn, browser: Browser
) -> None:
    key = key_for("ES256", "ES256")
    shop = register("shop", jwks=jwk_set(key), require_signed_request_object=True)
    whole = {**pushable(shop), "state": "inside", "iss": "shop", "aud": PORTAL, "exp": sso.clock.now() + 30}
    assert shop.push().json["error"] == "invalid_request_object", "a plain one"
    reference = pushed(shop, request=signed(whole, key), state="outside", nonce="outside")
    sso.clock.advance(60)
    browser.open(shop.pushed_url(reference))
    assert shop.answer(browser)["state"] == "inside"
    for wrong in ({**whole, "client_id": "rp"}, {**whole, "aud": "https://x/"}, {**whole, "exp": 1}, {}):
        answer = shop.push(request=signed(wrong, key))
        assert (answer.status_int, answer.json["error"]) in {
            (400, "invalid_request_object"),
            (400, "invalid_request"),
        }, wrong


def test_a_client_that_has_to_push_gets_nowhere_without(
    register: Callable[..., RelyingParty], browser: Browser
) -> None:
    shop = register("shop", require_pushed_authorization_requests=True)
    browser.open(shop.url())
    assert shop.answer(browser)["error"] == "invalid_request"
    browser.open(shop.pushed_url(pushed(shop)))
    assert "code" in shop.answer(browser)


@pytest.mark.parametrize("method", ["client_secret_basic", "private_key_jwt", "none"])
def test_each_way_to_authenticate(
    register: Callable[..., RelyingParty], sso: SingleSignOn, browser: Browser, method: str
) -> None:
    key = key_for("ES256", "ES256")
    own: dict[str, Any] = {"jwks": jwk_set(key)} if method == "private_key_jwt" else {}
    shop = register("shop", token_endpoint_auth_method=method, **own)
    http = webtest.TestApp(sso.world)
    fields: dict[str, Any] = {name: value for name, value in pushable(shop).items() if name != "client_id"}
    if method == "client_secret_basic":
        http.authorization = ("Basic", ("shop", str(shop.secret)))
    elif method == "none":
        fields["client_id"] = "shop"
    else:
        fields |= assertion_fields(signed(assertion_claims("shop", sso.clock.now(), aud=f"{PORTAL}/o/par/"), key))
    reference = http.post(f"{PORTAL}/o/par", fields, status=201).json["request_uri"]
    browser.open(shop.pushed_url(reference))
    assert "code" in shop.answer(browser)


def test_neither_reference_nor_secret_is_stored(rp: RelyingParty, rows: Callable[[str], list[tuple[Any, ...]]]) -> None:
    reference = pushed(rp)
    ((hashed, parameters),) = rows("SELECT request_uri_hash, parameters FROM pushed_requests")
    assert reference.rpartition(":")[2] not in hashed
    assert "client_secret" not in json.loads(parameters)
    assert str(rp.secret) not in parameters


def test_what_nobody_can_use_any_more_is_swept(
    rp: RelyingParty, sso: SingleSignOn, rows: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    pushed(rp)
    sso.clock.advance(90 + 86_400)
    sso.portal.sweep()
    assert len(rows("SELECT 1 FROM pushed_requests")) == 1
    sso.clock.advance(1)
    assert sso.portal.sweep()["pushed_requests"] == 1
