"""What every kind of test uses: a fresh world for each test, made from a database that is migrated once."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

pytest_plugins = ["tests.support.databases", "sso_testkit.plugin"]


def pytest_collection_finish() -> None:
    """What has been imported and collected by now stays to the end: the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def template(prepared_world: Path) -> Path:
    """A world's files with people and sites in it, to be copied."""
    return prepared_world


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
