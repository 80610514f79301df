"""``sso-portal key``: the signing keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from sso_portal.cli.office import Office, as_json, office, tell
from sso_portal.services.keys import KeyInfo

_COLUMNS = ("kid", "algorithm", "generation", "state", "created_at", "signs_from", "superseded_at")


_KID_LENGTH = 43


class _OfKey(click.Command):
    """A command that is told a key. A ``kid`` is a thumbprint (RFC 7638): one of 64 begins with a hyphen, and is no
    option for that."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """``args``, with what has the length of a thumbprint as what it is."""
        keys = [given for given in args if len(given) == _KID_LENGTH]
        others = [given for given in args if len(given) != _KID_LENGTH and given != "--"]
        return super().parse_args(ctx, [*others, "--", *keys] if keys else args)


@click.group()
def key() -> None:
    """Signing keys: list, rotate, remove."""


@key.command("list")
@as_json
@office
def list_keys(office: Office, as_json: bool) -> None:
    """Every key; times are seconds since 1970.

    States: next (published, signs later), signs, published (for what it has signed), kept (only to recognise old
    id_tokens), over (deleted by the next sweep). Keys of RSA-OAEP-256 and ECDH-ES do not sign: sites encrypt requests
    for them; they come and go in the same way.
    """
    with office.portal.transaction() as unit:
        tell(_rows(unit.keys.all()), _COLUMNS, as_json=as_json)


@key.command()
@click.option("--ahead", is_flag=True, help="Publish the fresh keys now and sign with them later.")
@as_json
@office
def rotate(office: Office, ahead: bool, as_json: bool) -> None:
    """Sign with fresh keys from now on; the old ones stay published. The schedule does this by itself."""
    with office.portal.transaction() as unit:
        tell(_rows(unit.keys.rotate(ahead=ahead)), _COLUMNS, as_json=as_json)


@key.command(cls=_OfKey)
@click.argument("kid", metavar="KID")
@office
def remove(office: Office, kid: str) -> None:
    """Forget a leaked key at once; what it has signed is believed no more. Rotate first."""
    with office.portal.transaction() as unit:
        unit.keys.remove(kid)
    click.echo(f"{kid} is removed.")


def _rows(keys: Sequence[KeyInfo]) -> list[dict[str, Any]]:
    return [dict(vars(info)) for info in keys]
