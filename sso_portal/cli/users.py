"""``sso-portal user``: people."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import click

from sso_portal.base.errors import Refused
from sso_portal.cli.office import Office, as_json, office, read_secret, tell
from sso_portal.services.profile import parse_assignments
from sso_portal.services.users import User, Users

_COLUMNS = ("username", "name", "email", "administrator", "enabled")
_password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group()
def user() -> None:
    """People: add, list, show, edit, roles, password, disable, enable, import."""


@user.command()
@click.argument("username", metavar="NAME")
@click.option("--email", required=True)
@click.option("--name", "full_name", default="", help="The person's name as others read it.")
@click.option("--admin", is_flag=True, help="May administer the portal.")
@click.option("--role", "roles", multiple=True, help="What she is in the company; may be given several times.")
@_password_stdin
@as_json
@office
def add(
    office: Office,
    username: str,
    email: str,
    full_name: str,
    admin: bool,
    roles: tuple[str, ...],
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Add a person."""
    portal = office.portal
    password = read_secret(password_stdin, "Password")
    with portal.transaction() as unit:
        added = unit.users.add(username, email=email, name=full_name, password=password, is_administrator=admin)
        if roles:
            added = unit.users.set_roles(added, roles)
    tell(_row(added), _COLUMNS, as_json=as_json)


@user.command("list")
@as_json
@office
def list_users(office: Office, as_json: bool) -> None:
    """Everyone."""
    with office.portal.transaction() as unit:
        tell([_row(person) for person in unit.users.all()], _COLUMNS, as_json=as_json)


@user.command()
@click.argument("username", metavar="NAME")
@as_json
@office
def show(office: Office, username: str, as_json: bool) -> None:
    """One person."""
    with office.portal.transaction() as unit:
        _tell_all(_find(unit.users, username), as_json=as_json)


@user.command()
@click.argument("username", metavar="NAME")
@click.option("--set", "assignments", multiple=True, metavar="CLAIM=VALUE", help="A standard claim; empty removes it.")
@as_json
@office
def edit(office: Office, username: str, assignments: tuple[str, ...], as_json: bool) -> None:
    """Change what is known of a person, by the names of OpenID Connect Core, section 5.1.

    Members of the address are set as address.street_address=…
    """
    if not assignments:
        raise click.UsageError("Nothing to change: give --set CLAIM=VALUE at least once.")
    changes = parse_assignments(assignments)
    with office.portal.transaction() as unit:
        person = unit.users.set_profile(_find(unit.users, username), changes)
    _tell_all(person, as_json=as_json)


@user.command()
@click.argument("username", metavar="NAME")
@click.option("--add", "added", multiple=True, metavar="R", help="May be given several times.")
@click.option("--remove", "removed", multiple=True, metavar="R", help="May be given several times.")
@as_json
@office
def roles(office: Office, username: str, added: tuple[str, ...], removed: tuple[str, ...], as_json: bool) -> None:
    """Tell a person's roles, after giving her some and taking some."""
    with office.portal.transaction() as unit:
        person = _find(unit.users, username)
        if added or removed:
            person = unit.users.change_roles(person, add=added, remove=removed)
    tell({"username": person.username, "roles": person.roles}, (), as_json=as_json)


@user.command()
@click.argument("username", metavar="NAME")
@_password_stdin
@office
def password(office: Office, username: str, password_stdin: bool) -> None:
    """Give a person a new password; her sessions end, and a lock of her account is lifted."""
    portal = office.portal
    secret = read_secret(password_stdin, "New password")
    with portal.transaction() as unit:
        person = _find(unit.users, username)
        unit.users.set_password(person, secret)
        receipts = unit.sign_outs.end_all_of(person, "password_changed")
    portal.tell_sites(*receipts)
    with portal.transaction() as unit:
        unit.sign_in.unlock(username)
    click.echo(f"{person.username} has a new password.")


@user.command()
@click.argument("username", metavar="NAME")
@office
def disable(office: Office, username: str) -> None:
    """Let a person sign in no more; her sessions and tokens end now."""
    portal = office.portal
    with portal.transaction() as unit:
        person = _find(unit.users, username)
        unit.users.set_enabled(person, False)
        receipts = unit.sign_outs.end_all_of(person, "account_disabled")
    portal.tell_sites(*receipts)
    click.echo(f"{person.username} is disabled; {len(receipts)} sessions were ended.")


@user.command()
@click.argument("username", metavar="NAME")
@office
def enable(office: Office, username: str) -> None:
    """Let a person sign in again."""
    with office.portal.transaction() as unit:
        person = _find(unit.users, username)
        unit.users.set_enabled(person, True)
    click.echo(f"{person.username} is enabled.")


@user.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@office
def import_users(office: Office, file: Path, as_json: bool) -> None:
    """Add the people of a CSV or JSON FILE, all or none; who is there already stays as she is.

    Fields: username, email, name, password or password_hash (argon2), roles, and profile with standard claims by
    their names. In CSV roles are separated by spaces and profile is a JSON object.
    """
    rows = _read_people(file)
    added = present = 0
    with office.portal.transaction() as unit:
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, dict) or not row.get("username"):
                raise Refused(f"{file}: person {number} has no username; nobody was added.")
            if unit.users.by_username(row["username"]) is not None:
                present += 1
                continue
            try:
                _import_one(unit.users, row)
            except Refused as error:
                raise Refused(f"{file}: person {number}: {error} Nobody was added.") from None
            added += 1
    tell({"added": added, "present": present}, (), as_json=as_json)


def _import_one(users: Users, row: dict[str, Any]) -> None:
    known = ("email", "name", "password", "password_hash")
    fields: dict[str, Any] = {name: row.get(name) or "" for name in known}
    roles, profile = row.get("roles") or [], row.get("profile") or {}
    roles = roles.split() if isinstance(roles, str) else roles
    if not isinstance(roles, list):
        raise Refused("roles: is a list.")
    person = users.add(row["username"], **fields)
    if roles:
        person = users.set_roles(person, roles)
    if profile:
        users.set_profile(person, _read_profile(profile))


def _read_profile(profile: Any) -> dict[str, Any]:
    try:
        read = json.loads(profile) if isinstance(profile, str) else profile
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise Refused("profile: is a JSON object.")
    return read


def _read_people(file: Path) -> list[Any]:
    try:
        text = file.read_text(encoding="utf-8-sig")
        rows = json.loads(text) if file.suffix == ".json" else list(csv.DictReader(text.splitlines()))
    except (UnicodeDecodeError, ValueError, csv.Error) as error:
        raise Refused(f"{file} cannot be read: {error}") from None
    if not isinstance(rows, list):
        raise Refused(f"{file} is not a list of people.")
    return rows


def _find(users: Users, username: str) -> User:
    person = users.by_username(username)
    if person is None:
        raise Refused(f"There is no person with the user name {username}.")
    return person


def _row(person: User) -> dict[str, Any]:
    return {
        "username": person.username,
        "name": person.name,
        "email": person.email,
        "email_verified": person.email_verified,
        "administrator": person.is_administrator,
        "enabled": person.is_enabled,
        "sub": person.subject,
        "roles": person.roles,
    }


def _tell_all(person: User, *, as_json: bool) -> None:
    """Everything about one person; in JSON her claims stand together, for people each has a line."""
    times = {"created_at": person.created_at, "updated_at": person.updated_at}
    claims = {"profile": person.profile} if as_json else _flat(person.profile)
    tell({**_row(person), **claims, **times}, _COLUMNS, as_json=as_json)


def _flat(profile: dict[str, Any]) -> dict[str, Any]:
    address = {f"address.{name}": value for name, value in profile.get("address", {}).items()}
    flat = {**{name: value for name, value in profile.items() if name != "address"}, **address}
    return {name: ", ".join(value.splitlines()) if isinstance(value, str) else value for name, value in flat.items()}
