"""``sso-portal client``: registered sites, APIs and apps."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from sso_portal.base.errors import Refused
from sso_portal.cli.office import Office, as_json, office, read_secret, tell
from sso_portal.services.client_metadata import (
    AUTHENTICATION_METHODS,
    CONSENT_POLICIES,
    has_secret,
    parse_assignment,
)
from sso_portal.services.clients import Client, Clients

_COLUMNS = ("client_id", "client_name", "consent", "token_endpoint_auth_method", "registered_itself")
_set = click.option("--set", "assignments", multiple=True, metavar="FIELD=VALUE", help="Any metadata field.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_METHODS_WITH_SECRET = [m for m in AUTHENTICATION_METHODS if has_secret({"token_endpoint_auth_method": m})]
_secret_stdin = click.option("--secret-stdin", is_flag=True, help="Read the secret from standard input.")


@click.group()
def client() -> None:
    """Clients: add, list, show, edit, remove, rotate-secret, apply."""


@client.command()
@click.option("--name", required=True, help="The name people read.")
@click.option("--client-id", default="", help="Drawn at random when left out.")
@_secret_stdin
@click.option("--public", is_flag=True, help="Cannot keep a secret: a browser or mobile app.")
@click.option("--redirect-uri", "redirect_uris", multiple=True)
@click.option("--post-logout-redirect-uri", "post_logout_redirect_uris", multiple=True)
@click.option("--backchannel-logout-uri")
@click.option("--frontchannel-logout-uri")
@click.option("--grant-type", "grant_types", multiple=True)
@click.option("--response-type", "response_types", multiple=True)
@click.option("--scope", "scopes", multiple=True, help="May be given several times or separated by spaces.")
@click.option("--auth-method", type=click.Choice(AUTHENTICATION_METHODS))
@click.option("--jwks-file", type=_FILE, help="Its public keys: a JWK Set, for private_key_jwt and the like.")
@click.option("--consent", type=click.Choice(CONSENT_POLICIES))
@_set
@as_json
@office
def add(office: Office, /, name: str, client_id: str, secret_stdin: bool, as_json: bool, **options: Any) -> None:
    """Register a client; a drawn secret is shown this once."""
    metadata: dict[str, Any] = {"client_name": name}
    for option in ("redirect_uris", "post_logout_redirect_uris", "grant_types", "response_types"):
        if options[option]:
            metadata[option] = list(options[option])
    if options["grant_types"] and not {"authorization_code", "implicit"} & set(options["grant_types"]):
        # A client that sends nobody to sign in, such as a device, asks for no response type either.
        metadata.setdefault("response_types", [])
    if options["scopes"]:
        metadata["scope"] = " ".join(options["scopes"])
    for option in ("consent", "backchannel_logout_uri", "frontchannel_logout_uri"):
        if options[option]:
            metadata[option] = options[option]
    method = "none" if options["public"] else options["auth_method"]
    if method:
        metadata["token_endpoint_auth_method"] = method
    if options["jwks_file"]:
        metadata["jwks"] = _read_json(options["jwks_file"])
    metadata.update(map(parse_assignment, options["assignments"]))
    portal = office.portal
    secret = _given_secret() if secret_stdin else ""
    with portal.transaction() as unit:
        added, plain = unit.clients.add(metadata, client_id=client_id, secret=secret)
    row = _row(added)
    if plain is not None and not secret:
        row["client_secret"] = plain
    tell(row, _COLUMNS, as_json=as_json)


@client.command("list")
@as_json
@office
def list_clients(office: Office, as_json: bool) -> None:
    """Every client."""
    with office.portal.transaction() as unit:
        tell([_row(known) for known in unit.clients.all()], _COLUMNS, as_json=as_json)


@client.command()
@click.argument("client_id", metavar="ID")
@as_json
@office
def show(office: Office, client_id: str, as_json: bool) -> None:
    """One client."""
    with office.portal.transaction() as unit:
        tell(_row(unit.clients.stored(client_id)), _COLUMNS, as_json=as_json)


@client.command()
@click.argument("client_id", metavar="ID")
@_set
@as_json
@office
def edit(office: Office, client_id: str, assignments: tuple[str, ...], as_json: bool) -> None:
    """Change fields of a client."""
    if not assignments:
        raise click.UsageError("Nothing to change: give --set FIELD=VALUE at least once.")
    changes = dict(map(parse_assignment, assignments))
    with office.portal.transaction() as unit:
        tell(_row(unit.clients.edit(client_id, changes)), _COLUMNS, as_json=as_json)


@client.command()
@click.argument("client_id", metavar="ID")
@office
def remove(office: Office, client_id: str) -> None:
    """Forget a client; its people can no longer sign in there, and its tokens stop."""
    with office.portal.transaction() as unit:
        unit.clients.remove(client_id)
    click.echo(f"{client_id} is removed.")


@client.command("rotate-secret")
@click.argument("client_id", metavar="ID")
@_secret_stdin
@click.option("--auth-method", type=click.Choice(_METHODS_WITH_SECRET), help="Change this too.")
@as_json
@office
def rotate_secret(office: Office, client_id: str, secret_stdin: bool, auth_method: str | None, as_json: bool) -> None:
    """Replace a client's secret at once; a drawn one is shown this once."""
    portal = office.portal
    secret = _given_secret() if secret_stdin else ""
    with portal.transaction() as unit:
        plain = unit.clients.rotate_secret(client_id, secret, method=auth_method or "")
    row = {"client_id": client_id} | ({} if secret else {"client_secret": plain})
    tell(row, _COLUMNS, as_json=as_json)


@client.command()
@click.argument("file", type=_FILE)
@as_json
@office
def apply(office: Office, file: Path, as_json: bool) -> None:
    """Bring the clients of a JSON or TOML FILE to what it says, all or none; running it again changes nothing.

    JSON: a list of clients; TOML: tables [[client]]. Each has client_id and metadata fields. New confidential clients
    get a drawn secret, shown this once.
    """
    wanted = _read_clients(file)
    with office.portal.transaction() as unit:
        results = [
            _apply_one(unit.clients, dict(fields), number, file) for number, fields in enumerate(wanted, start=1)
        ]
    tell(results, ("client_id", "result"), as_json=as_json)
    if not as_json:
        for result in results:
            if "client_secret" in result:
                click.echo(f"client_secret of {result['client_id']}: {result['client_secret']}")


def _apply_one(clients: Clients, fields: dict[str, Any], number: int, file: Path) -> dict[str, Any]:
    client_id = str(fields.pop("client_id", ""))
    if not client_id:
        raise Refused(f"{file}: client {number} has no client_id; nothing was changed.")
    try:
        known = next((known for known in clients.all() if known.client_id == client_id), None)
        if known is None:
            _, plain = clients.add(fields, client_id=client_id)
            return {"client_id": client_id, "result": "added"} | ({"client_secret": plain} if plain else {})
        if all(known.metadata.get(name) == value for name, value in fields.items()):
            return {"client_id": client_id, "result": "unchanged"}
        clients.edit(client_id, fields)
    except Refused as error:
        raise Refused(f"{file}: {client_id}: {error} Nothing was changed.") from None
    return {"client_id": client_id, "result": "changed"}


def _read_clients(file: Path) -> list[Mapping[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8")
        wanted = tomllib.loads(text).get("client") if file.suffix == ".toml" else json.loads(text)
    except (UnicodeDecodeError, ValueError) as error:
        raise Refused(f"{file} cannot be read: {error}") from None
    if not isinstance(wanted, list) or not all(isinstance(fields, dict) for fields in wanted):
        raise Refused(f"{file} is not a list of clients.")
    return wanted


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Refused(f"{file} cannot be read: {error}") from None


def _given_secret() -> str:
    secret = read_secret(True, "")
    if not secret:
        raise Refused("Standard input has no secret in its first line.")
    return secret


def _row(known: Client) -> dict[str, Any]:
    return {
        "client_id": known.client_id,
        **known.metadata,
        "has_secret": known.secret_hash is not None,
        "registered_itself": known.registered_itself,
    }
