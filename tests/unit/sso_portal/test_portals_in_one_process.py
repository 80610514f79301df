"""Portals of one process share routes and views, and nothing that could tell one from the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL

MakeSso = Callable[..., SingleSignOn]


def test_the_second_portal_is_not_the_first(make_sso: MakeSso) -> None:
    first, second = make_sso(), make_sso()
    assert first.portal_app.registry.portal is first.portal
    assert second.portal_app.registry.portal is second.portal
    first.add_person("only-here", "a good password")
    for sso, signs_in in ((first, True), (second, False), (first, True)):
        browser = sso.browser()
        browser.open(f"{PORTAL}/o/login/")
        browser.sign_in("only-here", "a good password")
        assert ("only-here" in browser.open(f"{PORTAL}/").text) is signs_in


@pytest.mark.parametrize("order", [1, -1])
def test_each_looks_as_it_is_set_up(make_sso: MakeSso, order: int) -> None:
    accents = ["#1f5fbf", "#7a1f1f"][::order]
    worlds = [make_sso({"sso.brand.accent": accent, "sso.brand.name": f"Portal {accent}"}) for accent in accents]
    for sso, accent in zip(worlds, accents, strict=True):
        browser = sso.browser()
        page = browser.open(f"{PORTAL}/o/login/")
        assert f"Portal {accent}" in page.text
        address = next(link["href"] for link in page.html.find_all("link") if "brand.css" in link["href"])
        assert f"--accent:{accent}" in browser.open(address).text


def test_registration_is_open_only_where_it_is(make_sso: MakeSso) -> None:
    closed, opened = make_sso(), make_sso({"sso.registration.mode": "open"})
    for sso, status in ((closed, 404), (opened, 400), (closed, 404)):
        assert sso.browser().request("POST", f"{PORTAL}/o/register/", []).status_int == status


def test_what_one_forgets_or_limits_the_other_does_not(make_sso: MakeSso) -> None:
    narrow, wide = make_sso({"sso.web.max_query_bytes": "1000"}), make_sso()
    for sso, status in ((narrow, 414), (wide, 200), (narrow, 414)):
        assert sso.browser().request("GET", f"{PORTAL}/o/login/?x={'x' * 2_000}", None).status_int == status
