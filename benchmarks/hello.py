"""``python -m benchmarks.hello PORT``: hello world in Pyramid on waitress, what a request costs before all else."""

from __future__ import annotations

import sys
from pathlib import Path

import waitress
from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from benchmarks.provider import Provider
from benchmarks.server import Server, free_port


def hello(_request: Request) -> Response:
    """Say it."""
    return Response("hello")


def main(port: int) -> None:
    """Serve until told to stop."""
    config = Configurator()
    config.add_route("hello", "/")
    config.add_view(hello, route_name="hello")
    waitress.serve(config.make_wsgi_app(), host="127.0.0.1", port=port, threads=8, ident=None, _quiet=True)


def hello_server(folder: Path) -> Server:
    """It, ready to be started."""
    port = free_port()
    return Server([sys.executable, "-m", "benchmarks.hello", str(port)], port, "/", folder / "hello.log")


def provider_of(server: Server) -> Provider:
    """As something that can be measured."""
    return Provider(name="hello world", port=server.port, pid=server.pid, cookie="")


if __name__ == "__main__":
    main(int(sys.argv[1]))
