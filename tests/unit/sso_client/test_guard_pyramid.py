"""The guard in a Pyramid API: the view options `scope` and `public`."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import webtest
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPConflict

from sso_client import SettingsProblem
from sso_client.guard import Refused
from sso_client.pyramid.guard import access_of
from tests.unit.sso_client.guarded_api import API, OPAQUE, AskedProvider, GuardedApi, ProofKey, challenge
from tests.unit.sso_client.provider import ISSUER, ProviderAdapter

APP = "https://app.example.test"


def configured(asked: AskedProvider) -> Any:
    settings = {
        "guard.issuer": ISSUER,
        "guard.resource": "user_api",
        "guard.client_id": asked.client_id,
        "guard.client_secret": asked.client_secret,
        "guard.public_url": API,
        "guard.origins": APP,
    }
    config = Configurator(settings=settings)
    config.registry["sso_client.http"] = ProviderAdapter(asked).session
    config.registry["sso_client.clock"] = asked.clock
    config.include("sso_client.pyramid.guard")
    return config


def refusing(request: Any) -> Any:
    raise Refused(403, "insufficient_scope", "Only teachers may.", scope="teach")


def conflict(request: Any) -> Any:
    raise HTTPConflict


def broken(request: Any) -> Any:
    raise ZeroDivisionError


@pytest.fixture
def http(asked: AskedProvider) -> webtest.TestApp:
    config = configured(asked)
    views: dict[str, tuple[Any, dict[str, Any]]] = {
        "lessons": (lambda request: request.access.subject, {"scope": "learning.read"}),
        "anything": (lambda request: access_of(request).client_id, {}),
        "health": (lambda request: repr(request.access), {"public": True}),
        "form": (lambda request: request.POST["title"], {"request_method": "POST"}),
        "refusing": (refusing, {}),
        "conflict": (conflict, {}),
        "broken": (broken, {"public": True}),
        "careless": (access_of, {"public": True}),
        "next": (lambda request: request.guard.on_behalf_of(request.access, audience="project_api"), {}),
    }
    for name, (view, options) in views.items():
        config.add_route(name, f"/{name}")
        config.add_view(view, route_name=name, renderer="json", **options)
    return webtest.TestApp(config.make_wsgi_app())


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_views_need_tokens_unless_they_are_public(http: webtest.TestApp, asked: AskedProvider) -> None:
    token = asked.access_token()
    assert http.get("/lessons", headers=bearer(token)).json == "u-1"
    assert http.get("/anything", headers=bearer(token)).json == "talent-center"
    assert http.get("/health").json == "None"
    for path in ("/lessons", "/anything"):
        answer = http.get(path, status=401)
        assert challenge(answer).startswith('Bearer realm="user_api"')
        assert answer.content_type == "application/problem+json"
    answer = http.get("/lessons", headers=bearer(asked.access_token(scope="profile")), status=403)
    assert answer.json["scope"] == "learning.read"
    assert http.get("/careless", status=401).json["status"] == 401


def test_it_is_the_same_guard(http: webtest.TestApp, asked: AskedProvider, proof_key: ProofKey) -> None:
    asked.told[OPAQUE] = asked.good_answer()
    assert http.get("/lessons", headers=bearer(OPAQUE)).json == "u-1"
    token = asked.access_token(cnf=proof_key.cnf)
    proved = {"Authorization": f"DPoP {token}", "DPoP": proof_key.proof(token)}
    assert http.get("/lessons", headers=proved).json == "u-1"
    assert http.get("/lessons", headers=proved, status=401).json["error"] == "invalid_dpop_proof"
    assert http.get("/.well-known/oauth-protected-resource").json["resource"] == API
    assert http.get("/next", headers=bearer(OPAQUE)).json == "exchanged-1"
    asked.fault["*"] = "refused"
    assert http.get("/lessons", headers=bearer("B" * 43), status=503).headers["Retry-After"] == "2"


def test_forms_are_still_there(http: webtest.TestApp, asked: AskedProvider) -> None:
    send = bearer(asked.access_token())
    assert http.post("/form", {"title": "a lesson"}, headers=send).json == "a lesson"
    assert http.post("/form", {"title": "x", "access_token": "y"}, headers=send, status=400).json["status"] == 400


def test_refusals_of_views_and_other_errors(http: webtest.TestApp, asked: AskedProvider) -> None:
    send = bearer(asked.access_token())
    assert http.get("/refusing", headers=send, status=403).json["detail"] == "Only teachers may."
    assert http.get("/conflict", headers=send, status=409).status_int == 409
    assert http.get("/conflict", status=401).status_int == 401
    assert http.get("/nowhere", status=404).status_int == 404
    with pytest.raises(ZeroDivisionError):
        http.get("/broken")


def test_listed_origins_read_every_answer(http: webtest.TestApp, asked: AskedProvider) -> None:
    for path, headers in (("/lessons", bearer(asked.access_token())), ("/lessons", {}), ("/nowhere", {})):
        answer = http.get(path, headers={**headers, "Origin": APP}, status="*")
        assert answer.headers["Access-Control-Allow-Origin"] == APP
        assert "Access-Control-Allow-Origin" not in http.get(path, headers=headers, status="*").headers
    asking = {"Origin": APP, "Access-Control-Request-Method": "GET"}
    assert http.options("/lessons", headers=asking, status=204).headers["Access-Control-Allow-Origin"] == APP


def test_the_log(http: webtest.TestApp, asked: AskedProvider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    http.get("/lessons?a=1", headers=bearer(asked.access_token()))
    http.get("/lessons", headers=bearer("x"), status=401)
    with pytest.raises(ZeroDivisionError):
        http.get("/broken")
    assert [record.getMessage() for record in caplog.records if record.name == "sso_client.guard"] == [
        "method=GET path=/lessons status=200 username=u-1 client_id=talent-center error=-",
        "method=GET path=/lessons status=401 username=- client_id=- error=invalid_token",
        "method=GET path=/broken status=500 username=- client_id=- error=-",
    ]


@pytest.mark.parametrize("options", [{"scope": "a", "public": True}, {"scope": 7}, {"public": "yes"}])
def test_options_that_make_no_sense(asked: AskedProvider, options: dict[str, Any]) -> None:
    config = configured(asked)
    with pytest.raises(Exception) as problem:
        config.add_view(refusing, name="x", **options)
        config.commit()
    assert isinstance(problem.value, SettingsProblem) or "scope must be text" in str(problem.value)


def test_wrong_settings_stop_it() -> None:
    with pytest.raises(SettingsProblem, match=r"guard\.resource is missing"):
        Configurator(settings={"guard.issuer": ISSUER}).include("sso_client.pyramid.guard")


def test_plain_wsgi_answers_alike(http: webtest.TestApp, asked: AskedProvider) -> None:
    plain = GuardedApi(asked, scopes="").get()
    assert plain.json == http.get("/lessons", status=401).json
    assert challenge(plain) == challenge(http.get("/lessons", status=401))
