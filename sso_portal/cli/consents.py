"""``sso-portal consent``: which sites know a person, and how their access is removed."""

from __future__ import annotations

from typing import Any

import click

from sso_portal.base.errors import Refused
from sso_portal.cli.office import Office, as_json, office, tell
from sso_portal.services.site_access import SiteAccess
from sso_portal.services.users import User, Users

_COLUMNS = ("client", "scopes", "declined", "since", "last_used", "until", "remembered", "goes_on", "removable")


@click.group()
def consent() -> None:
    """What people let sites know and do: list, withdraw."""


@consent.command("list")
@click.argument("username", metavar="USER")
@as_json
@office
def list_consents(office: Office, username: str, as_json: bool) -> None:
    """Which sites know a person, the last used first; times are seconds since 1970."""
    with office.portal.transaction() as unit:
        found = unit.site_accesses.of(_person(unit.users, username))
    tell([_row(access) for access in found], _COLUMNS, as_json=as_json)


@consent.command()
@click.argument("username", metavar="USER")
@click.argument("client_id", metavar="CLIENT")
@office
def withdraw(office: Office, username: str, client_id: str) -> None:
    """Remove a site's access to a person: agreement, codes, tokens and sign-ins there; the site is told."""
    portal = office.portal
    with portal.transaction() as unit:
        client = unit.clients.stored(client_id)
        if client.consent == "silent":
            raise Refused(f"{client_id} is registered as silent: it would be let in again without asking anybody.")
        receipts = unit.site_accesses.withdraw(_person(unit.users, username), client_id)
    if receipts is None:
        raise Refused(f"{client_id} has no access to {username}.")
    portal.tell_sites(*receipts)
    click.echo(f"{client_id} has no access to {username} any more.")


def _person(users: Users, username: str) -> User:
    person = users.by_username(username)
    if person is None:
        raise Refused(f"There is no person with the user name {username}.")
    return person


def _row(access: SiteAccess) -> dict[str, Any]:
    return {
        "client": access.client.client_id,
        "scopes": list(access.granted),
        "declined": list(access.declined),
        "since": access.since,
        "last_used": access.last_used_at,
        "until": access.ends_at,
        "remembered": access.is_remembered,
        "goes_on": access.goes_on,
        "removable": access.is_removable,
    }
