"""``sso-portal db``: the database's shape and cleanliness."""

from __future__ import annotations

import click

from sso_portal.base.errors import Refused
from sso_portal.cli.courier import Courier
from sso_portal.cli.office import Office, as_json, office, tell


@click.group()
def db() -> None:
    """The database: upgrade, check, sweep."""


@db.command()
@office
def upgrade(office: Office) -> None:
    """Bring the database to this version's shape and make the signing keys; safe to run again."""
    office.any_portal.upgrade()
    office.any_portal.prepare()
    click.echo("The database is up to date.")


@db.command()
@office
def check(office: Office) -> None:
    """Say whether the database can be used as it is."""
    with office.portal.transaction() as unit:
        ready = unit.keys.are_ready()
    if not ready:
        raise Refused("There are no signing keys of some kinds; run: sso-portal db upgrade")
    click.echo("The database is up to date and its keys can be read.")


@db.command()
@as_json
@office
def sweep(office: Office, as_json: bool) -> None:
    """End and delete what is over, tell sites of sign-outs, publish the keys whose time has come; `serve` does all of
    this by itself."""
    portal = office.portal
    Courier(portal).work()
    tell(dict(portal.sweep()), (), as_json=as_json)
