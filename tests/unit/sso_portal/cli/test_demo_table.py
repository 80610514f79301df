"""The table of the demo world: what the contract has, at its ports, registered as it has to be."""

from __future__ import annotations

import importlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sso_portal.cli.demo_people import seed
from sso_portal.cli.demo_sites import DemoSite, demo_sites
from sso_portal.cli.demo_table import API, ROWS
from sso_portal.services.resources import identifiers_of
from sso_portal.settings import load_settings
from sso_portal.wiring import Portal

ISSUER = "http://localhost:9000"


@pytest.fixture
def sites(tmp_path: Path) -> list[DemoSite]:
    return demo_sites("localhost", 9000, tmp_path, ISSUER)


@pytest.fixture
def portal(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Portal]:
    """A portal over an empty database."""
    shutil.copy(migrated_sqlite, tmp_path / "portal.sqlite3")
    settings = {
        "sso.web.issuer": ISSUER,
        "sso.web.allow_insecure_issuer": "true",
        "sso.storage.url": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
        "sso.security.secret": "s" * 32,
        "sso.security.argon2_time_cost": "1",
        "sso.security.argon2_memory_kib": "64",
    }
    made = Portal(load_settings(settings, {}))
    made.prepare()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("client_id", "address"),
    [
        ("project-center", "http://localhost:9001"),
        ("talent-center", "http://localhost:9002"),
        ("partner-site", "http://localhost:9003"),
        ("user_api", "http://localhost:9011"),
        ("project_api", "http://localhost:9012"),
        ("open_api", "http://localhost:9013"),
        ("mobile-app", ""),
    ],
)
def test_everything_has_its_place(sites: list[DemoSite], client_id: str, address: str) -> None:
    assert {site.client_id: site.address for site in sites}[client_id] == address


def test_what_is_served_has_a_factory_of_its_own(sites: list[DemoSite]) -> None:
    for site in sites:
        if site.is_served:
            assert callable(importlib.import_module(f"demo_sites.{site.row.module}.app").make_app)
        else:
            assert "{" not in site.command
            assert f"--portal {ISSUER}" in site.command


def test_no_place_is_left_open(sites: list[DemoSite]) -> None:
    for site in sites:
        told = json.dumps([site.metadata(), site.settings()])
        assert "{self}" not in told
        assert not [row.client_id for row in ROWS if f"{{{row.client_id}}}" in told]


def test_all_of_it_can_be_registered_twice(portal: Portal, sites: list[DemoSite]) -> None:
    for _ in range(2):
        seed(portal, sites)
    with portal.transaction() as unit:
        known = {client.client_id: client for client in unit.clients.all()}
    assert {site.client_id for site in sites} | {"1"} == set(known)
    for site in sites:
        if site.row.kind == API:
            assert identifiers_of(known[site.client_id]) == {site.client_id, site.address}
    assert known["mobile-app"].secret_hash is None
    assert known["project_api"].metadata["access_token_format"] == "jwt"


def test_secrets_stay_the_same_and_are_for_their_owner_only(tmp_path: Path, sites: list[DemoSite]) -> None:
    again = demo_sites("localhost", 9100, tmp_path, "http://localhost:9100")
    assert [site.secret for site in again] == [site.secret for site in sites]
    assert len({site.secret for site in sites if site.secret}) == sum(row.has_secret for row in ROWS)
    assert (tmp_path / "site-secrets.json").stat().st_mode & 0o077 == 0
    assert sites[0].secret not in repr(sites[0])


def test_data_from_a_version_without_apis_gets_their_scopes(portal: Portal, sites: list[DemoSite]) -> None:
    with portal.transaction() as unit:
        older = {"client_name": "Project Center", "redirect_uris": ["http://localhost:1/"]}
        unit.clients.add(older, client_id="project-center", secret="s" * 32)
        changed = {**older, "scope": "openid roles"}
        unit.clients.add(changed, client_id="talent-center", secret="t" * 32)
    seed(portal, sites)
    with portal.transaction() as unit:
        assert "projects.write" in unit.clients.stored("project-center").metadata["scope"]
        assert unit.clients.stored("talent-center").metadata["scope"] == "openid roles"
