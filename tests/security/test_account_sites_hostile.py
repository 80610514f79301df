"""The page of sites and people who mean harm: other people's agreements, forged forms, sites that are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

SITES = f"{PORTAL}/account/sites"
Fields = list[tuple[str, str]]


@pytest.fixture
def shop(register: Callable[..., RelyingParty]) -> RelyingParty:
    return register("shop", consent="once")


@pytest.fixture
def hers(sso: SingleSignOn, shop: RelyingParty) -> Browser:
    """A browser in which lin is signed in, who has let the shop in."""
    browser = sso.browser()
    browser.open(shop.url())
    browser.sign_in("lin", "lin-demo-password")
    browser.agree("email")
    shop.redeem(shop.answer(browser)["code"])
    return browser


@pytest.fixture
def nothing_ends(sso: SingleSignOn) -> Iterator[None]:
    """Whatever the test does, nobody's agreement, code or token is touched."""

    def rows() -> list[Any]:
        queries = (
            "SELECT * FROM consents ORDER BY 1, 2",
            "SELECT * FROM families ORDER BY 1",
            "SELECT * FROM codes ORDER BY 1",
            "SELECT sid, client_id, ended_at FROM participations ORDER BY 1, 2",
            "SELECT * FROM sign_outs",
        )
        with sso.portal.database.engine.connect() as connection:
            return [connection.exec_driver_sql(query).all() for query in queries]

    before = rows()
    assert before[0]
    yield
    assert rows() == before


def csrf_of(browser: Browser) -> str:
    return str(browser.new_tab().open(f"{PORTAL}/o/logout/").html.select_one("input[name=csrf_token]")["value"])


def test_somebody_elses_agreement_is_neither_seen_nor_removed(
    browser: Browser, hers: Browser, nothing_ends: None
) -> None:
    assert "Site shop" in hers.open(SITES).text
    assert "Site shop" not in browser.open(SITES).text
    browser.open(f"{SITES}?remove=shop")
    assert browser.url == SITES
    answer = browser.request("POST", SITES, [("remove", "shop"), ("csrf_token", csrf_of(browser))])
    assert answer.headers["Location"] == f"{SITES}?removed=shop", "as after a removal: who it is has none"


@pytest.mark.parametrize(
    "forged",
    [
        [],
        [("csrf_token", "")],
        [("csrf_token", "x" * 43)],
        [("csrf_token", "é")],
        [("csrf_token", "x" * 5000)],
    ],
)
def test_a_form_of_another_site_removes_nothing(hers: Browser, forged: Fields, nothing_ends: None) -> None:
    answer = hers.request("POST", SITES, [("remove", "shop"), *forged])
    assert answer.status_int == 200
    assert "Nothing is lost; press the button once more." in answer.text


def test_the_token_of_another_persons_form_does_not_count(browser: Browser, hers: Browser, nothing_ends: None) -> None:
    answer = hers.request("POST", SITES, [("remove", "shop"), ("csrf_token", csrf_of(browser))])
    assert answer.status_int == 200


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("remove", "nobody")],
        [("remove", "")],
        [("remove", "\x00")],
        [("remove", "shop"), ("remove", "cafe")],
        [("remove", "x" * 5000)],
        [("remove", "shop' OR 1=1 --")],
    ],
)
def test_sites_that_are_none(hers: Browser, fields: Fields, nothing_ends: None) -> None:
    answer = hers.request("POST", SITES, [*fields, ("csrf_token", csrf_of(hers))])
    assert (answer.status_int, answer.headers["Location"]) == (303, SITES)


@pytest.mark.parametrize(
    "query", ["remove=%ff", "remove=a&remove=b", "q=%00", "removed=%ff&done=%ff", "q=" + "a" * 4000]
)
def test_addresses_that_are_none(hers: Browser, query: str, nothing_ends: None) -> None:
    assert hers.request("GET", f"{SITES}?{query}", ()).status_int in {200, 303}


def test_reading_the_question_removes_nothing(hers: Browser, nothing_ends: None) -> None:
    assert hers.request("GET", f"{SITES}?remove=shop&decision=yes", ()).status_int == 200


def test_a_receipt_of_somebody_else_is_not_told(browser: Browser, hers: Browser, shop: RelyingParty) -> None:
    answer = hers.request("POST", SITES, [("remove", "shop"), ("csrf_token", csrf_of(hers))])
    target = answer.headers["Location"]
    assert "done=" in target
    browser.open(target)
    assert "/o/logout/?receipt=" not in browser.text
    hers.open(target)
    assert "/o/logout/?receipt=" in hers.text


def test_names_of_sites_are_text(browser: Browser, register: Callable[..., RelyingParty]) -> None:
    site = register("odd", consent="once", client_name="<b>Site</b>")
    browser.open(site.url())
    browser.agree()
    for address in (SITES, f"{SITES}?remove=odd"):
        assert "<b>Site" not in browser.open(address).text
        assert "&lt;b&gt;Site" in browser.text
