"""kill -9 between a sign-out and the sites that have to hear of it: each of 200 hears of it, none twice in vain."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from bs4 import BeautifulSoup

from tests.support.many_sites import ManySites
from tests.support.served import CALLBACK, Served

SITES = [f"site-{number:03}" for number in range(200)]
PROMPT, HELD = SITES[:60], SITES[60:]
SETTINGS = "sso.sign_out.wait_seconds = 0\nsso.fetch.timeout_seconds = 3\n"
LONG_SECONDS = 120
"""Far more than what is waited for takes."""


def register(served: Served, sites: ManySites, folder: Path) -> None:
    """Register all of them at once."""
    common = {"redirect_uris": [CALLBACK], "consent": "silent", "require_pkce": False}
    clients = [
        {"client_id": site, "client_name": site, "backchannel_logout_uri": sites.uri(site), **common} for site in SITES
    ]
    file = folder / "sites.json"
    file.write_text(json.dumps(clients))
    served.command("client", "apply", str(file))


def sign_in_everywhere(served: Served) -> requests.Session:
    """A browser whose session all the sites take part in."""
    browser = served.sign_in()
    for site in SITES:
        request = f"response_type=code&client_id={site}&scope=openid&redirect_uri={CALLBACK}"
        answer = browser.get(f"{served.address}/o/authorize/?{request}", allow_redirects=False, timeout=30)
        assert answer.headers["Location"].startswith(f"{CALLBACK}?code="), answer.headers["Location"]
    return browser


def sign_out(served: Served, browser: requests.Session) -> str:
    """Sign out as a person does; answers the receipt's number."""
    page = BeautifulSoup(browser.get(f"{served.address}/o/logout/", timeout=30).text, "html.parser")
    fields = {str(field["name"]): str(field["value"]) for field in page.select("main form input[name]")}
    form = {**fields, "decision": "sign_out"}
    answer = browser.post(f"{served.address}/o/logout/", data=form, allow_redirects=False, timeout=30)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].partition("receipt=")[2]


def receipt(served: Served, number: str) -> dict[str, Any]:
    """What the receipt says now."""
    answer = requests.get(f"{served.address}/o/logout/receipt/{number}/", timeout=30)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def confirmed(receipt: dict[str, Any]) -> set[str]:
    """The sites that have confirmed, as far as the portal knows."""
    return {site["client_id"] for site in receipt["sites"] if site["state"] == "signed_out"}


def wait_until_confirmed(served: Served, number: str, wanted: set[str]) -> None:
    """Wait until the portal knows that these sites, and no other, have confirmed."""
    end = time.monotonic() + LONG_SECONDS
    while (found := confirmed(receipt(served, number))) != wanted:
        assert time.monotonic() < end, f"{len(found)} instead of {len(wanted)} sites have confirmed"
        time.sleep(0.2)


def test_every_site_hears_of_a_sign_out_that_was_killed(tmp_path: Path) -> None:
    served = Served(tmp_path, settings=SETTINGS)
    with ManySites(held=HELD) as sites:
        register(served, sites, tmp_path)
        served.start()
        try:
            number = sign_out(served, sign_in_everywhere(served))
            # No site answers in the very moment of the kill, which no portal could know of: some are known to have
            # confirmed, and of the others none ever answers what it was told before.
            wait_until_confirmed(served, number, set(PROMPT))
            sites.wait_for_silence(8)
            served.kill()
            assert sites.confirmed == Counter(PROMPT)
            sites.release()

            served.start()
            wait_until_confirmed(served, number, set(SITES))
            assert receipt(served, number)["settled"] is True
        finally:
            served.stop()
    assert sites.confirmed == Counter(SITES), "each has confirmed once"
    heard = Counter(heard.site for heard in sites.heard)
    assert heard == Counter(SITES) + sites.silent, "nobody is told again what he has confirmed"
    assert len({heard.claims["jti"] for heard in sites.heard}) == len(sites.heard)
    assert all(heard.claims["aud"] == heard.site for heard in sites.heard)
    assert len({(heard.claims["sid"], heard.claims["sub"]) for heard in sites.heard}) == 1


@pytest.fixture
def two_processes(tmp_path: Path) -> Iterator[Served]:
    """A portal of two processes over one database, not started yet."""
    served = Served(tmp_path, workers=2, settings=SETTINGS)
    yield served
    served.stop()


def test_two_processes_tell_each_site_once(two_processes: Served, tmp_path: Path) -> None:
    served = two_processes
    # So slow that the other process comes to help: what one has not begun after five seconds is anybody's.
    with ManySites(slow_seconds=1) as sites:
        register(served, sites, tmp_path)
        served.start()
        number = sign_out(served, sign_in_everywhere(served))
        wait_until_confirmed(served, number, set(SITES))
        assert receipt(served, number)["settled"] is True
    assert Counter(heard.site for heard in sites.heard) == Counter(SITES) == sites.confirmed
