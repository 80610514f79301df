"""Sites that ask with httpx or httpx2 stay in their world, whichever client they use and whenever they import it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest
import requests
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuth2Client
from flask import Flask, redirect, request, session

from sso_testkit import SingleSignOn, World
from sso_testkit.socket_guard import SocketGuard
from sso_testkit.sso import PORTAL
from tests.support.source import ROOT

SHOP = "https://shop.example.test"
MIRROR = "https://mirror.example.test"
Asked = Callable[..., Any]


def _plainly(library: ModuleType) -> Asked:
    return library.request  # type: ignore[no-any-return]


def _asynchronously(library: ModuleType) -> Asked:
    async def ask(method: str, url: str, **named: Any) -> Any:
        async with library.AsyncClient() as client:
            return await client.request(method, url, **named)

    return lambda *args, **named: asyncio.run(ask(*args, **named))


each = pytest.mark.parametrize(
    ("library", "way"), [(library, way) for library in (httpx, httpx2) for way in (_plainly, _asynchronously)]
)


def _mirror(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("201 Created", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    said = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']} {environ['HTTP_X_SAID']} "
    return [said.encode(), environ["wsgi.input"].read()]


@each
def test_a_call_arrives_whole_and_so_does_the_answer(library: Any, way: Any) -> None:
    world = World()
    world.add(MIRROR, _mirror)
    with world.entered("shop.example.test"), SocketGuard() as guard:
        answer = way(library)("POST", f"{MIRROR}/a%20b", params={"c": "d"}, headers={"X-Said": "!"}, data={"e": "ü"})
    assert (answer.status_code, answer.text) == (201, "POST /a b?c=d ! e=%C3%BC")
    assert answer.headers.get_list("Set-Cookie") == ["a=1", "b=2"]
    (hop,) = world.journal.hops
    # Mutant: the call is made in nobody's name, as it is when the thread forgets the world.
    assert (hop.actor, hop.method, list(hop.form), hop.status) == ("shop.example.test", "POST", [("e", "ü")], 201)
    assert guard.opened == []


@each
@pytest.mark.parametrize(
    ("raised", "seen"),
    [
        (requests.ConnectTimeout("too late"), "ConnectTimeout"),
        (requests.ReadTimeout("too late"), "ReadTimeout"),
        (requests.ConnectionError("refused"), "ConnectError"),
    ],
)
def test_a_failing_world_is_a_failing_network(library: Any, way: Any, raised: Exception, seen: str) -> None:
    def fail(*_call: Any) -> requests.Response:
        raise raised

    world = World()
    world.interceptors.append(fail)
    with world.entered(), pytest.raises(getattr(library, seen)):
        way(library)("GET", f"{MIRROR}/")


@each
def test_a_body_that_breaks_off_is_a_broken_connection(sso: SingleSignOn, library: Any, way: Any) -> None:
    def broken(call: requests.PreparedRequest, call_next: Any) -> requests.Response:
        answer: requests.Response = call_next(call)
        answer.raw = _Broken()
        return answer

    sso.world.interceptors.append(broken)
    with sso.world.entered(), pytest.raises(library.RemoteProtocolError):
        way(library)("GET", f"{PORTAL}/healthz")


class _Broken:
    """A body of which the second half never comes."""

    headers = (("Content-Type", "text/plain"),)

    def stream(self, _size: int) -> Any:
        yield b"half"
        raise requests.exceptions.ChunkedEncodingError("broken off")


@each
def test_outside_of_a_world_nothing_is_different(library: Any, way: Any) -> None:
    with SocketGuard() as guard, pytest.raises((AssertionError, ExceptionGroup)):
        way(library)("GET", "http://127.0.0.1:9/")
    assert "a socket to 127.0.0.1:9 was opened" in guard.opened[0]


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_clients_with_a_transport_of_their_own_keep_it(library: Any) -> None:
    own = library.Client(transport=library.MockTransport(lambda _request: library.Response(299)))
    with World().entered():
        assert own.get(f"{MIRROR}/").status_code == 299


_LATE = """
import sys
from sso_testkit import World
world = World()
assert "LIBRARY" not in sys.modules, "the kit has imported it itself"

def hello(_environ, start_response):
    start_response("200 OK", [])
    return [b"hello"]

world.add("https://a.example.test", hello)
with world.entered():
    import LIBRARY
    assert LIBRARY.get("https://a.example.test/").text == "hello"
assert type(LIBRARY.__spec__.loader).__name__ == "SourceFileLoader", LIBRARY.__spec__.loader
assert type(LIBRARY.__loader__).__name__ == "SourceFileLoader"
assert [finder for finder in sys.meta_path if getattr(finder, "name", "") == "LIBRARY"] == []
"""


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_it_may_be_imported_later_and_is_not_imported_for_it(name: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", _LATE.replace("LIBRARY", name)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")


def _with_a_client(settings: Mapping[str, str], name: str, finish: Callable[[dict[str, Any], str], str]) -> Flask:
    app = Flask(name)
    app.secret_key = "the key of the site that asks with httpx"
    given = {
        "client_id": settings["CLIENT_ID"],
        "client_secret": settings["CLIENT_SECRET"],
        "redirect_uri": settings["REDIRECT_URI"],
        "scope": "openid profile",
        "code_challenge_method": "S256",
    }

    @app.get("/")
    def home() -> Any:
        if "name" in session:
            return f"hello {session['name']}"
        session["verifier"] = "v" * 64
        where, _state = OAuth2Client(**given).create_authorization_url(
            f"{PORTAL}/o/authorize/", code_verifier=session["verifier"]
        )
        return redirect(where)

    @app.get("/sso/callback")
    def callback() -> Any:
        session["name"] = finish(given, request.url)
        return redirect("/")

    return app


def _finished(given: dict[str, Any], url: str) -> str:
    with OAuth2Client(**given) as client:
        client.fetch_token(f"{PORTAL}/o/token/", authorization_response=url, code_verifier="v" * 64)
        return str(client.get(f"{PORTAL}/o/userinfo/").json()["preferred_username"])


def _finished_asynchronously(given: dict[str, Any], url: str) -> str:
    async def finish() -> str:
        async with AsyncOAuth2Client(**given) as client:
            await client.fetch_token(f"{PORTAL}/o/token/", authorization_response=url, code_verifier="v" * 64)
            answer = await client.get(f"{PORTAL}/o/userinfo/")
            return str(answer.json()["preferred_username"])

    return asyncio.run(finish())


@pytest.mark.parametrize("finish", [_finished, _finished_asynchronously])
def test_a_person_signs_in_at_a_site_with_authlib_s_httpx_client(sso: SingleSignOn, finish: Any) -> None:
    site = sso.add_site(SHOP, lambda settings: _with_a_client(settings, "shop", finish))
    sso.clock.advance(days=400)
    browser = sso.browser()
    browser.open(site.url("/"))
    browser.sign_in("zp")
    assert browser.text == "hello zp"
    calls = [(hop.method, hop.url) for hop in sso.journal.hops if hop.actor == "shop.example.test"]
    assert calls == [("POST", f"{PORTAL}/o/token/"), ("GET", f"{PORTAL}/o/userinfo/")]
