"""Keys come and go while people sign in: sites notice nothing, whatever signs their id_tokens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import header_of
from sso_testkit.clients.names import DECRYPTION_ALGORITHMS, SIGNING_ALGORITHMS
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL, PROJECT_CENTER
from sso_testkit.together import together

KEY_ALGORITHMS = (*SIGNING_ALGORITHMS, *DECRYPTION_ALGORITHMS)
BYE = "https://rp.example.test/bye"


def enter(sso: SingleSignOn) -> str:
    """Sign in at the project center with a fresh browser; what its page for members says."""
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PROJECT_CENTER}/mine"
    return str(browser.text)


def published(sso: SingleSignOn) -> set[str]:
    """The names of the published keys."""
    return {key["kid"] for key in webtest.TestApp(sso.world).get(f"{PORTAL}/o/jwks/").json["keys"]}


def maintain(sso: SingleSignOn) -> None:
    """What the caretaker does every hour."""
    sso.portal.sweep()


@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_a_site_accepts_every_algorithm(sso: SingleSignOn, algorithm: str) -> None:
    sso.edit_client("project-center", id_token_signed_response_alg=algorithm)
    assert "zp" in enter(sso)


@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_every_id_token_is_signed_as_registered(
    sso: SingleSignOn, browser: Browser, register: Callable[..., RelyingParty], algorithm: str
) -> None:
    shop = register("shop", id_token_signed_response_alg=algorithm)
    tokens = shop.redeem(shop.code(browser)).json
    refreshed = shop.refresh(tokens["refresh_token"]).json
    for token in (tokens["id_token"], refreshed["id_token"]):
        assert header_of(token)["alg"] == algorithm
        assert header_of(token)["kid"] in published(sso)


def test_a_site_signs_people_in_through_three_rotations(sso: SingleSignOn) -> None:
    seen = set()
    for _ in range(3):
        enter(sso)
        seen |= published(sso)
        sso.clock.advance(days=89)
        maintain(sso)
        assert "zp" in enter(sso), "the next key is published"
        seen |= published(sso)
        sso.clock.advance(days=1)
        assert "zp" in enter(sso), "a key signs that the site has never seen"
        sso.clock.advance(days=3)
        maintain(sso)
        assert len(published(sso)) == len(KEY_ALGORITHMS), "the old ones are withdrawn"
    assert len(seen) == 4 * len(KEY_ALGORITHMS)


def test_a_token_from_before_the_rotation_is_verified_after_it(sso: SingleSignOn, rp: RelyingParty) -> None:
    sso.clock.advance(days=89)
    maintain(sso)
    sso.clock.advance(days=1, minutes=-1)
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    before = rp.redeem(rp.code(browser)).json["id_token"]
    sso.clock.advance(minutes=1)
    after = rp.redeem(rp.code(browser)).json["id_token"]
    assert header_of(before)["kid"] != header_of(after)["kid"]
    assert {header_of(before)["kid"], header_of(after)["kid"]} < published(sso)


def test_an_old_id_token_says_who_signs_out_until_it_is_forgotten(make_sso: Callable[..., SingleSignOn]) -> None:
    quick = {"rotate": 7200, "publish_ahead": 600, "keep": 3600, "hint": 3600}
    sso = make_sso(
        {
            **{f"sso.keys.{name}_seconds": str(seconds) for name, seconds in quick.items()},
            "sso.session.idle_seconds": "100000",
            "sso.session.absolute_seconds": "100000",
        }
    )
    rp = RelyingParty.register(sso, post_logout_redirect_uris=[BYE])
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    hint = rp.redeem(rp.code(browser)).json["id_token"]
    sso.clock.advance(6600)
    maintain(sso)
    sso.clock.advance(600 + 3600)
    assert header_of(hint)["kid"] not in published(sso)

    # The end is tried first: signing out ends the session.
    url = f"{PORTAL}/o/logout/?id_token_hint={hint}&post_logout_redirect_uri={BYE}"
    sso.clock.advance(3600)
    browser.open(url)
    assert "Sign out?" in browser.text, "signed too long ago to prove anything"
    sso.clock.advance(-1)
    assert browser.request("GET", url, None).headers["Location"] == BYE


def test_servers_side_by_side_agree(storage_url: str, tmp_path: Path) -> None:
    sso = SingleSignOn(tmp_path, storage_url=storage_url)
    apps = [sso.portal_app, *(sso.another_server() for _ in range(3))]
    sso.clock.advance(days=89)
    together(4, lambda number: apps[number].registry.portal.sweep())
    for days, signing in ((0, 1), (1, 2)):
        sso.clock.advance(days=days)
        told = []
        for app in apps:
            app.registry.portal.key_cache.forget()
            keys = webtest.TestApp(app).get("/o/jwks/").json["keys"]
            with app.registry.portal.transaction() as unit:
                told.append((keys, [unit.keys.signing(algorithm).kid for algorithm in SIGNING_ALGORITHMS]))
                generations = {info.generation for info in unit.keys.all() if info.state == "signs"}
            assert generations == {signing}
            assert len(keys) == 2 * len(KEY_ALGORITHMS)
        assert all(answer == told[0] for answer in told)
    sso.close()
