"""Sites that know a person, as operators see and remove them, by ``sso-portal consent``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sso_portal.settings import load_settings
from sso_portal.wiring import Portal
from tests.support.command_line import Run, answer, ready, refused, upgraded

__all__ = ["ready", "upgraded"]


@pytest.fixture
def ana(ready: Run, tmp_path: Path) -> None:
    """Ana, who has let a shop in, and is signed in at a site of the company."""
    answer(
        ready("user", "add", "ana", "--email", "ana@example.test", "--password-stdin", "--json", stdin="a good one\n")
    )
    for name, policy in (("shop", "once"), ("wiki", "silent")):
        add = ("client", "add", "--name", name, "--client-id", name, "--redirect-uri", "https://a.test/cb")
        answer(ready(*add, "--consent", policy, "--json"))
    portal = Portal(load_settings(_settings(tmp_path), {}))
    with portal.transaction() as unit:
        user = unit.users.by_username("ana")
        session, _ = unit.sessions.begin(user, remember_me=True, address="", user_agent="", old_cookie=None)
        unit.consents.remember(user.id, "shop", ["openid", "profile"], ["email"])
        for client_id in ("shop", "wiki"):
            unit.sessions.join(session, client_id)
    portal.close()


def _settings(folder: Path) -> dict[str, str]:
    lines = (folder / "portal.ini").read_text().splitlines()[1:]
    pairs = (line.split(" = ", 1) for line in lines)
    return {name: value.replace("%(here)s", str(folder)) for name, value in pairs}


def test_what_sites_have(ready: Run, ana: None) -> None:
    rows = {row["client"]: row for row in answer(ready("consent", "list", "ana", "--json"))}
    assert set(rows) == {"shop", "wiki"}
    shop = rows["shop"]
    assert (shop["scopes"], shop["declined"], shop["until"]) == (["openid", "profile"], ["email"], None)
    assert (shop["remembered"], shop["goes_on"], shop["removable"]) == (True, False, True)
    assert rows["wiki"]["removable"] is False
    assert "openid profile" in ready("consent", "list", "ana").stdout


def test_access_is_removed_once(ready: Run, ana: None) -> None:
    removed = ready("consent", "withdraw", "ana", "shop")
    assert (removed.returncode, removed.stdout) == (0, "shop has no access to ana any more.\n")
    assert [row["client"] for row in answer(ready("consent", "list", "ana", "--json"))] == ["wiki"]
    assert refused(ready("consent", "withdraw", "ana", "shop")) == "shop has no access to ana.\n"
    log = [json.loads(line) for line in ready("audit", "--client", "shop", "--json").stdout.splitlines()]
    assert [event["what"] for event in log][-2:] == ["access_removed", "site_ended"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("list", "nobody"), "There is no person with the user name nobody."),
        (("withdraw", "nobody", "shop"), "There is no person with the user name nobody."),
        (("withdraw", "ana", "nothing"), "There is no client nothing."),
        (
            ("withdraw", "ana", "wiki"),
            "wiki is registered as silent: it would be let in again without asking anybody.",
        ),
    ],
)
def test_what_cannot_be_done_is_said(ready: Run, ana: None, arguments: tuple[str, ...], why: str) -> None:
    assert refused(ready("consent", *arguments)) == f"{why}\n"
