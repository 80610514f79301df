"""The same portal over PostgreSQL: the main story, and what happens at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.clients import Device
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER
from sso_testkit.together import together


@pytest.fixture
def sso(postgresql_url: str, tmp_path: Path) -> Iterator[SingleSignOn]:
    world = SingleSignOn(tmp_path, storage_url=postgresql_url)
    world.add_person("zp", "penadmin", name="张鹏")
    yield world
    world.close()


def test_the_main_story(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "wrong")
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PROJECT_CENTER}/mine"
    browser.open(f"{TALENT_CENTER}/mine")
    assert browser.url == f"{TALENT_CENTER}/mine"
    browser.open(f"{PORTAL}/readyz")
    assert browser.page.json["status"] == "ready"


@pytest.mark.parametrize("kind", ["code", "refresh_token"])
def test_sixteen_at_once_are_one(sso: SingleSignOn, kind: str) -> None:
    rp = RelyingParty.register(sso)
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    code = rp.code(browser)
    refresh_token = rp.redeem(rp.code(browser)).json["refresh_token"]
    barrier = threading.Barrier(16)

    def use(_number: int) -> int:
        barrier.wait()
        answer = rp.redeem(code) if kind == "code" else rp.refresh(refresh_token)
        return int(answer.status_int)

    with ThreadPoolExecutor(16) as pool:
        answers = sorted(pool.map(use, range(16)))
    # A refresh token that was used a moment ago is answered with its successor again.
    assert answers == ([200] + [400] * 15 if kind == "code" else [200] * 16)


def test_a_device_is_let_in_once(sso: SingleSignOn) -> None:
    tv, browser = Device(sso), sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    tv.ask()
    polled = together(16, lambda _number: tv.poll().json["error"])
    assert sorted(polled) == ["authorization_pending"] + ["slow_down"] * 15
    browser.open(f"{PORTAL}/o/device/?user_code=BCDF-GHJK")
    assert "No device is waiting" in browser.text
    browser.open(tv.codes["verification_uri_complete"])
    browser.agree("email")
    assert sorted(together(16, lambda _number: tv.poll().status_int)) == [200] + [400] * 15
