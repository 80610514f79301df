"""``sso-portal audit``: what has happened, and who has done it."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from sso_portal.base.errors import Refused
from sso_portal.cli.audit_sentences import line
from sso_portal.cli.office import Office, as_json, office
from sso_portal.services.audit import Audit, AuditEvent, Follower, Wanted
from sso_portal.wiring import Portal

_LOOK_SECONDS = 1
_AGO = re.compile(r"(\d{1,6})([mhdw])")
_UNIT_SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}

Tell = Callable[[AuditEvent], None]


class WrongTime(click.ClickException):
    """Wrong usage, in one line."""

    exit_code = 2


@click.command()
@click.option("--user", "username", metavar="U", help="Only what has to do with this person.")
@click.option("--client", "client_id", metavar="C", help="Only what has to do with this client.")
@click.option("--since", metavar="T", help="From then on: 2026-11-21, 2026-11-21T10:00, or 30m, 2h, 7d, 4w ago.")
@click.option("--follow", is_flag=True, help="Tell what comes, until Ctrl-C; with --since also what was.")
@as_json
@office
def audit(
    office: Office, username: str | None, client_id: str | None, since: str | None, follow: bool, as_json: bool
) -> None:
    """Tell what has happened, oldest first: sign-ins, sign-outs, consents, changes of people, clients and keys.

    With --json each event is a line of its own; times are seconds since 1970.
    """
    portal = office.portal
    wanted = Wanted(_user_id(portal, username), client_id, _moment(since, portal.clock.now()))
    try:
        if follow:
            _follow(portal, wanted, _json if as_json else _line, as_json=as_json)
        elif not _tell_all(portal, wanted, _json if as_json else _line) and not as_json:
            click.echo("Nothing is remembered that fits.")
    except BrokenPipeError:
        # Who reads has seen enough; what Python still has to write at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except portal.unavailable as error:
        raise Refused(f"The database cannot be reached: {str(error).splitlines()[0]}") from None


def _user_id(portal: Portal, username: str | None) -> int | None:
    if username is None:
        return None
    with portal.transaction() as unit:
        person = unit.users.by_username(username)
    if person is None:
        raise Refused(f"There is no person with the user name {username}.")
    return person.id


def _moment(since: str | None, now: int) -> int | None:
    """Seconds since 1970. Times without a zone are this machine's."""
    if since is None:
        return None
    ago = _AGO.fullmatch(since)
    if ago is not None:
        return max(0, now - int(ago[1]) * _UNIT_SECONDS[ago[2]])
    try:
        return max(0, int(datetime.fromisoformat(since).timestamp()))
    except (ValueError, OverflowError, OSError):
        raise WrongTime(f"--since: {since!r} is no time such as 2026-11-21, 2026-11-21T10:00, 2h or 7d.") from None


@contextmanager
def _log(portal: Portal) -> Iterator[Audit]:
    with portal.transaction() as unit:
        yield unit.audit


def _tell_all(portal: Portal, wanted: Wanted, tell: Tell) -> bool:
    """Whether there was anything."""
    last: AuditEvent | None = None
    while True:
        with _log(portal) as log:
            events = log.page(wanted, last)
        if not events:
            return last is not None
        for event in events:
            tell(event)
        last = events[-1]


def _follow(portal: Portal, wanted: Wanted, tell: Tell, *, as_json: bool) -> None:
    follower = Follower(lambda: _log(portal), wanted)

    def tell_once(event: AuditEvent) -> None:
        follower.note(event)
        tell(event)

    try:
        if wanted.since is not None:
            _tell_all(portal, wanted, tell_once)
        if not as_json:
            click.echo("Waiting for what comes; Ctrl-C ends it.", err=True)
        pause = threading.Event()
        while not pause.wait(_LOOK_SECONDS):
            for event in follower.look():
                tell(event)
    except KeyboardInterrupt:
        # Nothing was interrupted: this is how following ends.
        return


def _line(event: AuditEvent) -> None:
    click.echo(line(event))


def _json(event: AuditEvent) -> None:
    shown = {name: value for name, value in vars(event).items() if name != "user_id"}
    # ASCII only: what a browser has sent must not move anything on a terminal.
    click.echo(json.dumps(shown))
