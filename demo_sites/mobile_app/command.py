"""The command line: which way, which portal, which API. Exit status 0 done, 1 refused in one line, 2 wrong usage."""

from __future__ import annotations

import argparse
import getpass
import sys
import time
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TextIO

import requests

from demo_sites.mobile_app.browser_way import sign_in_by_browser
from demo_sites.mobile_app.device_way import sign_in_by_device
from demo_sites.mobile_app.password_way import sign_in_by_password
from demo_sites.mobile_app.portal import Portal
from demo_sites.mobile_app.telling import Stopped, Telling
from demo_sites.mobile_app.user_api import UserApi
from demo_sites.mobile_app.visit import Visit
from sso_client.backchannel import HttpFactory
from sso_client.clock import Clock, SystemClock
from sso_client.urls import is_safe_endpoint

WAYS = {
    "password": "user name and password go through the app, as the platform's description has it; not for anything new",
    "browser": "the person signs in at the portal in the browser, and the app gets a code (PKCE, loopback redirect)",
    "device": "the app shows a short code and a picture of it, and the person answers on another device",
}
INTERRUPTED = 130
LONGEST_PASSWORD = 4096


@dataclass(frozen=True)
class Outside:
    """What the app reaches beyond itself; tests bring their own."""

    http: HttpFactory = requests.Session
    clock: Clock = field(default_factory=SystemClock)
    wait: Callable[[float], None] = time.sleep
    open_page: Callable[[str], bool] = webbrowser.open
    stdin: TextIO | None = None
    stdout: TextIO | None = None


def main(arguments: Sequence[str] | None = None, outside: Outside | None = None) -> int:
    """Run the app; answers the exit status."""
    outside = outside or Outside()
    stdin, stdout = outside.stdin or sys.stdin, outside.stdout or sys.stdout
    try:
        options = parse(arguments)
        way = options.way or _chosen(options, stdin, stdout)
        if way:
            _run(way, options, outside, stdin, stdout)
    except Stopped as stopped:
        print(f"mobile_app: {stopped}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nmobile_app: stopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read along has gone; there is nobody left to tell.
        sys.stderr.close()
        return 1
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line; wrong usage ends the process with status 2."""
    ways = "\n".join(f"  {name:<9} {text}" for name, text in WAYS.items())
    parser = argparse.ArgumentParser(
        prog="python -m demo_sites.mobile_app",
        description=f"What an app does to call an API, told step by step. Its ways:\n\n{ways}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("way", nargs="?", choices=[*WAYS])
    parser.add_argument("--portal", default="http://localhost:9000", metavar="URL", type=_address)
    parser.add_argument("--user-api", default="http://localhost:9011", metavar="URL", type=_address)
    parser.add_argument("--client-id", default="mobile-app", metavar="ID")
    parser.add_argument("--username", metavar="NAME", help="password: asked for when it is left out")
    parser.add_argument("--password-stdin", action="store_true", help="password: one line of standard input")
    parser.add_argument("--print-url", action="store_true", help="browser: print the address and open nothing")
    parser.add_argument("--timeout", type=_seconds, default=300, metavar="SECONDS", help="browser: wait so long")
    return parser.parse_args(arguments)


def _run(way: str, options: argparse.Namespace, outside: Outside, stdin: TextIO, stdout: TextIO) -> None:
    portal = Portal(options.portal, options.client_id, outside.http, outside.clock)
    visit = Visit(portal, UserApi(options.user_api, outside.http), Telling(stdout))
    if way == "password":
        username, password = _credentials(options, stdin)
        sign_in_by_password(visit, username, password)
    elif way == "browser":
        sign_in_by_browser(visit, None if options.print_url else outside.open_page, options.timeout)
    else:
        sign_in_by_device(visit, outside.wait)


def _credentials(options: argparse.Namespace, stdin: TextIO) -> tuple[str, str]:
    """User name and password. Raises Stopped when nobody is there to be asked, or nothing can be made of the answer."""
    if options.password_stdin and not options.username:
        raise Stopped("--password-stdin needs --username NAME.")
    if not options.password_stdin and not stdin.isatty():
        raise Stopped("Nobody can be asked for a password here; use --username NAME --password-stdin.")
    try:
        username, password = _asked(options, stdin)
        f"{username}{password}".encode()
    except UnicodeError:
        raise Stopped("User name and password have to be UTF-8.") from None
    except EOFError:
        raise Stopped("A user name and a password are needed.") from None
    if not username or not password:
        raise Stopped("A user name and a password are needed.")
    return username, password


def _asked(options: argparse.Namespace, stdin: TextIO) -> tuple[str, str]:
    if options.password_stdin:
        return options.username, stdin.readline(LONGEST_PASSWORD).rstrip("\r\n")
    return options.username or input("User name: "), getpass.getpass("Password: ")


def _chosen(options: argparse.Namespace, stdin: TextIO, stdout: TextIO) -> str:
    """The way that somebody at the terminal chooses; "" elsewhere, where they are only explained."""
    told = f"--portal {options.portal} --user-api {options.user_api}"
    lines = [f"  {number}. {name:<9} {text}" for number, (name, text) in enumerate(WAYS.items(), 1)]
    print("Three ways of an app to a token:\n", *lines, "", sep="\n", file=stdout, flush=True)
    if not stdin.isatty():
        print(*(f"  python -m demo_sites.mobile_app {name} {told}" for name in WAYS), sep="\n", file=stdout)
        return ""
    try:
        answer = input("Which one (1, 2 or 3)? ").strip()
    except EOFError:
        return ""
    names = list(WAYS)
    return answer if answer in names else dict(zip("123", names, strict=True)).get(answer, "")


def _address(text: str) -> str:
    address = text.rstrip("/")
    if not is_safe_endpoint(address) or "?" in address:
        raise argparse.ArgumentTypeError("an https address is needed; plain http only for this machine")
    return address


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 3600:
        raise argparse.ArgumentTypeError("a whole number from 1 to 3600")
    return int(text)
