"""Endpoints that servers and devices call: good requests, words, error codes."""

from __future__ import annotations

import hashlib

from sso_testkit.clients.names import DEVICE_CODE
from sso_testkit.relying_party import VERIFIER
from tests.support.hostile.clients_of_every_kind import CLIENTS, PASSWORDS
from tests.support.hostile.living_world import BEGUN, authorization
from tests.support.hostile.plans import Basic, Pairs, Plan, Thing, get, post, proof
from tests.support.hostile.words import (
    AUTHORIZATION,
    AUTHORIZATION_ERRORS,
    FORGED,
    PROOF,
    RFC_6749,
    RFC_7591,
    RFC_8628,
    SCOPES,
    TOKENS,
    Endpoint,
    pairs,
)

_JSON: Pairs = (("CONTENT_TYPE", "application/json"),)
_OWN: Pairs = (("HTTP_AUTHORIZATION", Thing("registration token", "newcomer", "Bearer ")),)
_REGISTRATION = (
    ("client_name", "Newcomer"),
    ("redirect_uris", ["https://newcomer.example.test/cb"]),
    ("grant_types", ["authorization_code", "refresh_token"]),
    ("response_types", ["code"]),
)


def _tokens(client_id: str) -> list[Plan]:
    code: Pairs = (
        ("grant_type", "authorization_code"),
        ("code", Thing("code", client_id)),
        ("redirect_uri", CLIENTS[client_id]["redirect_uris"][0]),
        ("code_verifier", VERIFIER),
    )
    bodies: list[Pairs] = [
        code,
        *(
            (("grant_type", "refresh_token"), ("refresh_token", Thing(kind, client_id)))
            for kind in ("refresh", "used refresh")
        ),
        *(
            (("grant_type", DEVICE_CODE), ("device_code", Thing(kind, client_id)))
            for kind in ("device code", "waiting device code")
        ),
        (("grant_type", "password"), ("username", "zp"), ("password", PASSWORDS["zp"]), ("scope", "openid")),
        (("grant_type", "client_credentials"), ("scope", "all")),
    ]
    return [post("/o/token/", (*body, *proof(client_id))) for body in bodies]


def _with_proof(path: str, *bodies: Pairs) -> tuple[Plan, ...]:
    return (
        *(post(path, (*body, *proof(client_id))) for client_id in CLIENTS for body in bodies),
        *(post(path, body, environ=(("HTTP_AUTHORIZATION", Basic("basic")),)) for body in bodies),
    )


_ABOUT_TOKENS = tuple((("token", Thing(kind, "basic")),) for kind in ("access", "refresh", "used refresh"))


def _pushed(client_id: str) -> Pairs:
    """The same request for who pushes it; its client is named by the proof."""
    return tuple((name, value) for name, value in pairs(authorization(client_id)) if name != "client_id")


_SITE_COOKIES = (("site", Thing("site cookie", "wiki")), ("site_begun", BEGUN))


def _of_proxy(path: str, query: Pairs = (), *, uri: str = "/", page: bool = True) -> Plan:
    """What a reverse proxy asks about a request to the site of *wiki*."""
    name = hashlib.sha256(b"wiki").hexdigest()[:8]
    cookies: Pairs = tuple((f"__Host-sso_{kind}_{name}", value) for kind, value in _SITE_COOKIES)
    forwarded: Pairs = (
        ("HTTP_X_FORWARDED_PROTO", "https"),
        ("HTTP_X_FORWARDED_HOST", "wiki.example.test"),
        ("HTTP_X_FORWARDED_URI", uri),
        ("HTTP_X_FORWARDED_METHOD", "GET"),
        ("HTTP_ACCEPT", "text/html" if page else "image/png"),
    )
    return Plan("GET", f"/o/forward_auth/{path}".encode(), query, cookies=cookies, environ=forwarded)


_ANSWER: Pairs = (("code", Thing("site code", "wiki")), ("state", Thing("site state", "wiki")))
_SITE_ERRORS = frozenset({"invalid_request", "login_required", "access_denied"})
_SITE_ENDPOINTS = (
    Endpoint(
        "/o/forward_auth/",
        (_of_proxy(""), _of_proxy("", uri="/assets/a.css", page=False), _of_proxy("", (("answer", "redirect"),))),
        {"answer": ("redirect", "x")},
        _SITE_ERRORS,
        machine=True,
    ),
    Endpoint(
        "/o/forward_auth/start/",
        (_of_proxy("start", uri="/page?a=1"), _of_proxy("start/", (("return_to", "/page"),), uri="/.sso/start")),
        {"return_to": ("/", "//evil.example", "/\\evil.example", "/.sso/sign-out", "/中")},
        _SITE_ERRORS,
        machine=True,
    ),
    Endpoint(
        "/o/forward_auth/callback/",
        (_of_proxy("callback", _ANSWER), _of_proxy("callback/", (("error", "access_denied"), *_ANSWER[1:]))),
        {"code": TOKENS, "error": ("access_denied", "server_error"), "state": ("x", "a.b.c")},
        _SITE_ERRORS,
        machine=True,
    ),
    Endpoint("/o/forward_auth/sign-out/", (_of_proxy("sign-out"),), {}, _SITE_ERRORS, machine=True),
)

MACHINE_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "/o/token/",
        tuple(plan for client_id in CLIENTS for plan in _tokens(client_id)),
        {
            **PROOF,
            "grant_type": ("authorization_code", "refresh_token", "password", "client_credentials", DEVICE_CODE, "x"),
            "code": TOKENS,
            "refresh_token": TOKENS,
            "device_code": TOKENS,
            "redirect_uri": AUTHORIZATION["redirect_uri"],
            "code_verifier": (VERIFIER, "x" * 43),
            "username": ("zp", "lin", "nobody"),
            "password": (PASSWORDS["zp"], "wrong"),
            "scope": SCOPES,
        },
        RFC_6749 | RFC_8628,
        machine=True,
    ),
    Endpoint(
        "/o/par/",
        tuple(post("/o/par/", (*_pushed(client_id), *proof(client_id))) for client_id in CLIENTS),
        {**PROOF, **AUTHORIZATION},
        RFC_6749 | AUTHORIZATION_ERRORS,
        machine=True,
    ),
    Endpoint(
        "/o/introspect/",
        _with_proof("/o/introspect/", *_ABOUT_TOKENS),
        {**PROOF, "token": (*TOKENS, *FORGED), "token_type_hint": ("access_token", "pigeon")},
        RFC_6749,
        machine=True,
    ),
    Endpoint(
        "/o/revoke/",
        _with_proof("/o/revoke/", *_ABOUT_TOKENS),
        {**PROOF, "token": (*TOKENS, *FORGED), "token_type_hint": ("refresh_token", "pigeon")},
        RFC_6749 | {"unsupported_token_type"},
        machine=True,
    ),
    Endpoint(
        "/o/device_authorization/",
        _with_proof("/o/device_authorization/", (("scope", "openid profile"),), ()),
        {**PROOF, "scope": SCOPES},
        RFC_6749,
        machine=True,
    ),
    Endpoint(
        "/o/userinfo/",
        (
            *(
                Plan("GET", b"/o/userinfo/", environ=(("HTTP_AUTHORIZATION", Thing("access", of, "Bearer ")),))
                for of in CLIENTS
            ),
            post("/o/userinfo", (("access_token", Thing("access", "basic")),)),
        ),
        {"access_token": (*TOKENS, *FORGED)},
        # RFC 6750, section 3.1
        frozenset({"invalid_request", "invalid_token", "insufficient_scope"}),
        machine=True,
    ),
    Endpoint(
        "/o/register/",
        (Plan("POST", b"/o/register/", environ=_JSON, json=_REGISTRATION),),
        {},
        RFC_7591,
        machine=True,
    ),
    Endpoint(
        "/o/register/{client_id}/",
        (
            Plan("GET", b"/o/register/{client_id}", environ=_OWN),
            Plan("PUT", b"/o/register/{client_id}/", environ=(*_JSON, *_OWN), json=_REGISTRATION),
            Plan("DELETE", b"/o/register/{client_id}/", environ=_OWN),
        ),
        {},
        RFC_7591,
        machine=True,
    ),
    *_SITE_ENDPOINTS,
    Endpoint("/o/jwks/", (get("/o/jwks/"), get("/o/jwks")), {}, machine=True, public=True),
    Endpoint(
        "/.well-known/openid-configuration", (get("/.well-known/openid-configuration"),), {}, machine=True, public=True
    ),
    Endpoint(
        "/.well-known/oauth-authorization-server",
        (get("/.well-known/oauth-authorization-server"),),
        {},
        machine=True,
        public=True,
    ),
    Endpoint(
        "/.well-known/oauth-protected-resource",
        (get("/.well-known/oauth-protected-resource"),),
        {},
        machine=True,
        public=True,
    ),
    Endpoint("/healthz", (get("/healthz"),), {}, machine=True),
    Endpoint("/readyz", (get("/readyz"),), {}, machine=True),
    Endpoint(
        "/o/session_activity/",
        _with_proof("/o/session_activity/", (("activity", '{"a-sid": 1800000000}'), ("since", "0")), ()),
        {
            **PROOF,
            "activity": ('{"x": -1}', '{"x": true}', '{"": 1}', "[]", "{" * 2000, '{"x": 1e999}', '{"\\u0000": 1}'),
            "since": ("-1", "9" * 400, "1.5", "\u0661", "99999999999999999"),
        },
        RFC_6749,
        machine=True,
    ),
    Endpoint("/o/logout/receipt/{number}/", (get("/o/logout/receipt/{number}"),), {}, machine=True),
)
