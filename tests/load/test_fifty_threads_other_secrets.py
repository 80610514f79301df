"""Fifty threads with one refresh token, one device code, one client assertion, over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
import requests

from sso_testkit.clients import assertion_claims, assertion_fields, jwk_set, key_for, signed
from sso_testkit.clients.names import DEVICE_CODE
from sso_testkit.together import together
from tests.support.hidden_fields import hidden_fields
from tests.support.served import Served

THREADS = 50
GRACE_SECONDS = 5
KEY = key_for("ES256", "load")


@pytest.fixture(scope="module", params=[1, 2], ids=["one worker", "two workers"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A portal with a device and a client that has a key of its own."""
    folder = tmp_path_factory.mktemp("fifty")
    served = Served(folder, workers=request.param, settings=f"sso.tokens.refresh_grace_seconds = {GRACE_SECONDS}\n")
    public = ["--public", "--grant-type", DEVICE_CODE, "--grant-type", "refresh_token"]
    served.command("client", "add", "--name", "TV", "--client-id", "tv", *public, "--set", "response_types=[]")
    keys = folder / "keys.json"
    keys.write_text(json.dumps(jwk_set(KEY)))
    keyed = ["--auth-method", "private_key_jwt", "--jwks-file", str(keys), "--grant-type", "client_credentials"]
    served.command(
        "client",
        "add",
        "--name",
        "Machine",
        "--client-id",
        "machine",
        *keyed,
        "--scope",
        "all",
        "--set",
        "response_types=[]",
    )
    served.start()
    yield served
    served.stop()


def post(served: Served, path: str, **fields: str) -> requests.Response:
    """A call without a secret, or with what stands in the fields."""
    return requests.post(f"{served.address}{path}", data=fields, timeout=60)


def refresh(served: Served, refresh_token: str) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return requests.post(f"{served.address}/o/token/", data=form, auth=("load", "a chosen secret"), timeout=60)


def only_success(answers: list[requests.Response], status: int, error: str) -> dict[str, str]:
    """What the one that succeeded was told; all others were refused in the same way."""
    assert sorted(answer.status_code for answer in answers) == [200] + [status] * (THREADS - 1)
    assert {answer.json()["error"] for answer in answers if answer.status_code == status} == {error}
    return dict(next(answer.json() for answer in answers if answer.status_code == 200))


def test_one_refresh_token_has_one_successor(served: Served) -> None:
    tokens = served.redeem(served.code(served.sign_in())).json()
    # Beyond a moment the same would be a replay, and threads may have to wait for their turn.
    answers = together(THREADS, lambda _number: refresh(served, tokens["refresh_token"]))
    assert [answer.status_code for answer in answers] == [200] * THREADS
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    assert successor != tokens["refresh_token"]
    assert all(served.is_valid(answer.json()["access_token"]) for answer in answers[:5])
    assert refresh(served, successor).status_code == 200, "one chain, and the family lives"


def test_one_refresh_token_long_after_its_use_ends_the_family(served: Served) -> None:
    tokens = served.redeem(served.code(served.sign_in())).json()
    successor = refresh(served, tokens["refresh_token"]).json()
    time.sleep(GRACE_SECONDS + 1)
    answers = together(THREADS, lambda _number: refresh(served, tokens["refresh_token"]))
    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [(400, "invalid_grant")] * THREADS
    assert not served.is_valid(successor["access_token"])
    assert refresh(served, successor["refresh_token"]).json()["error"] == "invalid_grant"


def test_one_device_code_buys_tokens_once_and_the_replays_revoke_them(served: Served) -> None:
    browser = served.sign_in()
    for _ in range(2):
        codes = post(served, "/o/device_authorization/", client_id="tv", scope="openid").json()
        page = browser.get(codes["verification_uri_complete"], timeout=30)
        allowed = browser.post(
            f"{served.address}/o/device/", data={**hidden_fields(page.text), "decision": "allow"}, timeout=30
        )
        assert allowed.status_code == 200
        poll = {"grant_type": DEVICE_CODE, "client_id": "tv", "device_code": codes["device_code"]}
        answers = together(THREADS, lambda _number, poll=poll: post(served, "/o/token/", **poll))  # type: ignore[misc]
        winner = only_success(answers, 400, "invalid_grant")
        assert not served.is_valid(winner["access_token"])


def test_one_assertion_authenticates_once(served: Served) -> None:
    for _ in range(2):
        claims = assertion_claims(
            "machine", int(time.time()), aud=f"{served.address}/o/token/", jti=f"{time.time_ns()}"
        )
        form = {"grant_type": "client_credentials", "scope": "all", **assertion_fields(signed(claims, KEY))}
        answers = together(THREADS, lambda _number, form=form: post(served, "/o/token/", **form))  # type: ignore[misc]
        assert only_success(answers, 401, "invalid_client")["access_token"]
