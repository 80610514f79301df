"""What the commands share: settings, the portal behind them, output, secrets from standard input."""

from __future__ import annotations

import configparser
import json
import os
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sso_portal.base.errors import Refused
from sso_portal.settings import Settings, load_settings

if TYPE_CHECKING:
    from sso_portal.wiring import Portal


class Office:
    """The place where a command works; nothing is opened before it is needed."""

    def __init__(self, config: str) -> None:
        """``config`` is the ini file with a section ``[app:main]``."""
        self._config = config

    @cached_property
    def settings(self) -> Settings:
        """The settings of the ini file and the environment. Raises SettingsError and :class:`Refused`."""
        return load_settings(read_ini(self._config), os.environ)

    @cached_property
    def any_portal(self) -> Portal:
        """The portal, whatever the state of its database."""
        # Imported here: not every process that has an office serves, and the portal is most of what there is to import.
        from sso_portal.wiring import Portal

        return Portal(self.settings)

    @cached_property
    def portal(self) -> Portal:
        """The portal with a database of today's shape. Raises :class:`Refused`."""
        portal = self.any_portal
        try:
            migrated = portal.is_migrated()
        except portal.unavailable as error:
            raise Refused(f"The database cannot be opened: {str(error).splitlines()[0]}") from None
        if not migrated:
            raise Refused("The database is not of this version's shape; run: sso-portal db upgrade")
        return portal

    def close(self) -> None:
        """Give the database's connections back, if any were opened."""
        if "any_portal" in self.__dict__:
            self.any_portal.close()


def read_ini(path: str) -> Mapping[str, str]:
    """The ``sso.`` lines of an ini file. Raises :class:`Refused` when it cannot be read."""
    file = Path(path)
    parser = configparser.ConfigParser(defaults={"here": str(file.resolve().parent)}, interpolation=_Here())
    try:
        with file.open(encoding="utf-8") as stream:
            parser.read_file(stream)
        section = parser["app:main"]
    except (OSError, configparser.Error, KeyError) as error:
        raise Refused(f"The settings file {path} cannot be read: {error}") from None
    return {name: value for name, value in section.items() if name.startswith("sso.")}


class _Here(configparser.Interpolation):
    """``%(here)s`` and nothing else: a percent sign in a password needs no escaping."""

    def before_get(self, parser: Any, section: str, option: str, value: str, defaults: Any) -> str:
        return value.replace("%(here)s", defaults["here"])


as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


def tell(rows: Sequence[Mapping[str, Any]] | Mapping[str, Any], columns: Sequence[str], *, as_json: bool) -> None:
    """Print one thing or a list of things, as a table for people or JSON for scripts."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if isinstance(rows, Mapping):
        width = max(len(name) for name in rows)
        for name, value in rows.items():
            click.echo(f"{name:<{width}}  {_shown(value)}")
        return
    table = [[_shown(row[column]) for column in columns] for row in rows]
    widths = [max(len(line[index]) for line in [list(columns), *table]) for index in range(len(columns))]
    for line in [list(columns), *table]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value)) or "–"
    return "–" if value in (None, "") else str(value)


def read_secret(from_stdin: bool, question: str) -> str:
    """A secret from the first line of standard input, or typed twice at a prompt; never from an argument."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    secret: str = click.prompt(question, hide_input=True, confirmation_prompt=True)
    return secret


office = click.make_pass_decorator(Office)
"""Hands the :class:`Office` to a command."""
