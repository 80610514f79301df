"""Fifty browsers bring one pushed request over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from sso_testkit.together import together
from tests.support.served import CALLBACK, Served

THREADS = 50


@pytest.mark.parametrize("workers", [1, 2])
def test_exactly_one_gets_a_code(tmp_path: Path, workers: int) -> None:
    served = Served(tmp_path, workers=workers)
    served.start()
    try:
        cookies = served.sign_in().cookies.get_dict()
        for _ in range(3):
            form = {"response_type": "code", "scope": "openid", "redirect_uri": CALLBACK}
            answer = requests.post(f"{served.address}/o/par/", form, auth=("load", "a chosen secret"), timeout=30)
            assert answer.status_code == 201, answer.text
            fields = {"client_id": "load", "request_uri": answer.json()["request_uri"]}

            def arrive(_number: int, fields: dict[str, str] = fields) -> requests.Response:
                return requests.get(
                    f"{served.address}/o/authorize/", fields, cookies=cookies, allow_redirects=False, timeout=30
                )

            answers = together(THREADS, arrive)
            assert sorted(answer.status_code for answer in answers) == [303] + [400] * (THREADS - 1)
            winner = next(answer for answer in answers if answer.status_code == 303)
            assert winner.headers["Location"].startswith(f"{CALLBACK}?code=")
    finally:
        served.stop()
