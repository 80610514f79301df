"""``sso-portal serve``: the portal on waitress."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import click
import waitress

from sso_portal.app import make_app_of
from sso_portal.cli.caretaker import Caretaker
from sso_portal.cli.courier import Courier
from sso_portal.cli.logs import start_logging
from sso_portal.cli.office import Office, office
from sso_portal.wiring import Portal


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes on one address.")
@office
def serve(office: Office, workers: int) -> None:
    """Run the portal until it is told to stop."""
    portal = office.portal
    start_logging()
    portal.prepare()
    listen = office.settings.web.listen
    listener = open_listener(listen)
    click.echo(f"The portal answers at {office.settings.web.issuer} (listening on {listen}).", err=True)
    if workers == 1:
        run(portal, listener)
    else:
        portal.close()
        _supervise(office, listener, workers)


def open_listener(listen: str) -> socket.socket:
    """A listening socket for ``address:port``. Raises :class:`OSError` when it is taken."""
    host, _, port = listen.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), int(port)))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


def run(portal: Portal, listener: socket.socket, around: Callable[[Any], Any] | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C; requests under way are finished first. ``around`` puts layers around the
    application."""
    # Both by name: who starts the portal in the background may have left SIGINT ignored.
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    web = portal.settings.web
    helpers = (Caretaker(portal), Courier(portal))
    for helper in helpers:
        helper.start()
    app = make_app_of(portal)
    waitress.serve(
        around(app) if around else app,
        sockets=[listener],
        threads=web.threads,
        # Twice the limit of the settings: what is a little too large gets an answer that says so.
        max_request_body_size=web.max_body_bytes * 2,
        max_request_header_size=web.max_query_bytes * 4,
        channel_timeout=60,
        connection_limit=1000,
        ident=None,
        clear_untrusted_proxy_headers=False,
        _quiet=True,
    )
    for helper in helpers:
        helper.stop()
    portal.close()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _supervise(office: Office, listener: socket.socket, workers: int) -> None:
    """Keep ``workers`` processes on one socket; one that dies is replaced, a signal to stop reaches all."""
    children: set[int] = set()
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        for child in children:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping or children:
        while not stopping and len(children) < workers:
            child = os.fork()
            if child == 0:
                run(Portal(office.settings), listener)
                sys.exit(0)
            children.add(child)
        ended, _ = os.wait()
        children.discard(ended)
