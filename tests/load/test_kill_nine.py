"""kill -9 in the middle of sign-ins under load: what was answered holds, and no code works twice."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import requests

from tests.support.served import Served

THREADS = 8
ROUNDS = 3


@dataclass
class Ledger:
    """What the world outside has been told."""

    seen: list[str] = field(default_factory=list)
    redeemed: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


def work(served: Served, ledger: Ledger, stop: threading.Event) -> None:
    """Sign in, fetch a code, redeem it, again and again until the portal is gone."""
    try:
        while not stop.is_set():
            browser = served.sign_in()
            for _ in range(5):
                code = served.code(browser)
                with ledger.lock:
                    ledger.seen.append(code)
                answer = served.redeem(code, browser)
                if answer.status_code == 200:
                    with ledger.lock:
                        ledger.redeemed[code] = answer.json()["access_token"]
    except requests.RequestException:
        # The portal is gone, before or in the middle of an answer; what was cut off was not answered.
        return


def test_what_was_answered_survives_kill_nine(served: Served) -> None:
    for round_number in range(ROUNDS):
        ledger, stop = Ledger(), threading.Event()
        served.start()
        threads = [threading.Thread(target=work, args=(served, ledger, stop)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        while len(ledger.redeemed) < 20:
            time.sleep(0.01)
        time.sleep(0.05 * round_number)
        served.kill()
        stop.set()
        for thread in threads:
            thread.join()

        served.start()
        lost = [code for code, token in ledger.redeemed.items() if not served.is_valid(token)]
        assert not lost, f"{len(lost)} of {len(ledger.redeemed)} answered tokens are gone"
        for code in ledger.seen:
            successes = sum(served.redeem(code).status_code == 200 for _ in range(2))
            assert successes + (code in ledger.redeemed) <= 1, "a code was usable twice"
        served.stop()
