"""Authorization details from somebody who means ill."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.details import NAMES, course, details, hours, payment, types_file

HTML = "<img src=x onerror=alert(1)></bdi></section><h1>You won</h1>\"'{{7*7}}{creditorName}"


@pytest.fixture
def sso(make_sso: Callable[..., SingleSignOn], tmp_path: Path) -> SingleSignOn:
    return make_sso({"sso.authorization_details.file": types_file(tmp_path)})


@pytest.fixture
def shop(register: Callable[..., RelyingParty]) -> RelyingParty:
    return register("shop", authorization_details_types=NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "[]",
        "{}",
        "[[]]",
        "[null]",
        '[{"type":"unknown"}]',
        '[{"type":"payment"}]',
        "[" * 3000,
        '[{"type":"opening_hours","place":' + "[" * 100 + "]" * 100 + "}]",
        '[{"type":"opening_hours","place":"a","place":"b"}]',
        '[{"type":"opening_hours","place":"\\ud800"}]',
        '[{"type":"opening_hours","place":"a\\u202eb"}]',
        '[{"type":"opening_hours","place":"a","\\u0000":1}]',
        details(hours(), hours()),
        details(*[hours(str(number)) for number in range(21)]),
        details(hours("x" * 9000)),
    ],
)
def test_refused_everywhere_the_same(shop: RelyingParty, browser: Browser, text: str) -> None:
    browser.open(shop.url(authorization_details=text))
    answer = shop.answer(browser)
    assert answer["error"] == "invalid_authorization_details"
    assert answer["state"] == "the-state"
    assert error_of(shop.push(authorization_details=text)) == "invalid_authorization_details"
    code = shop.code(browser)
    assert error_of(shop.redeem(code, authorization_details=text)) == "invalid_authorization_details"


def test_a_type_of_another_client(register: Callable[..., RelyingParty], browser: Browser) -> None:
    for types in ([], ["course_record"]):
        site = register(f"site{len(types)}", authorization_details_types=types)
        browser.open(site.url(authorization_details=details(payment())))
        answer = site.answer(browser)
        assert answer["error"] == "invalid_authorization_details"
        assert "may not use the type payment" in answer["error_description"]


def test_sent_twice(shop: RelyingParty, browser: Browser) -> None:
    browser.open(f"{shop.url(authorization_details=details(hours()))}&authorization_details=[]")
    assert shop.answer(browser)["error"] == "invalid_request"
    body = f"grant_type=client_credentials&client_id=shop&client_secret={shop.secret}" + "&authorization_details=[]" * 2
    kind = "application/x-www-form-urlencoded"
    answer = shop.http().post(f"{PORTAL}/o/token/", body, content_type=kind, status="*")
    assert error_of(answer) == "invalid_request"


@pytest.mark.parametrize("endpoint", ["par", "token"])
def test_a_megabyte(shop: RelyingParty, endpoint: str) -> None:
    answer = shop.call(endpoint, grant_type="client_credentials", authorization_details="[" * 1_000_000)
    assert answer.status_int == 413
    long_address = shop.http().get(shop.url(authorization_details="[" * 1_000_000), status="*")
    assert long_address.status_int == 414


def test_values_are_text_and_nothing_else(shop: RelyingParty, browser: Browser) -> None:
    pushed = shop.push(authorization_details=details(payment(creditorName=HTML, creditorAccount=HTML, purpose=HTML)))
    browser.open(shop.pushed_url(pushed.json["request_uri"]))
    page = browser.page.html
    assert len(page.select("h1")) == 1
    assert not page.select("section.exactly img")
    values = [value.get_text() for value in page.select("section.exactly bdi")]
    assert values == ["123.50", "EUR", HTML, HTML, HTML]


def test_a_name_that_reads_like_the_sentence_stands_out(shop: RelyingParty, browser: Browser) -> None:
    trick = "Merchant A for books. See when the library is open"
    browser.open(shop.url(authorization_details=details(payment(creditorName=trick))))
    said = browser.page.html.select_one("section.exactly li p")
    assert [value.get_text() for value in said.select("bdi")][-1] == trick


def test_the_answer_of_one_request_does_not_serve_another(shop: RelyingParty, browser: Browser) -> None:
    browser.open(shop.url(authorization_details=details(course())))
    token = browser.page.html.select_one("input[name=csrf_token]")["value"]
    other = shop.url(authorization_details=details(payment()))
    answer = browser.request("POST", other, [("csrf_token", token), ("decision", "allow")])
    assert "Location" not in answer.headers, "it has to be asked for itself"
    assert "Pay " in answer.text


def test_members_in_another_order_are_the_same_entry_and_nothing_more(shop: RelyingParty, browser: Browser) -> None:
    browser.open(shop.url(authorization_details=details(payment())))
    browser.agree()
    code = shop.answer(browser)["code"]
    turned = json.dumps([dict(reversed(payment().items()))])
    answer = shop.redeem(code, authorization_details=turned)
    assert answer.json["authorization_details"] == [payment()]
