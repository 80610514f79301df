"""Moments in words, in two languages and any time zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pyramid.testing import DummyRequest, setUp, tearDown

from sso_portal.web.moments import is_now, moment
from sso_testkit import MovableClock

NOW = 1_800_000_000  # 2027-01-15 08:00:00 UTC
HOUR, DAY = 3_600, 86_400

Reading = Callable[[str, str], Any]


@pytest.fixture
def reading() -> Iterator[Reading]:
    """Makes a request in a language and a time zone."""

    def make(locale: str, zone: str) -> Any:
        request = DummyRequest()
        request.portal = SimpleNamespace(
            clock=MovableClock(NOW), settings=SimpleNamespace(brand=SimpleNamespace(time_zone=zone))
        )
        setUp(request=request).add_translation_dirs("sso_portal:locale")
        request.locale_name = locale
        return request

    yield make
    tearDown()


@pytest.mark.parametrize(
    ("zone", "locale", "offset", "words"),
    [
        ("UTC", "en", 0, "just now"),
        ("UTC", "en", -119, "just now"),
        ("UTC", "en", -120, "2 minutes ago"),
        ("UTC", "zh_CN", -3599, "59 分钟前"),
        ("UTC", "en", -HOUR, "today, 07:00"),
        ("UTC", "en", -8 * HOUR, "today, 00:00"),
        ("UTC", "en", -8 * HOUR - 1, "yesterday, 23:59"),
        ("Asia/Shanghai", "zh_CN", -8 * HOUR - 1, "今天 07:59"),
        ("UTC", "zh_CN", -DAY, "昨天 08:00"),
        ("UTC", "en", -2 * DAY, "13 Jan 2027 08:00"),
        ("UTC", "zh_CN", -400 * DAY, "2025年12月11日 08:00"),
        ("UTC", "en", 60, "today, 08:01"),
        ("UTC", "en", 16 * HOUR, "tomorrow, 00:00"),
        ("Asia/Shanghai", "en", 8 * HOUR, "tomorrow, 00:00"),
        ("UTC", "zh_CN", 30 * DAY, "2027年2月14日 08:00"),
    ],
)
def test_a_moment_in_words(reading: Reading, zone: str, locale: str, offset: int, words: str) -> None:
    assert moment(reading(locale, zone), NOW + offset).words == words


def test_a_moment_exactly(reading: Reading) -> None:
    told = moment(reading("en", "Asia/Shanghai"), NOW - 61)
    assert (told.exact, told.machine) == ("15 Jan 2027 15:58:59", "2027-01-15T07:58:59+00:00")
    assert moment(reading("zh_CN", "UTC"), NOW).exact == "2027年1月15日 08:00:00"


def test_what_is_now(reading: Reading) -> None:
    request = reading("en", "UTC")
    assert [is_now(request, NOW - seconds) for seconds in (0, 119, 120)] == [True, True, False]
