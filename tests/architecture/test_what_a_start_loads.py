"""What a process loads before it serves: each library costs time at every start, and memory as long as it lives."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.source import ROOT

SERVES = (
    "from sso_portal.app import make_app; import sso_portal.cli.main, sso_portal.cli.serve, sso_portal.cli.on_waitress;"
    "make_app({'sso.web.issuer': 'http://localhost:9000', 'sso.storage.url': 'sqlite:///never-opened.sqlite3',"
    " 'sso.security.secret': 'a secret of a test and of nothing else'})"
)
KEEPS = "import sso_portal.cli.main, sso_portal.cli.serve, sso_portal.cli.keeper, sso_portal.settings"


def loaded_by(program: str) -> set[str]:
    """Every module that is there when ``program`` has run."""
    command = [sys.executable, "-W", "ignore", "-c", f"import sys; {program}; print(*sys.modules)"]
    return set(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


@pytest.fixture(scope="module")
def serving() -> set[str]:
    return loaded_by(SERVES)


@pytest.mark.parametrize(
    "module",
    [
        *("alembic", "maxminddb", "requests", "segno", "ua_parser", "urllib3"),
        *("granian", "sso_flow", "demo_sites"),
        *("sqlalchemy.orm", "sqlalchemy.orm.exc", "sqlalchemy.dialects.postgresql", "psycopg"),
        *("sso_portal.cli.demo", "sso_portal.cli.users", "sso_portal.cli.audit"),
    ],
)
def test_who_serves_loads_nothing_that_is_seldom_used(serving: set[str], module: str) -> None:
    assert {"pyramid.router", "sqlalchemy", "oauthlib"} <= serving
    assert module not in serving


def test_who_keeps_others_loads_no_portal() -> None:
    loaded = loaded_by(KEEPS)
    assert "click" in loaded
    assert not loaded & {"sqlalchemy", "pyramid", "oauthlib", "waitress", "joserfc", "sso_portal.wiring"}
