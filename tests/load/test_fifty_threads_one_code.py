"""Fifty threads redeem one code over HTTP."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.support.served import Served

THREADS = 50


def redeem_at_once(served: Served, code: str) -> list[requests.Response]:
    barrier = threading.Barrier(THREADS)

    def redeem(_number: int) -> requests.Response:
        barrier.wait()
        return served.redeem(code)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(redeem, range(THREADS)))


@pytest.mark.parametrize(("server", "workers"), [("waitress", 1), ("waitress", 2), ("granian", 1)])
def test_exactly_one_gets_tokens_and_the_replays_revoke_them(tmp_path: Path, server: str, workers: int) -> None:
    served = Served(tmp_path, workers=workers, server=server)
    served.start()
    try:
        browser = served.sign_in()
        for _ in range(3):
            answers = redeem_at_once(served, served.code(browser))
            statuses = sorted(answer.status_code for answer in answers)
            assert statuses == [200] + [400] * (THREADS - 1)
            assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}
            winner = next(answer.json() for answer in answers if answer.status_code == 200)
            # RFC 6749, section 4.1.2: what was issued from a code that is replayed is revoked.
            assert not served.is_valid(winner["access_token"])
        assert served.is_valid(served.redeem(served.code(browser)).json()["access_token"])
    finally:
        served.stop()
