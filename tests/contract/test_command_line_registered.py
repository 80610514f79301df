"""``sso-portal client``: a site that registered itself can be told from the operator's own."""

from __future__ import annotations

from pathlib import Path

from sso_portal.wiring import Portal
from sso_testkit import SingleSignOn
from tests.contract.test_command_line import Run, answer, ready, upgraded

__all__ = ["ready", "upgraded"]

URI = "https://shop.example.test/cb"


def register(database: Path) -> str:
    """Let a site register itself; answers its client_id."""
    settings = {"sso.registration.mode": "open"}
    world = SingleSignOn(database.parent / "elsewhere", storage_url=f"sqlite:///{database}", settings=settings)
    portal: Portal = world.portal
    with portal.transaction() as unit:
        registered = unit.registrations.add({"client_name": "Newcomer", "redirect_uris": [URI]})
    world.close()
    return registered.client.client_id


def test_who_registered_itself(ready: Run, tmp_path: Path) -> None:
    answer(ready("client", "add", "--name", "Ours", "--client-id", "ours", "--redirect-uri", URI, "--json"))
    (tmp_path / "elsewhere").mkdir()
    client_id = register(tmp_path / "portal.sqlite3")
    listed = {row["client_id"]: row["registered_itself"] for row in answer(ready("client", "list", "--json"))}
    assert (listed["ours"], listed[client_id]) == (False, True)
    assert answer(ready("client", "show", client_id, "--json"))["registered_itself"] is True
    (line,) = [line for line in ready("client", "list").stdout.splitlines() if line.startswith(client_id)]
    assert line.endswith("yes")
    assert (
        answer(ready("client", "edit", client_id, "--set", "consent=explicit", "--json"))["registered_itself"] is True
    )
