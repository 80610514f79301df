"""What the guard answers: challenges (RFC 6750 section 3), problems (RFC 9457), metadata (RFC 9728), CORS; its log."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import webtest
from webtest.lint import middleware as lint

from sso_client.guard import Refused, Rule
from tests.unit.sso_client.guarded_api import API, OPAQUE, AskedProvider, GuardedApi, ProofKey, challenge

WHERE = f'resource_metadata="{API}/.well-known/oauth-protected-resource"'
ALGORITHMS = 'algs="ES256 RS256 PS256 EdDSA"'


def test_without_a_token(api: GuardedApi) -> None:
    answer = api.get()
    assert answer.status_int == 401
    assert challenge(answer) == (
        f'Bearer realm="user_api", scope="learning.read", {WHERE}, '
        f'DPoP realm="user_api", {ALGORITHMS}, scope="learning.read", {WHERE}'
    )
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("application/problem+json", "no-store")
    assert answer.json == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "A token is needed.",
    }


def test_with_a_bad_token(api: GuardedApi) -> None:
    answer = api.get("x")
    bearer, dpop = challenge(answer).split(", DPoP ")
    assert 'error="invalid_token", error_description="The token is not good: it does not look' in bearer
    assert "error" not in dpop
    assert (answer.json["error"], answer.json["status"], answer.json["title"]) == ("invalid_token", 401, "Unauthorized")


def test_with_a_bad_bound_token(api: GuardedApi) -> None:
    bearer, dpop = challenge(api.get("x", scheme="DPoP")).split(", DPoP ")
    assert "error" not in bearer
    assert 'error="invalid_token"' in dpop


def test_with_a_narrower_scope(api: GuardedApi, asked: AskedProvider) -> None:
    answer = api.get(asked.access_token(scope="profile"))
    assert answer.status_int == 403
    assert 'error="insufficient_scope"' in challenge(answer) and 'scope="learning.read"' in challenge(answer)
    assert (answer.json["error"], answer.json["scope"]) == ("insufficient_scope", "learning.read")


@pytest.mark.parametrize("header", ["Basic eDp5", "Negotiate abc", "token", "", "Bearerx abc", "Basic x, Bearer y"])
def test_other_ways_to_authenticate_are_no_token(api: GuardedApi, header: str) -> None:
    answer = api.http.get("/lessons", headers={"Authorization": header}, status=401)
    assert "error" not in challenge(answer)


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer a, Bearer b", "DPoP a, Bearer b"]
)
def test_headers_that_hold_no_single_token(api: GuardedApi, header: str) -> None:
    answer = api.http.get("/lessons", headers={"Authorization": header}, status=400)
    assert answer.json["error"] == "invalid_request"
    assert 'error="invalid_request"' in challenge(answer)


def test_two_tokens_or_one_in_a_wrong_place(api: GuardedApi, asked: AskedProvider) -> None:
    token = asked.access_token(scope="learning.read learning.write")
    header = {"Authorization": f"Bearer {token}"}
    for query in ("access_token=x", "a=1&access_token=x", "access%5Ftoken=", "access_token"):
        assert api.http.get(f"/lessons?{query}", status=400).json["error"] == "invalid_request"
        assert api.http.get(f"/lessons?{query}", headers=header, status=400).json["error"] == "invalid_request"
    for headers in ({}, header):
        answer = api.http.post("/lessons", {"title": "x", "access_token": token}, headers=headers, status=400)
        assert answer.json["error"] == "invalid_request"
    assert api.http.get("/lessons?my_access_token=1", headers=header).status_int == 200
    assert api.http.post_json("/lessons", {"access_token": "x"}, headers=header).status_int == 200


def test_the_application_can_still_read_its_form(asked: AskedProvider) -> None:
    api = GuardedApi(asked)

    def reading(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))]

    http = webtest.TestApp(api.guard.protect(reading))
    send = {"Authorization": f"Bearer {asked.access_token()}"}
    for size in (5, 200_000):
        assert http.post("/x", {"title": "x" * size}, headers=send).text == "title=" + "x" * size
    assert http.post("/x", "title=x", headers=send, content_type="text/plain").text == "title=x"
    for length in ("x", "-1", "99999999999"):
        environ = {"CONTENT_LENGTH": length, "CONTENT_TYPE": "application/x-www-form-urlencoded"}
        with pytest.raises(Refused):
            api.guard.check({**environ, "HTTP_AUTHORIZATION": "Bearer x"})


def test_the_resource_describes_itself(asked: AskedProvider) -> None:
    api = GuardedApi(asked, name="User API")
    answer = api.http.get("/.well-known/oauth-protected-resource")
    assert answer.json == {
        "resource": API,
        "authorization_servers": [asked.issuer],
        "scopes_supported": ["learning.read", "learning.write"],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": ["ES256", "RS256", "PS256", "EdDSA"],
        "resource_name": "User API",
    }
    assert api.http.head("/.well-known/oauth-protected-resource").body == b""
    assert api.http.post("/.well-known/oauth-protected-resource", status=401).status_int == 401
    assert 'realm="User API"' in challenge(api.get())


def test_an_identifier_with_a_path(asked: AskedProvider) -> None:
    api = GuardedApi(asked, resource="https://api.example.test/users", public_url="")
    place = "/.well-known/oauth-protected-resource/users"
    assert f'resource_metadata="https://api.example.test{place}"' in challenge(api.get())
    for path in (place, "/.well-known/oauth-protected-resource"):
        assert api.http.get(path).json["resource"] == "https://api.example.test/users"
    assert api.http.get("/.well-known/oauth-protected-resource/other", status=401).status_int == 401


@pytest.mark.parametrize("host", ["api.test", "api.test:8080", "[::1]:9011", 'x"y', "x y", "密.test", "", "x" * 300])
def test_an_api_that_was_not_told_where_it_is(asked: AskedProvider, host: str) -> None:
    api = GuardedApi(asked, public_url="")
    answer = api.http.get("/lessons", extra_environ={"HTTP_HOST": host.encode().decode("latin-1")}, status=401)
    good = host in {"api.test", "api.test:8080", "[::1]:9011"}
    assert (f'resource_metadata="http://{host}/.well-known' in challenge(answer)) is good


# Browser apps ---------------------------------------------------------------------------------------------------------

APP = "https://app.example.test"


@pytest.fixture
def shared(asked: AskedProvider) -> GuardedApi:
    return GuardedApi(asked, origins=f"{APP} http://localhost:5173")


def test_a_listed_origin_may_ask_and_read(shared: GuardedApi, asked: AskedProvider) -> None:
    asking = {"Origin": APP, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization"}
    answer = shared.http.options("/lessons", headers=asking, status=204)
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"].split(", ")
    assert {"Authorization", "DPoP"} <= set(answer.headers["Access-Control-Allow-Headers"].split(", "))
    for token, status in ((asked.access_token(), 200), ("", 401), ("x", 401)):
        read = shared.get(token, Origin=APP)
        assert (read.status_int, read.headers["Access-Control-Allow-Origin"]) == (status, APP)
        assert "WWW-Authenticate" in read.headers["Access-Control-Expose-Headers"].split(", ")
        assert "Access-Control-Allow-Credentials" not in read.headers
        assert "Origin" in read.headers["Vary"]


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "", f"{APP}.evil.test", f"{APP}/", APP.upper(), "*"])
def test_other_origins_may_not(shared: GuardedApi, asked: AskedProvider, origin: str) -> None:
    asking = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    for answer in (
        shared.http.options("/lessons", headers=asking, status="*"),
        shared.get(asked.access_token(), Origin=origin),
    ):
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
        assert answer.headers["Vary"] == "Origin"


def test_no_origin_at_all(api: GuardedApi, asked: AskedProvider) -> None:
    answer = api.get(asked.access_token(), Origin=APP)
    assert not {"Access-Control-Allow-Origin", "Vary"} & set(answer.headers)
    assert api.http.options("/lessons", status=401).status_int == 401, "no preflight, so a token is needed"


def test_the_applications_own_cors_headers_give_way(asked: AskedProvider) -> None:
    api = GuardedApi(asked, origins=APP)

    def careless(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("access-control-allow-origin", "*"), ("Content-Type", "text/plain")])
        return [b"x"]

    answer = webtest.TestApp(api.guard.protect(careless, [Rule("/", public=True)])).get("/", headers={"Origin": APP})
    assert answer.headers.getall("Access-Control-Allow-Origin") == [APP]


# The log ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def test_one_line_for_each_request(api: GuardedApi, asked: AskedProvider, lines: pytest.LogCaptureFixture) -> None:
    asked.told[OPAQUE] = asked.good_answer()
    api.get(OPAQUE, "/lessons/7?page=2")
    api.get(asked.access_token(scope="profile"))
    api.get()
    api.get(path="/health")
    said = [record.getMessage() for record in lines.records if record.name == "sso_client.guard"]
    assert said == [
        "method=GET path=/lessons/7 status=200 username=zp client_id=talent-center error=-",
        "method=GET path=/lessons status=403 username=u-1 client_id=talent-center error=insufficient_scope",
        "method=GET path=/lessons status=401 username=- client_id=- error=-",
        "method=GET path=/health status=200 username=- client_id=- error=-",
    ]


def test_no_token_is_ever_logged(
    api: GuardedApi, asked: AskedProvider, proof_key: ProofKey, lines: pytest.LogCaptureFixture
) -> None:
    bound = asked.access_token(cnf=proof_key.cnf)
    proof = proof_key.proof(bound)
    api.get(bound, scheme="DPoP", DPoP=proof)
    api.get(OPAQUE)
    asked.fault["*"] = "refused"
    api.get("B" * 43)
    for secret in (bound, proof, OPAQUE, "B" * 43, asked.client_secret):
        assert secret[-30:] not in lines.text
    assert len(lines.text) > 300


def test_nobody_writes_lines_of_her_own(api: GuardedApi, asked: AskedProvider, lines: pytest.LogCaptureFixture) -> None:
    asked.told[OPAQUE] = asked.good_answer(username="zp\nmethod=GET status=200", client_id="a b")
    api.get(OPAQUE, "/lessons/%0Amethod=GET%20x" + "y" * 500)
    said = [record.getMessage() for record in lines.records if record.name == "sso_client.guard"]
    assert len(said) == 1 and "\n" not in said[0] and len(said[0].split()) == 6


# The application ----------------------------------------------------------------------------------------------------


def test_it_is_wsgi_to_the_letter(asked: AskedProvider) -> None:
    api = GuardedApi(asked, origins=APP)
    http = webtest.TestApp(lint(api.guard.protect(lint(api.app))), lint=True)
    http.get("/", status=401)
    http.get("/", headers={"Authorization": f"Bearer {asked.access_token()}"})
    http.options("/", headers={"Origin": APP, "Access-Control-Request-Method": "GET"}, status=204)
    http.head("/", status=401)


@pytest.mark.parametrize("late", [False, True])
def test_an_application_that_refuses_by_itself(asked: AskedProvider, late: bool) -> None:
    api = GuardedApi(asked)

    def refusing(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if late:
            start_response("200 OK", [("Content-Type", "text/plain")])
        raise Refused(403, "insufficient_scope", "Only teachers may.", scope="teach")

    http = webtest.TestApp(api.guard.protect(refusing))
    answer = http.get("/", headers={"Authorization": f"Bearer {asked.access_token()}"}, status=403)
    assert answer.json["detail"] == "Only teachers may."


def test_an_application_that_breaks(asked: AskedProvider, lines: pytest.LogCaptureFixture) -> None:
    api = GuardedApi(asked)

    def broken(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        webtest.TestApp(api.guard.protect(broken, [Rule("/", public=True)])).get("/")
    assert "status=500" in lines.text
