"""``sso-portal``: the operators' command."""

from __future__ import annotations

import sys

import click

from sso_portal.base.circumstances import Circumstances, current_circumstances
from sso_portal.base.errors import KeysUnreadable, Refused, SettingsError
from sso_portal.cli.audit import audit
from sso_portal.cli.clients import client
from sso_portal.cli.db import db
from sso_portal.cli.demo import demo
from sso_portal.cli.keys import key
from sso_portal.cli.office import Office
from sso_portal.cli.serve import serve
from sso_portal.cli.sessions import session
from sso_portal.cli.trace import trace
from sso_portal.cli.users import user


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-c", "--config", default="development.ini", show_default=True, metavar="FILE.ini", help="Settings file.")
@click.pass_context
def cli(context: click.Context, config: str) -> None:
    """The SSO portal: one sign-in for every site."""
    context.obj = Office(config)
    context.call_on_close(context.obj.close)
    before = current_circumstances.set(Circumstances("command line"))
    context.call_on_close(lambda: current_circumstances.reset(before))


for command in (serve, demo, db, user, client, key, session, trace, audit):
    cli.add_command(command)


def main() -> None:
    """Run; exit status 0 done, 1 refused with one line why, 2 wrong usage."""
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped; nothing was changed.", err=True)
        sys.exit(1)
    except (Refused, SettingsError, KeysUnreadable) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
