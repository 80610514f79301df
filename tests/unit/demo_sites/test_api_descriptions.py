"""The OpenAPI descriptions are valid, and the APIs do what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import ValidationError
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL
from tests.support.platform import OPEN_API, PROJECT_API, USER_API, Platform, add_platform

APIS = (USER_API, PROJECT_API, OPEN_API)
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def platform(sso: SingleSignOn) -> Platform:
    return add_platform(sso)


def described(platform: Platform, api: str) -> dict[str, Any]:
    document: dict[str, Any] = platform.call(f"{api}/openapi.json").json
    return document


def check(told: Any, schema: dict[str, Any], document: dict[str, Any]) -> None:
    """Raises ValidationError when ``told`` is not of the form."""
    OAS31Validator({**schema, "components": document["components"]}).validate(told)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    """Every path with every method; None where the description has no operation."""
    for path, item in document["paths"].items():
        for method in METHODS:
            yield path.replace("{id}", "1").replace("{task}", "1"), method, item.get(method)


@pytest.mark.parametrize("api", APIS)
def test_it_is_valid_and_knows_where_it_is(platform: Platform, api: str) -> None:
    document = described(platform, api)
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": api}]
    flows = document["components"]["securitySchemes"]["portal"]["flows"]
    assert {flow["tokenUrl"] for flow in flows.values()} == {f"{PORTAL}/o/token/"}
    assert "{resource}" not in str(document)
    assert "{issuer}" not in str(document)


@pytest.mark.parametrize("api", APIS)
def test_the_scopes_are_those_of_the_guard(platform: Platform, api: str) -> None:
    told = platform.call(f"{api}/.well-known/oauth-protected-resource").json
    flows = described(platform, api)["components"]["securitySchemes"]["portal"]["flows"]
    described_scopes = set(flows["authorizationCode"]["scopes"])
    assert described_scopes - {"profile"} == set(told["scopes_supported"]) - {"profile"}


@pytest.mark.parametrize("api", APIS)
def test_what_is_described_is_there_guarded_as_it_says_and_nothing_else(platform: Platform, api: str) -> None:
    for path, method, operation in operations(described(platform, api)):
        answer = platform.call(f"{api}{path}", method.upper())
        if operation is None:
            assert answer.status_int == 405, (path, method)
            assert method.upper() not in answer.headers["Allow"]
        else:
            assert (answer.status_int == 401) == bool(operation["security"]), (path, method)
            assert str(answer.status_int) in operation["responses"], (path, method)


@pytest.mark.parametrize("api", APIS)
def test_a_token_for_something_else_is_refused_for_the_scope_that_is_described(platform: Platform, api: str) -> None:
    for path, method, operation in operations(described(platform, api)):
        scopes = operation["security"][0]["portal"] if operation and operation["security"] else []
        if scopes:
            narrow = platform.token("zp", api, NARROW[api] if NARROW[api] not in scopes else OTHER[api])
            answer = platform.call(f"{api}{path}", method.upper(), token=narrow)
            assert (answer.status_int, answer.json["scope"]) == (403, scopes[0]), (path, method)


NARROW = {USER_API: "people.read", PROJECT_API: "projects.read", OPEN_API: "learning.read"}
OTHER = {USER_API: "profile.write", PROJECT_API: "projects.write", OPEN_API: "videos.read"}


@pytest.mark.parametrize(
    ("api", "scope", "paths"),
    [
        (USER_API, "people.read profile", ("/me", "/users", "/users/{id}")),
        (PROJECT_API, "projects.read profile", ("/me", "/projects")),
        (OPEN_API, "learning.read videos.read", ("/me", "/catalogue", "/lessons", "/videos")),
    ],
)
def test_answers_are_of_the_described_form(platform: Platform, api: str, scope: str, paths: tuple[str, ...]) -> None:
    document, token = described(platform, api), platform.token("zp", api, scope)
    for path in paths:
        answer = platform.call(f"{api}{path.replace('{id}', 'lin')}", token=token)
        content = document["paths"][path]["get"]["responses"][str(answer.status_int)]["content"]
        check(answer.json, content[answer.content_type]["schema"], document)


def test_a_refusal_is_of_the_described_form(platform: Platform) -> None:
    document = described(platform, USER_API)
    for answer in (platform.call(f"{USER_API}/me"), platform.call(f"{USER_API}/nowhere")):
        check(answer.json, {"$ref": "#/components/schemas/Problem"}, document)


@pytest.mark.parametrize("api", APIS)
def test_health_is_public_and_tells_the_truth(platform: Platform, api: str) -> None:
    assert platform.call(f"{api}/healthz").json == {"status": "up"}


def test_an_answer_of_another_form_is_found(platform: Platform) -> None:
    document = described(platform, USER_API)
    with pytest.raises(ValidationError):
        check({"id": 7}, {"$ref": "#/components/schemas/User"}, document)
