"""The recipe for nightly jobs, as it stands in docs/recipes, against an API behind the guard."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sso_client.guard import Guard, Rule, read_guard_settings
from sso_testkit import SingleSignOn
from sso_testkit.clients import MACHINE
from sso_testkit.sso import PORTAL
from tests.support.recipes import module_of, troubles_of

RECIPE = "write-a-nightly-job.md"
API = "https://open-api.example.test"
SECRET, SCOPE, TARGET = troubles_of(RECIPE)


def statistics(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    told = {"items": [{"id": "lesson-1", "finished": 3}], "for": environ["sso.access"].client_id}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]


def nonsense(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"<p>Welcome to the hotel"]


def make_api(settings: dict[str, str], *, http: Any, clock: Any) -> Any:
    told = {**settings, "guard.resource": API, "guard.other_names": "open_api"}
    rules = [Rule("/statistics", scope="learning.statistics")]
    return Guard(read_guard_settings(told), http=http, clock=clock).protect(statistics, rules)


@pytest.fixture
def world(sso: SingleSignOn) -> SingleSignOn:
    api = {**MACHINE, "client_id": "open_api", "resource_server": True, "resource_uris": [API]}
    sso.add_site(API, make_api, client={**api, "resource_scopes": "learning.statistics", "redirect_uris": []})
    return sso


@pytest.fixture
def told(world: SingleSignOn) -> dict[str, str]:
    """The job's settings; it is registered as the recipe says."""
    metadata = {**MACHINE, "scope": "learning.statistics", "allowed_resources": ["open_api"]}
    secret = world.add_client("nightly", **metadata)
    return {"ISSUER": PORTAL, "CLIENT_ID": "nightly", "CLIENT_SECRET": str(secret), "API": API}


def said_at_the_end(world: SingleSignOn, settings: dict[str, str]) -> str:
    with world.world.entered("job.example.test"), pytest.raises(SystemExit) as end:
        module_of(RECIPE, "job.py").run(settings)
    return str(end.value)


def test_the_job(world: SingleSignOn, told: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with world.world.entered("job.example.test"):
        module_of(RECIPE, "job.py").run(told)
    assert capsys.readouterr().out == "lesson-1 3\n"


def test_the_job_with_a_key(world: SingleSignOn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module_of(RECIPE, "make_key.py")
    assert (tmp_path / "nightly.pem").stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        module_of(RECIPE, "make_key.py")
    keys = json.loads((tmp_path / "nightly-jwks.json").read_text())
    assert "d" not in keys["keys"][0]
    way = {"token_endpoint_auth_method": "private_key_jwt", "jwks": keys}
    world.add_client("nightly-by-key", **{**MACHINE, "scope": "learning.statistics", **way})
    job = module_of(RECIPE, "job.py")
    keyed = module_of(RECIPE, "keyed_job.py")
    settings = {"ISSUER": PORTAL, "CLIENT_ID": "nightly-by-key", "KEY_FILE": "nightly.pem"}
    with world.world.entered("job.example.test"):
        answers = [job.call(API, "/statistics", keyed.token_for(settings)) for _ in range(2)]
    assert [answer["for"] for answer in answers] == ["nightly-by-key"] * 2


def test_a_portal_that_is_away(world: SingleSignOn, told: dict[str, str]) -> None:
    world.world.take_down(PORTAL)
    said = said_at_the_end(world, told)
    assert said == f"{PORTAL}/o/token/ does not answer (ConnectionError); the next run tries again"


def test_a_portal_that_answers_with_nonsense(world: SingleSignOn, told: dict[str, str]) -> None:
    world.world.add(PORTAL, nonsense)
    assert "does not answer (JSONDecodeError)" in said_at_the_end(world, told)


def test_an_api_that_wants_more(world: SingleSignOn, told: dict[str, str]) -> None:
    with world.world.entered("job.example.test"), pytest.raises(SystemExit) as end:
        module_of(RECIPE, "job.py").call(API, "/statistics", "a-token-that-nobody-has-made")
    assert str(end.value).startswith(f"{API}/statistics: invalid_token: ")


def test_trouble_with_the_secret(world: SingleSignOn, told: dict[str, str]) -> None:
    assert SECRET in said_at_the_end(world, {**told, "CLIENT_SECRET": told["CLIENT_SECRET"] + "\n"})


def test_trouble_with_the_scope(world: SingleSignOn, told: dict[str, str]) -> None:
    world.edit_client("nightly", scope="profile")
    assert SCOPE in said_at_the_end(world, told)


def test_trouble_with_the_api(world: SingleSignOn, told: dict[str, str]) -> None:
    world.edit_client("nightly", allowed_resources=["another"])
    assert TARGET in said_at_the_end(world, told)
