"""`sso-client check https://site…`: exit status 0 when nothing is wrong, 1 when something is, 2 for wrong usage."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO
from urllib.parse import urlsplit

from sso_client.backchannel import HttpFactory
from sso_client.check.case import Case, Wanted
from sso_client.check.examination import examine
from sso_client.check.finding import Outcome
from sso_client.check.report import document_of, lines_of
from sso_client.check.settings_source import FROM_ENVIRONMENT, settings_from, settings_of_stranger
from sso_client.clock import Clock
from sso_client.errors import SettingsProblem
from sso_client.signed_token import LEEWAY_SECONDS

_WIDEST_SKEW = 3600


def main(
    arguments: Sequence[str] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    http: HttpFactory | None = None,
    clock: Clock | None = None,
) -> int:
    """Check a site, print the list, and return the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        wanted = _wanted(options, environment)
    except (SettingsProblem, ValueError) as problem:
        print(f"sso-client: {problem}", file=sys.stderr)
        return 2
    findings = examine(Case(wanted, http=http, clock=clock))
    if options.json:
        print(json.dumps(document_of(wanted.site, findings), ensure_ascii=False, indent=2))
    else:
        print("\n".join(lines_of(wanted.site, findings, coloured=_is_coloured(sys.stdout, environment))))
    return 1 if any(finding.outcome is Outcome.WRONG for finding in findings) else 0


def _wanted(options: argparse.Namespace, environment: Mapping[str, str]) -> Wanted:
    """Raises SettingsProblem, ValueError."""
    if options.issuer:
        settings = settings_of_stranger(options.issuer)
    else:
        settings = settings_from(options.settings or FROM_ENVIRONMENT, options.section, environment)
    return Wanted(
        site=_site(options.site),
        settings=settings,
        sign_in=_place(options.sign_in),
        backchannel_logout=_place(options.backchannel_logout, "none"),
        frontchannel_logout=_place(options.frontchannel_logout, "none"),
        apis=tuple(_address(api) for api in options.api),
        skew=options.clock_skew,
    )


def _address(written: str) -> str:
    """Raises ValueError for what is no address."""
    parts = urlsplit(written)
    has_password = parts.username is not None or parts.password is not None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment or has_password:
        raise ValueError("a site or an API is an address like https://site.example.com, without a name and a password")
    _ = parts.port
    return written


def _site(written: str) -> str:
    """Raises ValueError for what is no address, or has a query that no path can be put behind."""
    if "?" in written:
        raise ValueError("a site's address has no query")
    return _address(written)


def _place(written: str, *words: str) -> str:
    """Raises ValueError for what is neither a path nor an address."""
    return written if written in {"", *words} or written.startswith("/") else _address(written)


def _seconds(written: str) -> int:
    if not written.isascii() or not written.isdigit() or int(written[:9]) > _WIDEST_SKEW:
        raise argparse.ArgumentTypeError(f"whole seconds from 0 to {_WIDEST_SKEW}, not {written!r}")
    return int(written)


def _is_coloured(stream: TextIO, environment: Mapping[str, str]) -> bool:
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sso-client", description="Tools for sites that sign people in at a portal.")
    check = parser.add_subparsers(dest="command", required=True).add_parser(
        "check", help="look at a site from outside", description="Says what is right and wrong, and how to mend it."
    )
    check.add_argument("site", help="its address, https://site.example.com")
    known = check.add_mutually_exclusive_group()
    known.add_argument(
        "--settings", default="", metavar="FILE.ini|env", help="the site's settings sso.… (default: SSO__… in env)"
    )
    known.add_argument("--issuer", default="", metavar="URL", help="the portal, where the settings are not known")
    check.add_argument("--section", default="", help="of the file; the first that has sso.issuer if not given")
    check.add_argument("--sign-in", default="/sso/sign-in", metavar="PATH", help="where people begin to sign in")
    for name in ("backchannel", "frontchannel"):
        check.add_argument(f"--{name}-logout", default="", metavar="PATH|none", help="default: where sso_client has it")
    check.add_argument("--api", action="append", default=[], metavar="URL", help="an address that needs a token")
    check.add_argument(
        "--clock-skew", type=_seconds, default=LEEWAY_SECONDS, metavar="SECONDS", help="that clocks may be apart"
    )
    check.add_argument("--json", action="store_true", help="for programs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
