"""``sso-portal session``: who is signed in where, and which sites have still to be told of sign-outs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from sso_portal.base.errors import Refused
from sso_portal.cli.office import Office, as_json, office, tell
from sso_portal.services.sessions import Participation, Session
from sso_portal.services.sign_outs import LogoutNotice, Receipt

_COLUMNS = ("sid", "began", "last_used", "address", "browser", "remembered", "sites")
_NOTICES = ("client", "since", "state", "tries", "next_try", "problem")


@click.group()
def session() -> None:
    """Sign-ins of people: list, end, notices."""


@session.command("list")
@click.argument("username", metavar="USER")
@as_json
@office
def list_sessions(office: Office, username: str, as_json: bool) -> None:
    """Where a person is signed in, the last used first; times are seconds since 1970.

    Sites are those that she is signed in to there.
    """
    with office.portal.transaction() as unit:
        person = unit.users.by_username(username)
        if person is None:
            raise Refused(f"There is no person with the user name {username}.")
        living = unit.sessions.going_on(person)
        taking_part = unit.sessions.participations(living)
    tell([_row(one, taking_part) for one in living], _COLUMNS, as_json=as_json)


@session.command()
@click.argument("sid", metavar="SID")
@office
def end(office: Office, sid: str) -> None:
    """End one session, with its tokens, and tell its sites; the running portal tells those that do not answer now."""
    portal = office.portal
    with portal.transaction() as unit:
        receipt = unit.sign_outs.end(sid, "ended_by_administrator")
    if receipt is None:
        raise Refused(f"There is no session {_printable(sid)} that goes on.")
    portal.tell_sites(receipt)
    with portal.transaction() as unit:
        click.echo(_told(unit.sign_outs.receipt(receipt.number) or receipt))


@session.command()
@as_json
@office
def notices(office: Office, as_json: bool) -> None:
    """Sites that have not confirmed a sign-out, the latest first; times are seconds since 1970.

    States: waiting (the running portal tells them again), given_up.
    """
    with office.portal.transaction() as unit:
        unsettled = unit.sign_outs.unsettled()
    tell([_notice(notice) for notice in unsettled], _NOTICES, as_json=as_json)


def _row(one: Session, taking_part: Sequence[Participation]) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "began": one.created_at,
        "last_used": one.last_seen_at,
        "address": _printable(one.address),
        "browser": _printable(one.user_agent),
        "remembered": one.remember_me,
        "sites": [part.client_id for part in taking_part if part.sid == one.sid and part.ended_at is None],
    }


def _notice(notice: LogoutNotice) -> dict[str, Any]:
    return {
        "client": notice.client_id,
        "since": notice.created_at,
        "state": notice.state,
        "tries": notice.attempts,
        "next_try": notice.next_attempt_at if notice.state == "waiting" else None,
        "problem": notice.problem,
    }


def _told(receipt: Receipt) -> str:
    states = Counter(notice.state for notice in receipt.notices)
    waiting = states["waiting"]
    others = len(receipt.notices) - states["signed_out"] - waiting
    told = [f"{states['signed_out']} sites have confirmed it", f"{waiting} will be told by the running portal"]
    if others:
        told.append(f"{others} cannot be told")
    return f"The session is ended; {', '.join(told)}."


def _printable(text: str) -> str:
    """What a browser has sent, without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
