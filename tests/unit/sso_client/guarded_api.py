"""An API behind a guard, and a scripted portal that answers introspection and token exchange."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

import requests
import webtest
from joserfc import jws
from joserfc.jwk import ECKey

from sso_client.guard import Guard, Rule, read_guard_settings
from tests.unit.sso_client.provider import ISSUER, MovableClock, Provider, ProviderAdapter

API = "https://user-api.example.test"
OPAQUE = "OpaqueTokenOfThePortal0000000000000000001"
RULES = (
    Rule("/health", public=True),
    Rule("/lessons", scope="learning.read", methods=("GET",)),
    Rule("/lessons", scope="learning.write"),
)

_numbers = itertools.count(1)


class AskedProvider(Provider):
    """`told`: what introspection says, by token. `asked`: the tokens that it was asked about."""

    def __init__(self, clock: MovableClock) -> None:
        super().__init__(clock)
        self.client_id = "user_api"
        self.told: dict[str, Any] = {}
        self.asked: list[str] = []
        self.exchanges: list[dict[str, str]] = []
        self.exchange_answer: tuple[int, dict[str, Any]] = (200, {})
        self.before_answering: Any = None
        self.metadata_changes["introspection_endpoint"] = ISSUER + "/introspect"

    def answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        form = {name: values[0] for name, values in parse_qs(str(request.body or "")).items()}
        if (request.url or "").endswith("/introspect") and "/introspect" not in self.fault and "*" not in self.fault:
            return self._introspect(request, form)
        if (request.url or "").endswith("/token") and "*" not in self.fault:
            if not self._is_client(request, form):
                return 401, {}, b'{"error": "invalid_client"}'
            self.exchanges.append(form)
            status, changes = self.exchange_answer
            good = {"access_token": f"exchanged-{len(self.exchanges)}", "token_type": "Bearer", "expires_in": 300}
            return status, {}, json.dumps(good | changes if status == 200 else changes).encode()
        return super().answer(request)

    def _introspect(self, request: requests.PreparedRequest, form: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if not self._is_client(request, form):
            return 401, {}, b'{"error": "invalid_client"}'
        with self._lock:
            self.asked.append(form["token"])
        if self.before_answering:
            self.before_answering()
        told = self.told.get(form["token"], {"active": False})
        return 200, {}, json.dumps(told).encode()

    def good_answer(self, **changes: Any) -> dict[str, Any]:
        now = self.clock.now()
        told = {
            "active": True,
            "iss": ISSUER,
            "sub": "u-1",
            "username": "zp",
            "client_id": "talent-center",
            "scope": "learning.read profile",
            "aud": ["user_api"],
            "token_type": "Bearer",
            "exp": now + 3600,
            **changes,
        }
        return {name: value for name, value in told.items() if value is not None}

    def claims_for_api(self, **changes: Any) -> dict[str, Any]:
        now = self.clock.now()
        claims = {
            "iss": ISSUER,
            "sub": "u-1",
            "aud": "user_api",
            "client_id": "talent-center",
            "iat": now,
            "exp": now + 300,
            "jti": f"t-{next(_numbers)}",
            "scope": "learning.read profile",
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def access_token(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        return self.sign(self.claims_for_api(**changes), **{"typ": "at+jwt", **(header or {})})


class ProofKey:
    """A client's key and the proofs it makes for GET /lessons."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.key = ECKey.generate_key("P-256")

    @property
    def public(self) -> dict[str, Any]:
        return {
            name: value for name, value in self.key.as_dict(private=False).items() if name in ("kty", "crv", "x", "y")
        }

    @property
    def cnf(self) -> dict[str, str]:
        return {"jkt": self.key.thumbprint()}

    def proof(self, token: str, header: dict[str, Any] | None = None, **changes: Any) -> str:
        ath = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        claims = {
            "htm": "GET",
            "htu": f"{API}/lessons",
            "iat": self.clock.now(),
            "jti": f"p-{next(_numbers)}",
            "ath": ath,
            **changes,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        named = {"alg": "ES256", "typ": "dpop+jwt", "jwk": self.public, **(header or {})}
        return jws.serialize_compact(named, json.dumps(kept).encode(), self.key)


class GuardedApi:
    """Calls an API that tells what it was told of the caller."""

    def __init__(self, provider: AskedProvider, rules: Sequence[Rule] = RULES, **settings: Any) -> None:
        given = {
            "sso.issuer": ISSUER,
            "sso.client_id": provider.client_id,
            "sso.client_secret": provider.client_secret,
            "guard.resource": "user_api",
            "guard.public_url": API,
            "guard.scopes": "learning.read learning.write",
            **{f"guard.{name}": str(value) for name, value in settings.items()},
        }
        adapter = ProviderAdapter(provider)
        self.provider = provider
        self.guard = Guard(read_guard_settings(given), http=adapter.session, clock=provider.clock)
        self.http = webtest.TestApp(self.guard.protect(self.app, rules))

    def app(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        access = environ["sso.access"]
        told = None if access is None else {"subject": access.subject, "username": access.username}
        body = json.dumps(told).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def get(self, token: str = "", path: str = "/lessons", scheme: str = "Bearer", **headers: str) -> Any:
        sent = {"Authorization": f"{scheme} {token}"} if token else {}
        return self.http.get(path, headers={**sent, **headers}, status="*")


def challenge(answer: Any) -> str:
    return str(answer.headers.get("WWW-Authenticate", ""))
