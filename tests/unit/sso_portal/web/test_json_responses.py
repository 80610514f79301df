"""Answers of the protocol as responses."""

from __future__ import annotations

import json

from sso_portal.protocol.answers import JsonAnswer, token_refusal
from sso_portal.web.bridge import json_response


def test_json() -> None:
    response = json_response(JsonAnswer(200, {"name": "张鹏", "list": [1, None]}))
    assert response.status == "200 OK"
    assert json.loads(response.body) == {"name": "张鹏", "list": [1, None]}
    assert dict(response.headerlist) == {
        "Content-Type": "application/json",
        "Content-Length": str(len(response.body)),
        "Cache-Control": "no-store",
        "Pragma": "no-cache",
    }
    assert len(response.headerlist) == 4


def test_a_refusal() -> None:
    response = json_response(token_refusal("invalid_client", "No.", "t"))
    assert response.status == "401 Unauthorized"
    assert response.headers["WWW-Authenticate"].startswith("Basic ")
    assert response.json["error_description"] == "No."


def test_a_jwt() -> None:
    response = json_response(JsonAnswer(200, {}, jwt="a.b.c", jwt_type="application/x+jwt"))
    assert (response.body, response.headers["Content-Type"]) == (b"a.b.c", "application/x+jwt")


def test_nothing() -> None:
    response = json_response(JsonAnswer(204, {}))
    assert (response.status, response.body) == ("204 No Content", b"")
    assert dict(response.headerlist) == {"Cache-Control": "no-store", "Pragma": "no-cache"}
