"""Worlds beside each other, and hosts that nobody has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from sso_testkit import SingleSignOn, World
from sso_testkit.sso import PORTAL
from sso_testkit.together import together
from sso_testkit.world import UnknownHost
from tests.support.flask_site import make_flask_site

SHOP = "https://shop.example.test"


def _signed_in(sso: SingleSignOn, username: str) -> str:
    browser = sso.browser()
    browser.open(f"{SHOP}/")
    browser.sign_in(username, "a good password")
    return str(browser.text)


def test_two_worlds_at_once_know_nothing_of_each_other(make_sso: Callable[..., SingleSignOn]) -> None:
    worlds = [make_sso(), make_sso()]
    for number, world in enumerate(worlds):
        world.add_site(SHOP, make_flask_site)
        world.add_person(f"person{number}")
    # Mutant: a world kept in a module instead of a contextvar lets one site ask the other world's portal.
    pages = together(2, lambda number: _signed_in(worlds[number], f"person{number}"))
    assert pages == ["hello person0", "hello person1"]
    worlds[0].clock.advance(hours=9)
    assert worlds[1].clock.now() < worlds[0].clock.now()
    for number, world in enumerate(worlds):
        told = " ".join(str(hop.form) for hop in world.journal.hops)
        assert f"person{number}" in told
        assert f"person{1 - number}" not in told


def test_a_world_inside_a_world_is_left_again(make_sso: Callable[..., SingleSignOn]) -> None:
    outer, inner = make_sso(), make_sso()
    with outer.world.entered():
        with inner.world.entered():
            requests.get(f"{PORTAL}/healthz", timeout=5)
        requests.get(f"{PORTAL}/readyz", timeout=5)
    assert [hop.url for hop in inner.journal.hops] == [f"{PORTAL}/healthz"]
    assert [hop.url for hop in outer.journal.hops] == [f"{PORTAL}/readyz"]


def test_a_host_that_nobody_has_is_named_with_who_asked_and_who_is_there(sso: SingleSignOn) -> None:
    def lost(_environ: dict[str, Any], _start_response: Any) -> list[bytes]:
        return [requests.get("https://nowhere.example.test/x", timeout=5).content]

    sso.add_site(SHOP, lost)
    with pytest.raises(UnknownHost) as problem:
        sso.browser().open(SHOP)
    told = str(problem.value)
    assert "nobody is at 'nowhere.example.test'" in told
    assert "asked by shop.example.test" in told
    assert "https://portal.example.test" in told


def test_a_person_at_a_wrong_address_is_told_too(sso: SingleSignOn) -> None:
    with pytest.raises(UnknownHost, match=r"'nowhere\.example\.test' \(https\); asked by a person's browser"):
        sso.browser().open("https://nowhere.example.test/")


@pytest.mark.parametrize(
    ("url", "is_there"),
    [
        ("https://here.test/", True),
        ("https://HERE.test:443/", True),
        ("http://here.test/", False),
        ("https://here.test:8443/", False),
        ("http://here.test:8080/", True),
    ],
)
def test_scheme_host_and_port_make_an_address(url: str, is_there: bool) -> None:
    def here(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"here"]

    world = World()
    world.add("https://here.test", here)
    world.add("http://here.test:8080", here)
    if is_there:
        assert world.http().get(url, timeout=5).text == "here"
    else:
        with pytest.raises(UnknownHost):
            world.http().get(url, timeout=5)


def test_calls_of_the_portal_are_the_portal_s(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open("https://project.example.test/mine")
    browser.sign_in("zp", "penadmin")
    browser.sign_out()
    calls = {(hop.actor, hop.url): hop.status for hop in sso.journal.hops}
    assert calls["portal.example.test", "https://project.example.test/sso/backchannel-logout"] in {200, 204}
    assert calls["project.example.test", f"{PORTAL}/o/token/"] == 200


def test_a_request_has_a_lower_number_than_the_calls_that_it_sets_off(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open("https://project.example.test/mine")
    browser.sign_in("zp", "penadmin")
    hops = sso.journal.hops
    arrival = next(hop for hop in hops if "/sso/callback?" in hop.url)
    exchange = next(hop for hop in hops if hop.url == f"{PORTAL}/o/token/")
    assert arrival.number < exchange.number
    assert dict(exchange.form)["grant_type"] == "authorization_code"
    assert [hop.number for hop in hops] == sorted(hop.number for hop in hops)
    assert sso.journal.since(arrival.number)[0].number == arrival.number + 1
    sso.journal.clear()
    assert sso.journal.hops == []
