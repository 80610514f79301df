"""What every kind of test uses: a fresh world for each test, made from a database that is migrated once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import PORTAL
from tests.support.relying_party import RelyingParty

pytest_plugins = ["tests.support.databases"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world's files with people and sites in it, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    sso = SingleSignOn(folder)
    sso.add_person("zp", "penadmin", name="张鹏")
    sso.add_person("lin", "lin-demo-password", name="林晓")
    sso.close()
    return folder


@pytest.fixture
def make_sso(template: Path, tmp_path: Path) -> Iterator[Callable[..., SingleSignOn]]:
    """Makes a world with settings of its own."""
    worlds: list[SingleSignOn] = []

    def make(settings: dict[str, str] | None = None) -> SingleSignOn:
        folder = tmp_path / f"world{len(worlds)}"
        shutil.copytree(template, folder)
        worlds.append(SingleSignOn(folder, settings=settings))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def sso(make_sso: Callable[..., SingleSignOn]) -> SingleSignOn:
    """A portal, two sites, and the people zp (``penadmin``) and lin (``lin-demo-password``)."""
    return make_sso()


@pytest.fixture
def browser(sso: SingleSignOn) -> Browser:
    """A browser in which zp is signed in at the portal. Stories that begin signed out have one of their own."""
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    return browser


@pytest.fixture
def rp(sso: SingleSignOn) -> RelyingParty:
    """A silent confidential client."""
    return RelyingParty.register(sso)


@pytest.fixture
def register(sso: SingleSignOn) -> Callable[..., RelyingParty]:
    """Registers further clients: ``register("shop", consent="explicit")``."""

    def register_one(client_id: str, **metadata: Any) -> RelyingParty:
        return RelyingParty.register(sso, client_id, **metadata)

    return register_one
