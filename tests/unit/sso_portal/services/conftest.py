"""A portal without its front door: services over a real database, with a clock that can be moved."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sso_portal.services.users import User
from sso_portal.settings import load_settings
from sso_portal.wiring import Portal
from sso_testkit import MovableClock

MakePortal = Callable[..., Portal]


@pytest.fixture
def clock() -> MovableClock:
    """The time in the test."""
    return MovableClock()


@pytest.fixture
def make_portal(migrated_sqlite: Path, tmp_path: Path, clock: MovableClock) -> Iterator[MakePortal]:
    """Makes portals over one database, as several processes would; settings by their names without ``sso.``."""
    file = tmp_path / "portal.sqlite3"
    shutil.copy(migrated_sqlite, file)
    portals: list[Portal] = []

    def make(**changes: str) -> Portal:
        settings = {
            "sso.web.issuer": "https://portal.example.test",
            "sso.storage.url": f"sqlite:///{file}",
            "sso.storage.sqlite_synchronous": "off",
            "sso.security.secret": "s" * 32,
            "sso.security.argon2_time_cost": "1",
            "sso.security.argon2_memory_kib": "64",
            **{f"sso.{name.replace('__', '.')}": value for name, value in changes.items()},
        }
        portals.append(Portal(load_settings(settings, {}), clock))
        return portals[-1]

    yield make
    for portal in portals:
        portal.close()


@pytest.fixture
def portal(make_portal: MakePortal) -> Portal:
    """A portal over an empty database."""
    return make_portal()


@pytest.fixture
def zp(portal: Portal) -> User:
    """Somebody who signs in as ``zp`` with ``penadmin``."""
    with portal.transaction() as unit:
        return unit.users.add("zp", email="zp@example.test", name="张鹏", password="penadmin")
