"""``sso-portal``: the operators' command."""

from __future__ import annotations

import sys

import click

from sso_portal.base.circumstances import Circumstances, current_circumstances
from sso_portal.base.errors import KeysUnreadable, Refused, SettingsError
from sso_portal.cli.office import Office


class Commands(click.Group):
    """Each is imported when it is asked for: a process that serves has no use for the others."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Every command, by name."""
        return ["audit", "client", "consent", "db", "demo", "key", "serve", "session", "trace", "user"]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of this name."""
        return _command(name) if name in self.list_commands(context) else None


def _command(name: str) -> click.Command:
    if name == "serve":
        from sso_portal.cli.serve import serve

        return serve
    from sso_portal.cli import audit, clients, consents, db, demo, keys, sessions, trace, users

    return {
        "audit": audit.audit,
        "client": clients.client,
        "consent": consents.consent,
        "db": db.db,
        "demo": demo.demo,
        "key": keys.key,
        "session": sessions.session,
        "trace": trace.trace,
        "user": users.user,
    }[name]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-c", "--config", default="development.ini", show_default=True, metavar="FILE.ini", help="Settings file.")
@click.pass_context
def cli(context: click.Context, config: str) -> None:
    """The SSO portal: one sign-in for every site."""
    context.obj = Office(config)
    context.call_on_close(context.obj.close)
    before = current_circumstances.set(Circumstances("command line"))
    context.call_on_close(lambda: current_circumstances.reset(before))


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
