"""The portal is down, slow, or answers nonsense: a helpful page with a retry, never a traceback, nothing lost."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from sso_client.backchannel import Backchannel
from sso_client.errors import PortalUnavailable
from tests.unit.sso_client.provider import MovableClock, Provider, ProviderAdapter
from tests.unit.sso_client.site_under_test import Person

FAULTS = ["refused", "timeout", "500", "html", "huge", "list", "nan", "deep", "not utf-8", "gzip", "redirect", "empty"]
METADATA = "/.well-known/openid-configuration"


def is_calm(answer: object, status: int = 503) -> bool:
    text = answer.text  # type: ignore[attr-defined]
    assert answer.status_int == status, text  # type: ignore[attr-defined]
    assert answer.headers["Retry-After"] == "5"  # type: ignore[attr-defined]
    assert "Try again" in text and "Nothing is lost" in text and "Traceback" not in text
    return True


@pytest.mark.parametrize("fault", FAULTS)
def test_metadata_cannot_be_had(person: Person, provider: Provider, fault: str) -> None:
    provider.fault = {METADATA: fault}
    answer = person.get("/mine?x=1")
    assert is_calm(answer) and person.cookies() == {}
    provider.fault = {}
    retry = person.get(answer.html.select_one("a.primary")["href"])
    assert person.come_back(retry.location).location == person.base + "/mine?x=1"


@pytest.mark.parametrize("fault", [*FAULTS, "503 json"])
def test_the_token_endpoint_fails(person: Person, provider: Provider, fault: str) -> None:
    location = person.leave("/mine?x=1")
    provider.fault = {"/token": fault}
    callback = provider.authorize(location)
    assert is_calm(person.return_to(callback))
    provider.fault = {}
    # The code may have been used up: reloading the address begins anew instead of sending the code twice.
    again = person.return_to(callback)
    assert again.location.startswith(provider.issuer)
    assert person.come_back(again.location).location == person.base + "/mine?x=1"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("path", ["/jwks", "/userinfo"])
def test_keys_or_userinfo_cannot_be_had(person: Person, provider: Provider, path: str, fault: str) -> None:
    del provider.claims["name"]
    location = person.leave()
    provider.fault = {path: fault}
    assert is_calm(person.come_back(location))
    assert person.get("/").text.startswith("public None")


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": None},
        {"access_token": 7},
        {"access_token": "with\r\nnewline"},
        {"token_type": "mac"},
        {"token_type": None},
        {"expires_in": "soon"},
        {"expires_in": True},
        {"expires_in": -1},
        {"expires_in": 10**30},
        {"expires_in": 1.5},
        {"refresh_token": {"a": 1}},
        {"scope": ["openid"]},
        {"id_token": "é.b.c"},
    ],
)
def test_token_answers_of_the_wrong_shape(person: Person, provider: Provider, changes: dict[str, object]) -> None:
    provider.token_changes = changes
    assert is_calm(person.come_back(person.leave()))


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://evil.example"},
        {"issuer": "https://portal.example.test/"},
        {"issuer": None},
        {"authorization_endpoint": None},
        {"token_endpoint": "http://portal.example.test/token"},
        {"token_endpoint": "http://localhost/token"},
        {"token_endpoint": "https://user:pw@portal.example.test/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": ["https://portal.example.test/jwks"]},
        {"end_session_endpoint": "javascript:alert(1)"},
        {"userinfo_endpoint": "https://[broken"},
    ],
)
def test_metadata_that_must_not_be_used(person: Person, provider: Provider, changes: dict[str, object]) -> None:
    provider.metadata_changes = changes
    assert is_calm(person.get("/mine"))


def test_metadata_is_fetched_once_and_looked_at_again_before_a_browser_is_sent(
    person: Person, provider: Provider, clock: MovableClock
) -> None:
    assert provider.calls[METADATA] == 0
    person.sign_in()
    Person(person.browser.app, provider).leave()
    assert provider.calls[METADATA] == 1
    clock.move(30)
    Person(person.browser.app, provider).leave()
    assert provider.calls[METADATA] == 2


def test_a_portal_that_went_down_is_noticed_before_the_browser_is_sent_there(
    person: Person, provider: Provider, clock: MovableClock
) -> None:
    person.leave()
    clock.move(31)
    provider.fault = {"*": "refused"}
    assert is_calm(person.get("/mine"))


def test_old_metadata_serves_the_return_when_the_portal_hides_it(
    person: Person, provider: Provider, clock: MovableClock
) -> None:
    person.sign_in()
    fresh = Person(person.browser.app, provider)
    clock.move(24 * 3600 - 10)
    location = fresh.leave()
    clock.move(24 * 3600 - 10)
    provider.fault = {METADATA: "500"}
    assert fresh.come_back(location).location == person.base + "/mine"


def test_the_words_are_chinese_too(person: Person, provider: Provider) -> None:
    provider.fault = {"*": "refused"}
    answer = person.get("/mine", headers={"Accept-Language": "zh-CN"})
    assert answer.status_int == 503 and "登录页面没有响应" in answer.text and "再试一次" in answer.text


def test_every_call_has_a_timeout(person: Person, adapter: ProviderAdapter) -> None:
    person.sign_in()
    person.get("/api")
    assert adapter.timeouts and all(timeout == 0.5 for timeout in adapter.timeouts)


@pytest.fixture
def dripping_server() -> Iterator[str]:
    """A server that sends a byte now and then, for ever: every single read is quick, the whole never ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{")
            while not over.wait(0.05):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    over.set()
    listening.close()
    thread.join(5)


def test_a_dripping_answer_meets_the_time_limit(dripping_server: str) -> None:
    began = time.monotonic()
    with pytest.raises(PortalUnavailable, match="TimeoutError"):
        Backchannel(requests.Session, timeout=0.3).get_json(dripping_server)
    assert time.monotonic() - began < 2


def test_nobody_listening_is_an_unavailable_portal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(PortalUnavailable):
        Backchannel(requests.Session, timeout=0.3).get_json(f"http://127.0.0.1:{port}/")
