"""The mobile app with a portal and an API that answer anything: it says so in a sentence and shows nothing strange."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import requests
import segno
from requests.adapters import BaseAdapter

from demo_sites.mobile_app.command import Outside, main
from demo_sites.mobile_app.picture import qr_code
from demo_sites.mobile_app.telling import Telling, masked, shown

PORTAL, API = "https://portal.example.test", "https://api.example.test"
METADATA = {
    "issuer": PORTAL,
    "authorization_endpoint": f"{PORTAL}/authorize",
    "token_endpoint": f"{PORTAL}/token",
    "jwks_uri": f"{PORTAL}/jwks",
    "revocation_endpoint": f"{PORTAL}/revoke",
    "device_authorization_endpoint": f"{PORTAL}/device",
}
TOKENS = {"access_token": "a" * 43, "token_type": "Bearer", "expires_in": 3600}
CODES = {
    "device_code": "d" * 43,
    "user_code": "ABCD-EFGH",
    "verification_uri": f"{PORTAL}/d",
    "expires_in": 60,
    "interval": 5,
}
ME = {"name": "Zhang", "username": "zp"}


class Strangers(BaseAdapter):
    """Answers by address; what is not named is answered as it should be."""

    def __init__(self, answers: dict[str, tuple[int, Any]], challenge: str) -> None:
        super().__init__()
        self.challenge, self.asked = challenge, list[requests.PreparedRequest]()
        self.answers: dict[str, tuple[int, Any]] = {
            f"{PORTAL}/.well-known/openid-configuration": (200, METADATA),
            f"{PORTAL}/token": (200, TOKENS),
            f"{PORTAL}/device": (200, CODES),
            f"{PORTAL}/revoke": (200, {}),
            **answers,
        }

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.asked.append(request)
        url = str(request.url)
        has_token = "Authorization" in request.headers
        usual = (200, ME) if has_token else (401, {})
        status, body = self.answers.get(f"{url} with a token" if has_token else url, usual)
        response = requests.Response()
        response.status_code, response.url, response.request = status, url, request
        response.headers["WWW-Authenticate"] = self.challenge
        response.raw = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        return response

    def close(self) -> None:
        """Nothing is open."""


class Clock:
    """A clock that stands, until the app waits."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000

    def now(self) -> int:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.seconds += int(seconds)


def run(way: str, answers: dict[str, tuple[int, Any]], challenge: str = "") -> tuple[int, str, Strangers]:
    strangers, stdout, clock = Strangers(answers, challenge), io.StringIO(), Clock()

    def http() -> requests.Session:
        session = requests.Session()
        session.mount("https://", strangers)
        return session

    outside = Outside(http=http, clock=clock, wait=clock.wait, stdin=io.StringIO("secret\n"), stdout=stdout)
    told = ["--username", "zp", "--password-stdin"] if way == "password" else []
    status = main([way, *told, "--portal", PORTAL, "--user-api", API], outside)
    return status, stdout.getvalue(), strangers


@pytest.mark.parametrize("way", ["password", "device"])
def test_with_good_answers_it_works(way: str) -> None:
    status, told, _ = run(way, {})
    assert status == 0 and "It is Zhang (zp)." in told


@pytest.mark.parametrize(
    ("way", "answers", "said"),
    [
        ("password", {f"{API}/me": (200, ME)}, "answered 200 and not 401"),
        ("password", {f"{PORTAL}/.well-known/openid-configuration": (200, b"<html>")}, "does not answer as a portal"),
        (
            "password",
            {f"{PORTAL}/.well-known/openid-configuration": (200, {**METADATA, "issuer": "https://evil.test"})},
            "does not answer as a portal",
        ),
        (
            "password",
            {f"{PORTAL}/.well-known/openid-configuration": (200, {**METADATA, "token_endpoint": "http://evil.test"})},
            "does not answer as a portal",
        ),
        ("password", {f"{PORTAL}/token": (200, b"[]")}, "does not answer"),
        ("password", {f"{PORTAL}/token": (200, {**TOKENS, "access_token": "a\nb"})}, "does not answer"),
        ("password", {f"{PORTAL}/token": (302, b"")}, "does not answer"),
        ("password", {f"{PORTAL}/token": (429, {"error": "slow"})}, "wants us to wait"),
        ("password", {f"{PORTAL}/token": (400, {"error": "\x1b]0;x\x07"})}, "no token: unreadable"),
        ("password", {f"{API}/me with a token": (403, {})}, "does not let this token in"),
        ("password", {f"{API}/me with a token": (401, {})}, "answered 401 although the app has a token"),
        ("password", {f"{API}/me with a token": (503, {})}, "cannot tell at the moment"),
        ("password", {f"{PORTAL}/revoke": (302, b"")}, "the tokens end by themselves"),
        ("device", {f"{PORTAL}/device": (200, b"x" * 600_000)}, "does not answer"),
        ("device", {f"{PORTAL}/device": (200, {**CODES, "expires_in": True})}, "does not answer"),
        ("device", {f"{PORTAL}/device": (200, {**CODES, "interval": -1})}, "does not answer"),
        ("device", {f"{PORTAL}/device": (200, {**CODES, "user_code": "\x1b[2J"})}, "does not answer"),
        ("device", {f"{PORTAL}/device": (400, {"error": "invalid_scope"})}, "no code: invalid_scope"),
        ("device", {f"{PORTAL}/token": (400, {"error": "expired_token"})}, "was not used in time"),
        ("device", {f"{PORTAL}/token": (400, {"error": "invalid_grant"})}, "no token: invalid_grant"),
        ("device", {f"{PORTAL}/token": (500, b"")}, "was not used in time"),
    ],
)
def test_whatever_comes_is_one_sentence(
    way: str, answers: dict[str, tuple[int, Any]], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, told, _ = run(way, answers)
    error = capsys.readouterr().err
    assert status == 1
    assert said in error and error.startswith("mobile_app: ") and error.count("\n") == 1
    assert "secret" not in told + error and "\x1b]" not in told + error and "\x1b[2J" not in told + error


@pytest.mark.parametrize(
    "challenge",
    [
        "Bearer",
        'Bearer realm="x", DPoP algs="ES256"',
        'Bearer resource_metadata="https://evil.test/.well-known/oauth-protected-resource"',
        'Bearer resource_metadata="http://169.254.169.254/"',
        'Bearer realm="' + "x" * 100_000,
        'Basic realm="x"',
        'Bearer realm="\x1b[2J"',
    ],
)
def test_a_challenge_leads_nowhere_but_to_the_api_itself(challenge: str) -> None:
    status, told, strangers = run("password", {}, challenge)
    assert status == 0
    assert {str(request.url).split("/")[2] for request in strangers.asked} == {
        "portal.example.test",
        "api.example.test",
    }
    assert "\x1b" not in told and "algs" not in told


def test_a_document_about_another_api_stops_it(capsys: pytest.CaptureFixture[str]) -> None:
    challenge = f'Bearer resource_metadata="{API}/about"'
    about = {"resource": "https://other.example.test", "authorization_servers": [PORTAL]}
    status, _, strangers = run("password", {f"{API}/about": (200, about)}, challenge)
    assert status == 1
    assert "does not speak of this address" in capsys.readouterr().err
    assert not [request for request in strangers.asked if request.method == "POST"]


def test_a_name_that_a_stranger_chose_cannot_move_the_cursor() -> None:
    status, told, _ = run("password", {f"{API}/me with a token": (200, {"name": "\x1b[2J\n7. 伪造", "username": "x"})})
    assert status == 0
    assert "It is ?[2J?7. 伪造 (x)." in told


def test_long_and_secret_values_are_told_short() -> None:
    assert shown("x" * 500) == "x" * 200 + "…"
    assert (
        masked({"username": "zp", "password": "p", "code": "abc"}) == "username=zp, password=•••, code=(3 characters)"
    )


def test_an_old_terminal_shows_what_it_can() -> None:
    drawn = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Telling(drawn).came("张鹏")
    drawn.seek(0)
    assert drawn.read() == "     ? ??\n"
    assert qr_code(f"{PORTAL}/d", "ascii") == ""
    assert qr_code("", "utf-8") == ""


def test_the_picture_is_the_address() -> None:
    address = f"{PORTAL}/o/device/?user_code=ABCD-EFGH"
    lines = qr_code(address, "utf-8").splitlines()
    assert all(line.startswith("\x1b[97;40m") and line.endswith("\x1b[0m") for line in lines)
    upper = {" ": 1, "▄": 1, "▀": 0, "█": 0}
    lower = {" ": 1, "▀": 1, "▄": 0, "█": 0}
    drawn = [[half[letter] for letter in line[8:-4]] for line in lines for half in (upper, lower)]
    quiet, matrix = 4, [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    size = len(matrix)
    assert [row[quiet : quiet + size] for row in drawn[quiet : quiet + size]] == matrix
    around = [*drawn[:quiet], *drawn[quiet + size : size + 2 * quiet]]
    assert not any(any(row) for row in around)
