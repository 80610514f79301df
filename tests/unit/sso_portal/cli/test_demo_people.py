"""The demo's people: believable, filled in once, and left as an operator made them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sso_portal.cli.demo_people import PEOPLE, seed
from sso_portal.services.claims import claims_of
from sso_portal.settings import load_settings
from sso_portal.wiring import Portal


@pytest.fixture
def portal(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Portal]:
    """A portal over an empty database."""
    shutil.copy(migrated_sqlite, tmp_path / "portal.sqlite3")
    settings = {
        "sso.web.issuer": "https://portal.example.test",
        "sso.storage.url": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
        "sso.security.secret": "s" * 32,
        "sso.security.argon2_time_cost": "1",
        "sso.security.argon2_memory_kib": "64",
    }
    made = Portal(load_settings(settings, {}))
    made.prepare()
    yield made
    made.close()


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.username)
def test_everyone_has_claims_of_every_scope(portal: Portal, person: object) -> None:
    seed(portal, [])
    with portal.transaction() as unit:
        user = unit.users.by_username(person.username)
    claims = claims_of(user, ["profile", "address", "phone", "roles"])
    assert {"zoneinfo", "locale", "address", "phone_number", "roles"} <= set(claims)
    assert (claims["zoneinfo"], claims["locale"], claims["address"]["country"]) == ("Asia/Shanghai", "zh-CN", "CN")
    assert user.is_administrator == ("administrator" in user.roles)


def test_seeding_again_changes_nothing(portal: Portal) -> None:
    seed(portal, [])
    with portal.transaction() as unit:
        before = unit.users.all()
    seed(portal, [])
    with portal.transaction() as unit:
        assert unit.users.all() == before


def test_older_data_is_filled_in(portal: Portal) -> None:
    with portal.transaction() as unit:
        unit.users.add("zp", email="mine@example.test", name="Mine", password="penadmin")
    seed(portal, [])
    with portal.transaction() as unit:
        zp = unit.users.by_username("zp")
    assert zp is not None
    assert (zp.name, zp.email, zp.roles, zp.profile["nickname"]) == (
        "Mine",
        "mine@example.test",
        ["project-lead"],
        "老张",
    )


def test_what_an_operator_changed_stays(portal: Portal) -> None:
    seed(portal, [])
    with portal.transaction() as unit:
        zp, lin = unit.users.by_username("zp"), unit.users.by_username("lin")
        assert zp is not None
        assert lin is not None
        unit.users.set_profile(zp, {"nickname": "", "gender": "other"})
        unit.users.set_roles(lin, [])
    seed(portal, [])
    with portal.transaction() as unit:
        zp, lin = unit.users.by_username("zp"), unit.users.by_username("lin")
    assert zp is not None
    assert lin is not None
    assert "nickname" not in zp.profile
    assert zp.profile["gender"] == "other"
    assert lin.roles == []
