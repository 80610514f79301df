"""Whatever tells the time to a site tells the world's, and only there."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import timeit
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.together import together
from tests.support.datetime_sites import make_site_of_datetimes, make_site_with_pyjwt
from tests.support.source import ROOT

SHOP = "https://shop.example.test"
CHINA = timezone(timedelta(hours=8))

_TELLERS: dict[str, Callable[[], float]] = {
    "time": time.time,
    "time_ns": lambda: time.time_ns() / 1_000_000_000,
    "gmtime": lambda: datetime(*time.gmtime()[:6], tzinfo=UTC).timestamp(),
    "localtime": lambda: time.mktime(time.localtime()),
    "now": lambda: datetime.now().timestamp(),
    "now in UTC": lambda: datetime.now(UTC).timestamp(),
    "now elsewhere": lambda: datetime.now(tz=CHINA).timestamp(),
    "utcnow": lambda: datetime.utcnow().replace(tzinfo=UTC).timestamp(),
    "today": lambda: datetime.today().timestamp(),
}
"""Each is taken before there is any world, as a site's module takes them. Mutant: one of them is not exchanged."""


@pytest.mark.parametrize("name", _TELLERS)
@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_it_is_the_world_s_time_inside_and_the_machine_s_outside(sso: SingleSignOn, name: str) -> None:
    tell, real = _TELLERS[name], time.time()
    sso.clock.advance(days=400)
    with sso.world.entered():
        assert tell() == sso.clock.now()
        sso.clock.advance(minutes=1)
        assert tell() == sso.clock.now()
    assert real - 2 < tell() < real + 60


def test_the_date_is_that_of_the_world(sso: SingleSignOn) -> None:
    with sso.world.entered():
        assert date.today() == date.fromtimestamp(sso.clock.now()) == datetime.now().date()
    assert date.today() == date.fromtimestamp(time.time())


def test_what_measures_goes_on(sso: SingleSignOn) -> None:
    with sso.world.entered():
        before = time.monotonic(), time.perf_counter()
        sso.clock.advance(days=1)
        after = time.monotonic(), time.perf_counter()
    assert all(0 <= later - earlier < 60 for earlier, later in zip(before, after, strict=True))


def test_time_zones_and_classes_of_one_s_own_stay(sso: SingleSignOn) -> None:
    class Moment(datetime):
        """A site's own."""

    with sso.world.entered():
        assert type(Moment.now(CHINA)) is Moment
        assert datetime.now(CHINA).utcoffset() == timedelta(hours=8)
        with pytest.raises(TypeError, match="tzinfo argument must be None or of a tzinfo subclass"):
            datetime.now("Shanghai")  # type: ignore[arg-type]
    assert type(Moment.now()) is Moment
    assert type(Moment.today()) is Moment
    with pytest.raises(TypeError, match="tzinfo argument must be None or of a tzinfo subclass"):
        datetime.now("Shanghai")  # type: ignore[arg-type]


def test_a_function_that_a_class_keeps_is_not_bound() -> None:
    class Stopwatch:
        """Keeps functions as attributes, as ``logging.Formatter.converter`` is kept."""

        tell = time.time
        convert = time.gmtime

    assert Stopwatch().tell() > 0
    assert Stopwatch().convert(0).tm_year == 1970


def test_two_worlds_at_once_have_each_its_time(make_sso: Callable[..., SingleSignOn]) -> None:
    worlds = [make_sso(), make_sso()]
    worlds[1].clock.advance(days=400)
    meet = threading.Barrier(3)

    def seen(number: int) -> list[float]:
        if number == 2:
            return _seen_together(meet)
        with worlds[number].world.entered():
            return _seen_together(meet)

    # Mutant: the time is set for the process instead of being asked for by each call.
    first, second, outside = together(3, seen)
    assert set(first) == {worlds[0].clock.now()}
    assert set(second) == {worlds[1].clock.now()}
    assert all(abs(moment - time.time()) < 60 for moment in outside)


def _seen_together(meet: threading.Barrier) -> list[float]:
    seen = []
    for _ in range(20):
        meet.wait(timeout=10)
        seen += [time.time(), datetime.now(UTC).timestamp()]
    return seen


def test_a_site_that_checks_tokens_by_datetime_signs_people_in(sso: SingleSignOn) -> None:
    site = sso.add_site(SHOP, make_site_with_pyjwt)
    sso.clock.advance(days=400)
    browser = sso.browser()
    browser.open(site.url("/"))
    # Mutant: with the machine's datetime PyJWT refuses the id_token: "The token is not yet valid (iat)".
    browser.sign_in("zp")
    assert browser.text == "hello zp"


def test_a_session_that_ends_by_datetime_ends_by_advance(sso: SingleSignOn) -> None:
    site = sso.add_site(SHOP, make_site_of_datetimes)
    browser = sso.browser()
    assert browser.open(site.url("/")).text == "welcome"
    sso.clock.advance(minutes=29)
    assert browser.open(site.url("/")).text == "here since 29 minutes"
    sso.clock.advance(minutes=2)
    assert browser.open(site.url("/")).text == "welcome"


def test_it_costs_next_to_nothing(sso: SingleSignOn) -> None:
    with sso.world.entered():
        seconds = min(timeit.repeat(lambda: datetime.now(UTC), number=200, repeat=5)) / 200
    assert seconds < 50e-6


_WITH_TIME_MACHINE = """
import time
from datetime import UTC, datetime
import time_machine
from sso_testkit import MovableClock, World

world = World(MovableClock(1_900_000_000))

def told():
    return time.time(), datetime.now(UTC).timestamp()

def inside():
    with world.entered():
        return told()

real = told()
with time_machine.travel(1000, tick=False):
    assert told() == (1000, 1000), told()
    assert inside() == (1_900_000_000, 1_900_000_000), inside()
    with time_machine.travel(2000, tick=True):
        assert 2000 <= told()[1] < 2100, told()
    inner = World(MovableClock(5))
    with inner.entered():
        assert told() == (5, 5)
    assert told() == (1000, 1000), told()
assert inside() == (1_900_000_000, 1_900_000_000), inside()
assert all(0 <= later - earlier < 60 for earlier, later in zip(real, told()))
"""


def test_time_machine_travels_beside_it() -> None:
    # A process of its own: without the peace between the two it ends by a segmentation fault.
    command = [sys.executable, "-W", "ignore", "-c", _WITH_TIME_MACHINE]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_another_library_may_put_everything_back(make_sso: Callable[..., SingleSignOn], monkeypatch: Any) -> None:
    monkeypatch.setattr(time, "time", time.time.real)
    sso = make_sso()
    with sso.world.entered():
        assert time.time() == sso.clock.now()
