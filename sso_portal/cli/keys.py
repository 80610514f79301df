"""``sso-portal key``: the signing keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from sso_portal.cli.office import Office, as_json, office, tell
from sso_portal.services.keys import KeyInfo

_COLUMNS = ("kid", "algorithm", "signs", "created_at", "retired_at")


@click.group()
def key() -> None:
    """Signing keys: list, rotate."""


@key.command("list")
@as_json
@office
def list_keys(office: Office, as_json: bool) -> None:
    """Every key; times are seconds since 1970."""
    with office.portal.transaction() as unit:
        tell(_rows(unit.keys.all()), _COLUMNS, as_json=as_json)


@key.command()
@as_json
@office
def rotate(office: Office, as_json: bool) -> None:
    """Sign with fresh keys from now on; the old ones stay published."""
    with office.portal.transaction() as unit:
        tell(_rows(unit.keys.rotate()), _COLUMNS, as_json=as_json)


def _rows(keys: Sequence[KeyInfo]) -> list[dict[str, Any]]:
    return [dict(vars(info)) for info in keys]
