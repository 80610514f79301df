"""The academy's nightly job: ``python -m demo_sites.partner_site.nightly --settings-json FILE``.

No person is there at night, so it speaks for the academy alone: client credentials (RFC 6749, section 4.4). It gets
statistics and no more; what belongs to a person needs her consent, and her.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from demo_sites.partner_site.report import read_statistics, write_report
from demo_sites.serve import read_settings as read_json
from sso_client import Kit, PortalUnavailable, SystemClock, read_settings
from sso_client.backchannel import HttpFactory
from sso_client.clock import Clock
from sso_client.errors import TokenRefused

SCOPE = "learning.statistics"


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the report. Returns the exit status: 0, or 1 when one line on standard error says why there is none."""
    parser = argparse.ArgumentParser(prog="python -m demo_sites.partner_site.nightly", description="Prints a report.")
    # The settings hold a secret, and every user of the machine can read arguments.
    parser.add_argument("--settings-json", required=True, metavar="FILE", help="- for the first line of stdin")
    options = parser.parse_args(arguments)
    try:
        print(report(read_json(options.settings_json)))
    except (OSError, ValueError, TokenRefused, PortalUnavailable) as problem:
        print(f"demo_sites.partner_site.nightly: {problem}", file=sys.stderr)
        return 1
    return 0


def report(settings: Mapping[str, str], *, http: HttpFactory | None = None, clock: Clock | None = None) -> str:
    """Fetch the statistics and write about them; ``settings``, ``http`` and ``clock`` as for the site (app.py).

    Raises TokenRefused, PortalUnavailable, OSError or ValueError.
    """
    clock = clock or SystemClock()
    if not settings.get("demo.api_url"):
        raise ValueError("demo.api_url is missing")
    kit = Kit(read_settings(settings), http=http, clock=clock)
    try:
        with kit.own_api(SCOPE) as api:
            answer = api.get(f"{settings['demo.api_url'].rstrip('/')}/statistics", allow_redirects=False)
    finally:
        kit.close()
    return write_report(read_statistics(answer), datetime.fromtimestamp(clock.now(), UTC).date())


if __name__ == "__main__":
    sys.exit(main())
