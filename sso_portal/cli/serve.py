"""``sso-portal serve``: the portal on a server of its own, in one process or several."""

from __future__ import annotations

import gc
import resource
import socket
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from sso_portal.cli.keeper import Keeper
from sso_portal.cli.logs import start_logging
from sso_portal.cli.office import Office, office
from sso_portal.cli.worker import inherited

if TYPE_CHECKING:
    from sso_portal.wiring import Portal

BACKLOG = 1024
"""Connections that may wait until somebody lets them in."""


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes on one address.")
@click.option(
    "--server",
    type=click.Choice(["waitress", "granian"]),
    default="waitress",
    show_default=True,
    help="granian is faster; it comes with the extra `fast`.",
)
@office
def serve(office: Office, workers: int, server: str) -> None:
    """Run the portal until it is told to stop; several processes are restarted by SIGHUP."""
    start_logging(gathered=True)
    _allow_many_connections()
    inheritance = inherited()
    if inheritance is not None:
        listener = inheritance.open_listener()
        run(_prepared(office), listener, server=server, is_ready=inheritance.tell_ready, is_alone=False)
    elif workers == 1:
        portal = _prepared(office)
        run(portal, open_listener(office.settings.web.listen), server=server, is_ready=lambda: _announce(office))
    else:
        listener = open_listener(office.settings.web.listen)
        _announce(office)
        Keeper(listener, workers, office.settings.web.stop_seconds).run()


def _allow_many_connections() -> None:
    """As many open files as the system lets this process have: each connection is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _prepared(office: Office) -> Portal:
    office.portal.prepare()
    return office.portal


def _announce(office: Office) -> None:
    web = office.settings.web
    click.echo(f"The portal answers at {web.issuer} (listening on {web.listen}).", err=True)


def open_listener(listen: str) -> socket.socket:
    """A listening socket for ``address:port``. Raises :class:`OSError` when it is taken."""
    host, _, port = listen.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), int(port)))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def run(
    portal: Portal,
    listener: socket.socket,
    around: Callable[[Any], Any] | None = None,
    *,
    server: str = "waitress",
    is_ready: Callable[[], None] = lambda: None,
    is_alone: bool = True,
) -> None:
    """Serve until SIGTERM or Ctrl-C; requests under way are finished first. ``around`` puts layers around the
    application; ``is_ready`` is called once it answers, and ``is_alone`` unless other processes serve the same."""
    # Imported where they are needed: a keeper serves nothing, and who serves needs one of the two.
    from sso_portal.app import make_app_of
    from sso_portal.cli.caretaker import Caretaker
    from sso_portal.cli.courier import Courier
    from sso_portal.cli.hashing_threads import HashingThreads
    from sso_portal.cli.heaps import share_heaps

    share_heaps()
    portal.secret_hasher.compute_by(HashingThreads(portal.settings.security.hashing_at_once).compute)
    app = make_app_of(portal)
    # What has been made by now stays; the garbage collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    helpers = (Caretaker(portal), Courier(portal))
    for helper in helpers:
        helper.start()
    _serve_on(server, is_alone=is_alone)(around(app) if around else app, portal, listener, is_ready)
    for helper in helpers:
        helper.stop()
    portal.close()


def _serve_on(server: str, *, is_alone: bool) -> Callable[[Any, Portal, socket.socket, Callable[[], None]], None]:
    if server == "granian":
        from sso_portal.cli.on_granian import serve_on_granian

        return partial(serve_on_granian, is_alone=is_alone)
    from sso_portal.cli.on_waitress import serve_on_waitress

    return partial(serve_on_waitress, is_alone=is_alone)
