"""Section 2 of the user system's API description, byte by byte, on the address that it names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import webob

from sso_portal.cli.demo_people import REFERENCE_CLIENT
from sso_testkit import SingleSignOn


class Wire:
    """A connection to ``localhost:9000``: requests as bytes, and a jar for the cookies that come back."""

    def __init__(self, sso: SingleSignOn) -> None:
        self._app = sso.portal_app
        self._cookies: dict[str, str] = {}

    def send(self, request: str, body: bytes = b"") -> webob.Response:
        """Send a request head as the document writes it, with what HTTP needs besides."""
        lines = [request, "Host: localhost:9000"]
        if body:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        if self._cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self._cookies.items()))
        raw = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        answer = webob.Request.from_bytes(raw).get_response(self._app)
        for header in answer.headers.getall("Set-Cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer

    def follow(self, answer: webob.Response) -> webob.Response:
        """GET where a redirect leads, which has to be this very address."""
        location = answer.headers["Location"]
        assert location.startswith("http://localhost:9000/"), location
        return self.send(f"GET {location.removeprefix('http://localhost:9000')} HTTP/1.1")


@pytest.fixture
def wire(make_sso: Callable[..., SingleSignOn]) -> Wire:
    sso = make_sso({"sso.web.issuer": "http://localhost:9000"})
    sso.add_client("1", "1", **REFERENCE_CLIENT)
    return Wire(sso)


def form_of(answer: webob.Response) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))


def code_of(wire: Wire) -> str:
    """Steps 1 to 3 of the transcript."""
    answer = wire.send("GET /o/authorize/?response_type=code&client_id=1 HTTP/1.1")
    assert answer.status_int in {302, 303}
    next_address = "/o/login/?next=/o/authorize/%3Fresponse_type%3Dcode%26client_id%3D1"
    assert answer.headers["Location"] == f"http://localhost:9000{next_address}"
    page = wire.follow(answer)
    assert page.status_int == 200
    fields = form_of(page)
    assert fields["next"].replace("&amp;", "&") == "/o/authorize/?response_type=code&client_id=1"
    fields |= {"next": fields["next"].replace("&amp;", "&"), "username": "zp", "password": "penadmin"}
    answer = wire.send("POST /o/login/ HTTP/1.1", urlencode(fields).encode())
    assert answer.headers["Location"] == "http://localhost:9000/o/authorize/?response_type=code&client_id=1"
    page = wire.follow(answer)
    assert page.status_int == 200
    assert 'name="decision" value="allow"' in page.text
    body = urlencode({**form_of(page), "decision": "allow"}).encode()
    answer = wire.send("POST /o/authorize/?response_type=code&client_id=1 HTTP/1.1", body)
    location = answer.headers["Location"]
    assert re.match(r"http://www\.baidu\.com/?\?", location)
    sent = parse_qs(urlsplit(location).query)
    assert set(sent) == {"code", "iss"}, "no state was sent, so none comes back"
    assert sent["iss"] == ["http://localhost:9000"]
    return sent["code"][0]


def check_tokens(answer: webob.Response, *, refreshable: bool = True) -> dict[str, object]:
    assert answer.status_int == 200, answer.text
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    members = json.loads(answer.body)
    assert members["expires_in"] == 3600
    assert type(members["expires_in"]) is int
    assert members["token_type"] == "Bearer"
    for name in ("access_token", "refresh_token") if refreshable else ("access_token",):
        assert re.fullmatch(r"[A-Za-z0-9]{30,}", members[name])
    return dict(members)


@pytest.mark.parametrize("path", ["/o/token/", "/o/token"])
def test_the_code_and_the_refresh_transcript(wire: Wire, path: str) -> None:
    code = code_of(wire)
    body = (
        f"client_id=1&client_secret=1&grant_type=authorization_code&code={code}&redirect_uri=http%3A%2F%2Fwww.baidu.com"
    )
    first = check_tokens(wire.send(f"POST {path} HTTP/1.1", body.encode("ascii")))
    body = f"client_id=1&client_secret=1&grant_type=refresh_token&refresh_token={first['refresh_token']}"
    second = check_tokens(wire.send(f"POST {path} HTTP/1.1", body.encode("ascii")))
    assert {first["access_token"], first["refresh_token"]}.isdisjoint({second["access_token"], second["refresh_token"]})


@pytest.mark.parametrize("path", ["/o/token/", "/o/token"])
def test_the_password_transcript(wire: Wire, path: str) -> None:
    body = b"client_id=1&client_secret=1&grant_type=password&username=zp&password=penadmin"
    members = check_tokens(wire.send(f"POST {path} HTTP/1.1", body))
    assert {"access_token", "expires_in", "token_type", "refresh_token"} <= set(members)


@pytest.mark.parametrize("path", ["/o/token/", "/o/token"])
def test_the_client_credentials_transcript(wire: Wire, path: str) -> None:
    answer = wire.send(f"POST {path} HTTP/1.1", b"client_id=1&client_secret=1&grant_type=client_credentials")
    members = check_tokens(answer, refreshable=False)
    assert set(members) - {"scope"} == {"access_token", "expires_in", "token_type"}


def test_the_implicit_transcript(wire: Wire) -> None:
    path = "/o/authorize/?response_type=token&client_id=1"
    answer = wire.send(f"GET {path} HTTP/1.1")
    next_address = "/o/login/?next=/o/authorize/%3Fresponse_type%3Dtoken%26client_id%3D1"
    assert answer.headers["Location"] == f"http://localhost:9000{next_address}"
    fields = form_of(wire.follow(answer))
    fields |= {"next": fields["next"].replace("&amp;", "&"), "username": "zp", "password": "penadmin"}
    page = wire.follow(wire.send("POST /o/login/ HTTP/1.1", urlencode(fields).encode()))
    answer = wire.send(f"POST {path} HTTP/1.1", urlencode({**form_of(page), "decision": "allow"}).encode())
    address, _, fragment = answer.headers["Location"].partition("#")
    assert address.rstrip("/") == "http://www.baidu.com"
    sent = dict(parse_qsl(fragment, keep_blank_values=True))
    assert re.fullmatch(r"[A-Za-z0-9]{30,}", sent.pop("access_token"))
    # No state was sent, so none comes back; iss names the portal (RFC 9207).
    iss = {"iss": "http://localhost:9000"}
    assert sent == {"expires_in": "3600", "token_type": "Bearer", "scope": "all", **iss}


def test_the_code_comes_once_more_without_a_question(wire: Wire) -> None:
    code = code_of(wire)
    answer = wire.send("GET /o/authorize/?response_type=code&client_id=1 HTTP/1.1")
    assert answer.headers["Location"].startswith("http://www.baidu.com?code=")
    assert code not in answer.headers["Location"]


def test_the_wrong_secret_is_a_401_with_the_promised_members(wire: Wire) -> None:
    body = b"client_id=1&client_secret=2&grant_type=authorization_code&code=x&redirect_uri=http%3A%2F%2Fwww.baidu.com"
    answer = wire.send("POST /o/token/ HTTP/1.1", body)
    assert answer.status_int == 401
    assert set(answer.json) == {"error", "error_description", "trace_id"}
    assert answer.json["error"] == "invalid_client"
    assert "WWW-Authenticate" in answer.headers
