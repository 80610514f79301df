"""A world for a whole table of refusals: what changes nothing can be shared."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.relying_party import RelyingParty


@pytest.fixture(scope="module")
def shared_sso(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SingleSignOn]:
    """Like ``sso``, one for all tests of a module."""
    folder = tmp_path_factory.mktemp("shared") / "world"
    shutil.copytree(template, folder)
    world = SingleSignOn(folder)
    yield world
    world.close()


@pytest.fixture(scope="module")
def shared_rp(shared_sso: SingleSignOn) -> RelyingParty:
    """Like ``rp``, in the shared world."""
    return RelyingParty.register(shared_sso)
