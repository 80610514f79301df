"""APIs of the world behind the kit's guard: WSGI applications that tell what they were told of the caller."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import webtest

from sso_client.guard import Guard, Rule, read_guard_settings
from sso_testkit import SingleSignOn
from sso_testkit.clients.names import TOKEN_EXCHANGE

LESSONS = "https://lessons.example.test"
VIDEOS = "https://videos.example.test"

RULES = (Rule("/health", public=True), Rule("/profile", scope="profile"), Rule("/mail", scope="email"))


@dataclass
class WorldApi:
    """A guarded API of the world. `guard` is there when somebody has called it."""

    sso: SingleSignOn
    address: str
    guards: list[Guard]

    @property
    def guard(self) -> Guard:
        """The API's own guard."""
        return self.guards[-1]

    def get(self, token: str = "", path: str = "/", scheme: str = "Bearer", **headers: str) -> webtest.TestResponse:
        """Call it as a client does."""
        sent = {"Authorization": f"{scheme} {token}"} if token else {}
        http = webtest.TestApp(self.sso.world)
        return http.get(f"{self.address}{path}", headers={**sent, **headers}, status="*")


def add_guarded_api(
    sso: SingleSignOn,
    client_id: str,
    address: str,
    *,
    rules: Sequence[Rule] = RULES,
    settings: Mapping[str, str] | None = None,
    calls: str = "",
    **metadata: Any,
) -> WorldApi:
    """Register an API and put it into the world. `calls`: the API that `/next` calls on the caller's behalf."""
    guards: list[Guard] = []

    def make(told: Mapping[str, str], *, http: Callable[[], Any], clock: Any) -> Any:
        guard = Guard(read_guard_settings(told), http=http, clock=clock)
        guards.append(guard)
        return guard.protect(_application(guard, http, calls), rules)

    grants = ["client_credentials", *([TOKEN_EXCHANGE] if "token_exchange_to" in metadata else [])]
    client = {
        "client_id": client_id,
        "resource_server": True,
        "resource_uris": [address],
        "redirect_uris": [],
        "post_logout_redirect_uris": [],
        "grant_types": grants,
        "response_types": [],
        "scope": "all",
        **metadata,
    }
    own = {"guard.resource": address, "guard.other_names": client_id, **(settings or {})}
    sso.add_site(address, make, client=client, settings=own)
    return WorldApi(sso, address, guards)


def _application(guard: Guard, http: Callable[[], Any], calls: str) -> Any:
    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        access = environ["sso.access"]
        if access is None:
            told: dict[str, Any] = {"public": True}
        elif environ["PATH_INFO"] == "/next":
            token = guard.on_behalf_of(access, audience=calls, scope=environ["QUERY_STRING"])
            with http() as session:
                answer = session.get(f"{calls}/", headers={"Authorization": f"Bearer {token}"})
            told = {"status": answer.status_code, "told": answer.json()}
        else:
            told = {
                "subject": access.subject,
                "username": access.username,
                "client_id": access.client_id,
                "scopes": sorted(access.scopes),
                "is_person": access.is_person,
                "act": access.claims.get("act"),
            }
        body = json.dumps(told).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return application
