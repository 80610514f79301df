"""An ordinary installation holds everything that a checkout holds: pages, styles, words, migrations."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import PACKAGES, ROOT

_MADE = {".pyc", ".mo"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The source as a fresh clone has it, with nothing compiled."""
    copy = tmp_path / "checkout"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "*.mo"))
    for file in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, copy)
    return copy


def not_installed(checkout: Path, target: Path) -> set[str]:
    """Files of the packages that an installation leaves out; of a catalogue its compiled form is wanted too."""
    command = [sys.executable, "setup.py", "--quiet", "build_py", "--build-lib", str(target)]
    subprocess.run(command, cwd=checkout, check=True, timeout=120)
    files = [path for package in PACKAGES for path in (checkout / package).rglob("*") if path.is_file()]
    wanted = {path.relative_to(checkout).as_posix() for path in files if path.suffix not in _MADE}
    wanted |= {f"{place.removesuffix('.po')}.mo" for place in wanted if place.endswith(".po")}
    return {place for place in wanted if not (target / place).is_file()}


def test_an_installation_leaves_nothing_out(checkout: Path, tmp_path: Path) -> None:
    assert not_installed(checkout, tmp_path / "installed") == set()


def test_a_file_that_is_left_out_is_found(checkout: Path, tmp_path: Path) -> None:
    planted = checkout / "sso_portal" / "web" / "templates" / "page.unheard-of"
    planted.write_text("a kind of file that nobody has thought of")
    assert not_installed(checkout, tmp_path / "installed") == {"sso_portal/web/templates/page.unheard-of"}
