"""Requests of the site check: one answer each, bounded in time and size, with all of its cookies."""

from __future__ import annotations

import time

import pytest

from sso_client.backchannel import LARGEST_ANSWER, Backchannel
from sso_client.check.visits import LARGEST_PAGE, Unreachable, Visits
from sso_client.errors import PortalUnavailable
from tests.support.enemies import Endless, Enemy, answer

SITE = "https://site.example.test"


@pytest.mark.parametrize("status", [200, 303, 401, 500])
def test_an_endless_answer_is_read_up_to_a_limit(status: int) -> None:
    body = Endless()
    enemy = Enemy(lambda _: answer(status, body, Location="/again"))
    seen = Visits(enemy.session, 5).get(SITE)
    assert len(seen.body) == LARGEST_PAGE and body.given < 2 * LARGEST_PAGE
    assert len(enemy.asked) == 1


def test_the_portal_cannot_make_a_site_read_for_ever_by_a_redirect_either() -> None:
    body = Endless()
    enemy = Enemy(lambda _: answer(303, body, Location="/again"))
    with pytest.raises(PortalUnavailable):
        Backchannel(enemy.session, 5).send("GET", SITE)
    assert body.given < 2 * LARGEST_ANSWER


def test_a_dripping_answer_ends_with_its_time() -> None:
    enemy = Enemy(lambda _: answer(200, Endless(pause=0.01)))
    began = time.monotonic()
    with pytest.raises(Unreachable):
        Visits(enemy.session, 0.2).get(SITE)
    assert time.monotonic() - began < 5


def test_nothing_is_sent_that_was_not_meant_to_be() -> None:
    enemy = Enemy(lambda _: answer(200, b"x", Content_Type="Text/HTML; charset=utf-8"))
    seen = Visits(enemy.session, 5).get(SITE, cookies="a=b")
    assert (seen.status, seen.content_type, seen.body, seen.cookies) == (200, "text/html", b"x", ())
    assert enemy.asked[0].headers["Cookie"] == "a=b" and "Authorization" not in enemy.asked[0].headers


def test_cookies_that_come_in_several_lines_stay_apart() -> None:
    found = answer(200)
    found.headers.add("Set-Cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT")
    found.headers.add("Set-Cookie", "b=2")
    assert [cookie.name for cookie in Visits(Enemy(lambda _: found).session, 5).get(SITE).cookies] == ["a", "b"]


@pytest.mark.parametrize("url", ["https://[", "nowhere", "https://\udcff.test/"])
def test_what_is_no_address_has_no_answer(url: str) -> None:
    with pytest.raises(Unreachable) as caught:
        Visits(Enemy(lambda _: answer(200)).session, 5).get(url)
    assert str(caught.value).isprintable()
