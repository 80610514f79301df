"""Fifty threads send one DPoP proof over HTTP: it counts once (RFC 9449, section 11.1)."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

import pytest
import requests
from joserfc.jwk import ECKey

from sso_testkit.clients import signed
from sso_testkit.together import together
from tests.support.served import Served

THREADS = 50
CLIENT = ["client", "add", "--name", "Machine", "--client-id", "machine", "--secret-stdin", "--scope", "all"]


def ask(served: Served, key: ECKey, nonce: str | None, identifier: str) -> requests.Response:
    address = f"{served.address}/o/token/"
    claims = {"htm": "POST", "htu": address, "iat": int(time.time()), "jti": identifier}
    proof = signed(
        claims | ({"nonce": nonce} if nonce else {}), key, typ="dpop+jwt", jwk=key.as_dict(private=False), kid=None
    )
    form = {"grant_type": "client_credentials"}
    return requests.post(address, data=form, auth=("machine", "a chosen secret"), headers={"DPoP": proof}, timeout=30)


@pytest.mark.parametrize("workers", [1, 2])
def test_exactly_one_gets_a_token(tmp_path: Path, workers: int) -> None:
    served = Served(tmp_path, workers=workers)
    grants = ["--grant-type", "client_credentials", "--set", "response_types="]
    served.command(*CLIENT, *grants, stdin="a chosen secret\n")
    served.start()
    try:
        key = ECKey.generate_key("P-256")
        for _ in range(3):
            nonce, identifier = ask(served, key, None, "asks for a nonce").headers["DPoP-Nonce"], secrets.token_hex()
            answers = together(THREADS, lambda _number, n=nonce, i=identifier: ask(served, key, n, i))
            assert sorted(answer.status_code for answer in answers) == [200] + [400] * (THREADS - 1)
            refused = {answer.json()["error"] for answer in answers if answer.status_code == 400}
            assert refused == {"invalid_dpop_proof"}
    finally:
        served.stop()
