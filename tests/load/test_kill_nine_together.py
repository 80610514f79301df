"""Many answers wait for one commit: kill -9 in the middle loses none that was given."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from tests.support.served import CALLBACK, Served

THREADS = 16
ROUNDS = 3
CLIENT = ("load", "a chosen secret")
MACHINE = ("machine", "a chosen secret")


@dataclass
class Ledger:
    """What the world outside has been told."""

    access: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


def token(served: Served, http: requests.Session, ledger: Ledger, auth: tuple[str, str], **form: str) -> dict[str, str]:
    answer = http.post(f"{served.address}/o/token/", data=form, auth=auth, timeout=30)
    ledger.statuses[answer.status_code] += 1
    assert answer.status_code == 200, answer.text
    told: dict[str, str] = answer.json()
    ledger.access.append(told["access_token"])
    return told


def work(served: Served, browser: requests.Session, ledger: Ledger, stop: threading.Event, number: int) -> None:
    """Codes that nobody redeems, or exchanges, refreshes and a machine's tokens, until the portal is gone."""
    try:
        while not stop.is_set():
            code = served.code(browser)
            if number % 4 == 0:
                ledger.codes.append(code)
                continue
            form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
            held = token(served, browser, ledger, CLIENT, **form)["refresh_token"]
            for _ in range(4):
                token(served, browser, ledger, MACHINE, grant_type="client_credentials")
                form = {"grant_type": "refresh_token", "refresh_token": held}
                held = token(served, browser, ledger, CLIENT, **form)["refresh_token"]
    except requests.RequestException:
        # The portal is gone; what was cut off was not answered.
        return


def is_active(served: Served, http: requests.Session, access_token: str) -> bool:
    """Whether the portal knows a token, of whichever client."""
    for auth in (CLIENT, MACHINE):
        answer = http.post(f"{served.address}/o/introspect/", data={"token": access_token}, auth=auth, timeout=30)
        if answer.json()["active"]:
            return True
    return False


@pytest.fixture(params=["waitress", "granian"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """One process, on each of the servers."""
    portal = Served(tmp_path, server=request.param)
    yield portal
    portal.stop()


def test_what_was_answered_together_survives_kill_nine(served: Served) -> None:
    added = ["client", "add", "--name", "Machine", "--client-id", "machine", "--secret-stdin"]
    served.command(*added, "--grant-type", "client_credentials", stdin="a chosen secret\n")
    served.start()
    browsers = [served.sign_in() for _ in range(THREADS)]
    for round_number in range(ROUNDS):
        ledger, stop = Ledger(), threading.Event()
        threads = [
            threading.Thread(target=work, args=(served, browser, ledger, stop, number))
            for number, browser in enumerate(browsers)
        ]
        for thread in threads:
            thread.start()
        until = time.monotonic() + 60
        while len(ledger.access) < 200 and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(0.03 * round_number)
        served.kill()
        stop.set()
        for thread in threads:
            thread.join()
        assert set(ledger.statuses) == {200}

        served.start()
        with requests.Session() as http:
            lost = [access for access in ledger.access if not is_active(served, http, access)]
            assert not lost, f"{len(lost)} of {len(ledger.access)} answered tokens are gone"
            # The last ones are those that the end has nearly overtaken.
            assert {served.redeem(code, http).status_code for code in ledger.codes[-100:]} == {200}
