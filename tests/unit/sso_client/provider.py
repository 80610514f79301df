"""A scripted OpenID provider for the kit's tests: real signatures, real PKCE, one-time codes, and faults on demand.

It knows only the specifications. Requests reach it through a requests transport adapter, so no sockets are involved.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import secrets
import threading
import time
from collections import Counter
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import ECKey
from requests.adapters import BaseAdapter

ISSUER = "https://portal.example.test"
API = "https://api.example.test"


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: int = 1_800_000_000) -> None:
        self.time = now

    def now(self) -> int:
        return self.time

    def move(self, seconds: int) -> None:
        self.time += seconds


def left_half_hash(value: str) -> str:
    return _base64url(hashlib.sha256(value.encode()).digest()[:16])


class Provider:
    """The provider. Tests change its public attributes to make it behave badly."""

    def __init__(self, clock: MovableClock, issuer: str = ISSUER) -> None:
        self.clock = clock
        self.issuer = issuer
        self.client_id, self.client_secret = "project-center", "s3cret+/ %"
        self.keys = [ECKey.generate_key("P-256", {"kid": "first", "use": "sig"})]
        self.published = [key.as_dict(private=False) for key in self.keys]
        self.claims: dict[str, Any] = {"sub": "u-1", "preferred_username": "zp", "name": "张平", "email": "zp@x.test"}
        self.id_token_changes: dict[str, Any] = {}
        self.metadata_changes: dict[str, Any] = {}
        self.token_changes: dict[str, Any] = {}
        self.userinfo_claims: dict[str, Any] = {}
        self.forge: Any = None
        self.fault: dict[str, str] = {}
        self.token_error = ""
        self.revoked: set[str] = set()
        self.refresh_seconds = 0.0
        self.calls: Counter[str] = Counter()
        self.requests: list[requests.PreparedRequest] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._refresh_tokens: set[str] = set()
        self.access_tokens: set[str] = set()
        self.lifetimes: dict[str, dict[str, int] | None] = {}
        self.ended: list[dict[str, Any]] = []
        self.page = 500
        self.activity: list[dict[str, int]] = []
        self.since: list[int | None] = []
        self._lock = threading.Lock()

    def rotate_key(self, kid: str) -> None:
        self.keys = [ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})]
        self.published.append(self.keys[0].as_dict(private=False))

    def authorize(self, location: str, *, error: str = "", iss: str | None = "") -> str:
        """Play the browser's visit to `location`: the person agrees, and the callback's address is returned."""
        query = dict(parse_qsl(urlsplit(location).query))
        assert location.startswith(self.issuer + "/authorize?")
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
        answer = {"state": query["state"]}
        if error:
            answer["error"] = error
        else:
            answer["code"] = secrets.token_urlsafe(24)
            self._codes[answer["code"]] = query
        if iss is not None:
            answer["iss"] = iss or self.issuer
        return query["redirect_uri"] + "?" + urlencode(answer)

    def answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        url = urlsplit(request.url or "")
        with self._lock:
            self.calls[url.path] += 1
            self.requests.append(request)
        fault = self.fault.get(url.path) or self.fault.get("*")
        if fault:
            return self._faulty(fault)
        if url.path == "/.well-known/openid-configuration":
            return _json(200, self._metadata())
        if url.path == "/jwks":
            return _json(200, {"keys": self.published})
        if url.path == "/token":
            return self._token(request)
        if url.path == "/session_activity":
            return self._session_activity(request)
        if url.path == "/userinfo":
            return _json(200, {"sub": self.claims["sub"], **self.userinfo_claims})
        return self._api(request)

    def _faulty(self, fault: str) -> tuple[int, dict[str, str], bytes]:
        if fault == "refused":
            raise requests.ConnectionError("connection refused")
        if fault == "timeout":
            raise requests.ReadTimeout("timed out")
        return {
            "500": (500, {}, b"Traceback (most recent call last)"),
            "503 json": (503, {}, b'{"error": "invalid_grant"}'),
            "html": (200, {"Content-Type": "text/html"}, b"<h1>It works</h1>"),
            "huge": (200, {}, b'{"a": "' + b"x" * 600_000 + b'"}'),
            "list": (200, {}, b"[]"),
            "nan": (200, {}, b'{"issuer": NaN}'),
            "deep": (200, {}, b'{"a":' + b"[" * 100_000),
            "not utf-8": (200, {}, b'{"a": "\xff\xfe\xff"}'),
            "gzip": (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b"),
            "redirect": (302, {"Location": "https://evil.example/"}, b""),
            "empty": (200, {}, b""),
        }[fault]

    def _metadata(self) -> dict[str, Any]:
        metadata = {
            "issuer": self.issuer,
            "authorization_endpoint": self.issuer + "/authorize",
            "token_endpoint": self.issuer + "/token",
            "jwks_uri": self.issuer + "/jwks",
            "userinfo_endpoint": self.issuer + "/userinfo",
            "end_session_endpoint": self.issuer + "/logout",
            "authorization_response_iss_parameter_supported": True,
            **self.metadata_changes,
        }
        return {name: value for name, value in metadata.items() if value is not None}

    def _token(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if not self._is_client(request, form):
            return _json(401, {"error": "invalid_client"})
        if self.token_error:
            return _json(400, {"error": self.token_error})
        if form["grant_type"] == "refresh_token":
            time.sleep(self.refresh_seconds)
            with self._lock:
                if form["refresh_token"] not in self._refresh_tokens:
                    return _json(400, {"error": "invalid_grant"})
                self._refresh_tokens.remove(form["refresh_token"])
            return _json(200, self._tokens())
        asked = self._codes.pop(form["code"], None)
        challenge = _base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or challenge != asked["code_challenge"]:
            return _json(400, {"error": "invalid_grant"})
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return _json(400, {"error": "invalid_grant"})
        tokens = self._tokens()
        tokens["id_token"] = self._id_token(asked["nonce"], tokens["access_token"])
        tokens.update(self.token_changes)
        return _json(200, {name: value for name, value in tokens.items() if value is not None})

    def _is_client(self, request: requests.PreparedRequest, form: dict[str, str]) -> bool:
        if "client_secret" in form:
            return (form["client_id"], form["client_secret"]) == (self.client_id, self.client_secret)
        kind, _, value = str(request.headers.get("Authorization", "")).partition(" ")
        given = [unquote_plus(part) for part in base64.b64decode(value).decode().split(":")]
        return kind == "Basic" and given == [self.client_id, self.client_secret]

    def _tokens(self) -> dict[str, Any]:
        access_token, refresh_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        with self._lock:
            self._refresh_tokens.add(refresh_token)
            self.access_tokens.add(access_token)
        return {
            "access_token": access_token,
            "token_type": "bearer",
            "expires_in": 3600,
            "refresh_token": refresh_token,
            "scope": "openid profile",
        }

    def offer_session_activity(self) -> None:
        self.metadata_changes["session_activity_endpoint"] = self.issuer + "/session_activity"

    def end_session(self, sid: str, sub: str = "u-1") -> None:
        """End a session without telling the site."""
        self.lifetimes[sid] = None
        self.ended.append({"sid": sid, "sub": sub, "ended_at": self.clock.now()})

    def _session_activity(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        form = {name: values[0] for name, values in parse_qs(str(request.body)).items()}
        if not self._is_client(request, form):
            return _json(401, {"error": "invalid_client"})
        uses = json.loads(form.get("activity", "{}"))
        since = int(form["since"]) if "since" in form else None
        assert len(uses) <= 200
        with self._lock:
            self.activity.append(uses)
            self.since.append(since)
        ended = [one for one in self.ended if since is not None and one["ended_at"] >= since]
        return _json(
            200,
            {
                "now": self.clock.now(),
                "sessions": {sid: self.lifetimes.get(sid) for sid in uses},
                "ended": ended[: self.page],
                "more": len(ended) > self.page,
            },
        )

    def logout_claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a good logout token for the session s-1 of u-1; None takes a claim away."""
        now = self.clock.now()
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(16),
            "sub": "u-1",
            "sid": "s-1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def logout_token(self, **changes: Any) -> str:
        return self.sign(self.logout_claims(**changes), typ="logout+jwt")

    def forget_refresh_tokens(self) -> None:
        self._refresh_tokens.clear()

    def _id_token(self, nonce: str, access_token: str) -> str:
        now = self.clock.now()
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "exp": now + 300,
            "iat": now,
            "auth_time": now - 5,
            "nonce": nonce,
            "at_hash": left_half_hash(access_token),
            **self.claims,
            **self.id_token_changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return self.forge(claims) if self.forge else self.sign(claims)

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt.encode({"alg": "ES256", "kid": self.keys[0].kid, **header}, claims, self.keys[0])

    def unsigned(self, claims: dict[str, Any], **header: Any) -> str:
        parts = {"alg": "none", **header}, claims
        return ".".join(_base64url(json.dumps(part).encode()) for part in parts) + "."

    def signed_with_public_key(self, claims: dict[str, Any], **more: Any) -> str:
        """The classic forgery: HMAC with the public key, which everybody knows, as the secret."""
        header = {"alg": "HS256", "kid": self.keys[0].kid, **more}
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        mac = hmac.digest(self.keys[0].as_pem(private=False), signed.encode(), "sha256")
        return f"{signed}.{_base64url(mac)}"

    def _api(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        if urlsplit(request.url or "").path == "/elsewhere":
            return 302, {"Location": "https://other.example.test/me"}, b""
        token = str(request.headers.get("Authorization", "")).removeprefix("Bearer ")
        if token not in self.access_tokens or token in self.revoked:
            return _json(401, {"error": "invalid_token"})
        return _json(200, {"token": token})


class ProviderAdapter(BaseAdapter):
    """Carries requests to the provider without sockets."""

    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self.provider = provider
        self.timeouts: list[Any] = []

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        self.timeouts.append(options.get("timeout"))
        status, headers, body = self.provider.answer(request)
        response = requests.Response()
        response.status_code, response.request, response.url = status, request, request.url or ""
        response.headers.update(headers)
        response.raw = io.BytesIO(body)
        return response

    def close(self) -> None:
        pass

    def session(self) -> requests.Session:
        session = requests.Session()
        session.mount("https://", self)
        session.mount("http://", self)
        return session


def _json(status: int, body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
