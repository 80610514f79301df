"""A world with everything in it that a request could be about: people, sessions, living codes and tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sso_testkit import SingleSignOn
from sso_testkit.clients import assertion_claims, signed, signed_by_secret
from sso_testkit.relying_party import CHALLENGE, VERIFIER
from sso_testkit.sso import PORTAL
from tests.support.hostile.clients_of_every_kind import CLIENTS, KEY, SECRETS, SETTINGS
from tests.support.hostile.forged_jwts import FORGERIES
from tests.support.hostile.raw_requests import Answer, send

CSRF = "c" * 43
"""The token that a browser would have from an earlier page."""

MANY_NEWCOMERS = 30
BEGUN = "b" * 43
"""What a browser has that has begun to sign in at a site behind a proxy."""

_BEGUN_CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(BEGUN.encode()).digest()).decode().rstrip("=")

_SESSION_SECONDS = 3_000
_FORM = "application/x-www-form-urlencoded"
_SCOPE = "openid profile"
Memory = dict[tuple[str, str], str]


def token() -> str:
    """Something as long as what the portal gives out."""
    return secrets.token_hex(22)[:43]


def authorization(client_id: str, **changes: str) -> dict[str, str]:
    """The parameters of a good authorization request."""
    return {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": CLIENTS[client_id]["redirect_uris"][0],
        "scope": _SCOPE,
        "state": "the-state",
        "nonce": "the-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }


class LivingWorld:
    """``make("code", "basic", memory)`` is a living code of the client *basic*, and so on for everything there is."""

    def __init__(self, folder: Path) -> None:
        """Register every kind of client over the files in ``folder``."""
        self.sso = SingleSignOn(folder, settings=SETTINGS)
        for client_id, metadata in CLIENTS.items():
            self.sso.add_client(client_id, SECRETS.get(client_id, ""), **metadata)
        self.issued: set[str] = set()
        """Every code, token and cookie there ever was."""
        self.successors: dict[str, str] = {}
        """What refresh tokens have bought that were used already."""
        self.newcomers: list[str] = []
        """Clients that have registered themselves."""
        self._sessions: dict[str, tuple[str, int]] = {}
        self._id_tokens: dict[str, str] = {}
        self._makers: dict[str, Callable[[str, Memory], str]] = {
            "session": lambda of, _: self._session(of),
            "sid": lambda of, _: self._sid(of),
            "receipt": lambda of, _: self._receipt(of),
            "code": lambda of, _: self._code(of),
            "site code": lambda of, _: self._site_code(of),
            "site cookie": lambda of, _: self._site_cookie(of),
            "site state": lambda of, _: self._site_state(of),
            "access": lambda of, _: self._tokens(of)[0],
            "refresh": lambda of, _: self._tokens(of)[1],
            "used refresh": lambda of, _: self._used_refresh(of),
            "device code": lambda of, _: self._device(of, allowed=True)[0],
            "waiting device code": lambda of, _: self._device(of, allowed=False)[0],
            "user code": lambda of, _: self._device(of, allowed=False)[1],
            "device form": lambda of, memory: self._form(
                f"/o/device/?user_code={self.make('user code', of, memory)}", memory
            ),
            "consent form": lambda of, memory: self._form(f"/o/authorize/?{urlencode(authorization(of))}", memory),
            "id_token": lambda of, memory: self._id_token(of, memory),
            "assertion": lambda of, _: self._assertion(of),
            "registered client": lambda _of, memory: self._registered(memory)[0],
            "registration token": lambda _of, memory: self._registered(memory)[1],
            "request object": lambda of, _: self._request_object(of),
            **{f"jwt: {name}": self._forger(forge) for name, forge in FORGERIES.items()},
        }

    def make(self, kind: str, of: str, memory: Memory) -> str:
        """A living thing of the client or person ``of``; ``memory`` holds what this request has already."""
        if (kind, of) not in memory:
            memory[kind, of] = self._makers[kind](of, memory)
        return memory[kind, of]

    def request(self, method: str, target: str, fields: dict[str, str] | None = None, cookie: str = "") -> Answer:
        """An ordinary request."""
        path, _, query = target.partition("?")
        environ = {"CONTENT_TYPE": _FORM, "HTTP_COOKIE": cookie}
        body = urlencode(fields or {}).encode()
        return send(self.sso.portal_app, method, path.encode(), query.encode(), body, environ)

    def proof(self, client_id: str, memory: Memory) -> dict[str, str]:
        """The parameters by which a client says who it is and, if it can, proves it."""
        method = CLIENTS[client_id].get("token_endpoint_auth_method", "client_secret_basic")
        if method.endswith("_jwt"):
            kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            return {"client_assertion_type": kind, "client_assertion": self.make("assertion", client_id, memory)}
        secret = {"client_secret": SECRETS[client_id]} if client_id in SECRETS else {}
        return {"client_id": client_id, **secret}

    def forget_sessions(self) -> None:
        """One may have ended."""
        self._sessions.clear()

    def _session(self, username: str) -> str:
        cookie, ends_at = self._sessions.get(username, ("", 0))
        if self.sso.clock.now() < ends_at:
            return cookie
        with self.sso.portal.transaction() as unit:
            user = unit.users.by_username(username)
            _, cookie = unit.sessions.begin(user, remember_me=False, address="", user_agent="", old_cookie=None)
        self._sessions[username] = (cookie, self.sso.clock.now() + _SESSION_SECONDS)
        self._id_tokens.clear()
        return self._issue(cookie)

    def _sid(self, username: str) -> str:
        cookie = self._session(username)
        with self.sso.portal.transaction() as unit:
            return str(unit.sessions.find(cookie)[0].sid)

    def _receipt(self, username: str) -> str:
        """The number of a sign-out, of a session that nobody else uses."""
        with self.sso.portal.transaction() as unit:
            user = unit.users.by_username(username)
            session, _ = unit.sessions.begin(user, remember_me=False, address="", user_agent="", old_cookie=None)
            return str(unit.sign_outs.end(session.sid, "signed_out").number)

    def _issue(self, secret: str) -> str:
        self.issued.add(secret)
        return secret

    def _code(self, client_id: str) -> str:
        cookie, code = self._session("zp"), token()
        with self.sso.portal.transaction() as unit:
            self._save_code(unit, cookie, code, client_id)
        return self._issue(code)

    def _site_code(self, client_id: str) -> str:
        """A code that the portal redeems itself."""
        cookie, code = self._session("zp"), token()
        with self.sso.portal.transaction() as unit:
            site = unit.clients.find(client_id).protected_site
            bound = {"redirect_uri": site.redirect_uri, "code_challenge": _BEGUN_CHALLENGE}
            self._save_code(unit, cookie, code, client_id, **bound)
        return self._issue(code)

    def _site_cookie(self, client_id: str) -> str:
        code = self._site_code(client_id)
        with self.sso.portal.transaction() as unit:
            record = unit.tokens.find_code(code)
            assert unit.tokens.consume_code(record)
            session = unit.sessions.get(record.sid)
            assert unit.sessions.join(session, client_id)
            return self._issue(unit.site_sign_ins.begin(record, session))

    def _site_state(self, client_id: str) -> str:
        return str(self.sso.portal.site_states.make(client_id, BEGUN, "/", self.sso.clock.now()))

    def _save_code(self, unit: Any, cookie: str, code: str, client_id: str, **changes: str) -> None:
        session, user = unit.sessions.find(cookie)
        unit.tokens.save_code(
            code,
            client_id=client_id,
            user_id=user.id,
            sid=session.sid,
            redirect_uri=changes.get("redirect_uri", CLIENTS[client_id]["redirect_uris"][0]),
            scope=_SCOPE,
            nonce="the-nonce",
            code_challenge=changes.get("code_challenge", CHALLENGE),
            code_challenge_method="S256",
            auth_time=session.auth_time,
            details={"amr": session.amr},
        )

    def _tokens(self, client_id: str) -> tuple[str, str]:
        cookie, code, access, refresh = self._session("zp"), token(), token(), token()
        with self.sso.portal.transaction() as unit:
            self._save_code(unit, cookie, code, client_id)
            record = unit.tokens.find_code(code)
            unit.tokens.consume_code(record)
            family = unit.tokens.begin_family(record)
            unit.tokens.save(family, access_token=access, access_scope=_SCOPE, refresh_token=refresh)
        return self._issue(access), self._issue(refresh)

    def _used_refresh(self, client_id: str) -> str:
        used, memory = self._tokens(client_id)[1], Memory()
        fields = {"grant_type": "refresh_token", "refresh_token": used, **self.proof(client_id, memory)}
        answer = json.loads(self.request("POST", "/o/token/", fields).body)
        self.successors[used] = self._issue(answer["refresh_token"])
        return used

    def _device(self, client_id: str, *, allowed: bool) -> tuple[str, str]:
        cookie = self._session("zp")
        with self.sso.portal.transaction() as unit:
            begun = unit.device_codes.begin(client_id, _SCOPE)
            session, user = unit.sessions.find(cookie)
            if allowed:
                record = unit.device_codes.find_typed(begun.user_code, user.id, "")
                unit.device_codes.allow(record, session, _SCOPE.split())
        return self._issue(begun.device_code), str(begun.user_code)

    def _form(self, target: str, memory: Memory) -> str:
        cookie = f"__Host-sso_session={self.make('session', 'zp', memory)}; __Host-sso_csrf={CSRF}"
        page = self.request("GET", target, cookie=cookie).body.decode()
        return (re.findall(r'name="csrf_token" value="([^"]+)"', page) or [CSRF])[-1]

    def _id_token(self, client_id: str, memory: Memory) -> str:
        if client_id not in self._id_tokens:
            fields = {
                "grant_type": "authorization_code",
                "code": self._code(client_id),
                "redirect_uri": CLIENTS[client_id]["redirect_uris"][0],
                "code_verifier": VERIFIER,
                **self.proof(client_id, memory),
            }
            answer = json.loads(self.request("POST", "/o/token/", fields).body)
            self._id_tokens[client_id] = answer["id_token"]
        return self._id_tokens[client_id]

    def _assertion(self, client_id: str) -> str:
        claims = assertion_claims(client_id, self.sso.clock.now())
        secret = SECRETS.get(client_id)
        return signed_by_secret(claims, secret) if secret else signed(claims, KEY)

    def _request_object(self, client_id: str) -> str:
        claims = {**authorization(client_id), "iss": client_id, "aud": PORTAL}
        return signed(claims, KEY, typ="oauth-authz-req+jwt")

    def _registered(self, memory: Memory) -> tuple[str, str]:
        if ("registered client", "newcomer") not in memory:
            metadata = {"client_name": "Newcomer", "redirect_uris": ["https://newcomer.example.test/cb"]}
            with self.sso.portal.transaction() as unit:
                registered = unit.registrations.add(metadata)
            self.newcomers.append(registered.client.client_id)
            memory["registered client", "newcomer"] = registered.client.client_id
            memory["registration token", "newcomer"] = self._issue(registered.token)
        return memory["registered client", "newcomer"], memory["registration token", "newcomer"]

    def send_newcomers_away(self) -> None:
        """With thousands of clients every request would become slower."""
        if len(self.newcomers) > MANY_NEWCOMERS:
            with self.sso.portal.transaction() as unit:
                for client_id in self.newcomers:
                    if unit.clients.find(client_id) is not None:
                        unit.clients.remove(client_id)
            self.newcomers.clear()

    def _forger(self, forge: Callable[[Any], str]) -> Callable[[str, Memory], str]:
        return lambda of, _: forge({**assertion_claims(of, self.sso.clock.now()), **authorization(of)})
