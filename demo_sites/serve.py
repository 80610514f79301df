"""Runs one demo site or API: ``python -m demo_sites.serve project_center --port 9001 --settings-json -``.

The settings are one JSON object of strings. They hold the client secret, so they come from a file or from the first
line of standard input, never from an argument, which every user of the machine can read.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import signal
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from demo_sites.common.recorded import recorded

SITES = tuple(sorted(file.parent.name for file in Path(__file__).parent.glob("*/app.py")))
"""The sites and APIs that there are."""

THREADS = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until SIGTERM, SIGINT or, if asked, the end of standard input. Returns the exit status."""
    options = parse(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    # Who has called an API for whom is news: one line for each request.
    logging.getLogger("sso_client.guard").setLevel(logging.INFO)
    logging.getLogger("demo_sites").setLevel(logging.INFO)
    # A request that waits for a free thread is no news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    try:
        settings = read_settings(options.settings_json)
        app = recorded(importlib.import_module(f"demo_sites.{options.site}.app").make_app, settings)
        # Imported late: --help and a mistyped argument need no web server.
        from waitress.server import create_server

        server = create_server(app, sockets=[listen(options.host, options.port)], threads=THREADS, ident="")
    except (OSError, ValueError) as problem:
        print(f"demo_sites.serve {options.site}: {problem}", file=sys.stderr)
        return 1
    if options.stop_with_stdin:
        threading.Thread(target=leave_with_stdin, name="stdin", daemon=True).start()
    # On SystemExit waitress finishes the requests it has begun.
    server.run()
    server.close()
    return 0


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError when the port is taken; waitress would leave its own half open then."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line; wrong usage ends the process with status 2."""
    parser = argparse.ArgumentParser(prog="python -m demo_sites.serve", description="Runs one demo site or API.")
    parser.add_argument("site", choices=SITES)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--settings-json", required=True, metavar="FILE", help="- for the first line of stdin")
    parser.add_argument("--stop-with-stdin", action="store_true", help="end when standard input ends")
    return parser.parse_args(arguments)


def read_settings(source: str) -> Mapping[str, str]:
    """The settings from a file or, for ``-``, from one line of standard input.

    Raises ValueError if they are not one JSON object of strings; the message does not repeat them, they hold a secret.
    """
    text = sys.stdin.readline() if source == "-" else Path(source).read_text("utf-8")
    try:
        settings = json.loads(text)
    except json.JSONDecodeError:
        settings = None
    if not isinstance(settings, dict) or not all(isinstance(value, str) for value in settings.values()):
        message = "the settings are not a JSON object of strings"
        raise ValueError(message)
    return settings


def leave(number: int, frame: FrameType | None) -> None:
    """Signal handler: an ordinary end."""
    raise SystemExit(0)


def leave_with_stdin() -> None:
    """Reads standard input to its end and then asks the main thread to stop: whoever started the site is gone."""
    while sys.stdin.read(4096):
        pass
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
