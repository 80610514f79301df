"""Every endpoint: good requests, the words it knows, and the error codes that its specification has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.devices import DEVICE_CODE
from tests.support.hostile.clients_of_every_kind import CLIENTS, PASSWORDS, REQUEST_URI
from tests.support.hostile.forged_jwts import FORGERIES
from tests.support.hostile.living_world import CSRF, authorization
from tests.support.hostile.plans import SIGNED_IN, SIGNED_OUT, Basic, Pairs, Plan, Thing, Value, get, post, proof
from tests.support.relying_party import VERIFIER

Words = Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True)
class Endpoint:
    """One route of the portal. ``errors`` are those in JSON; for ``machine`` endpoints every refusal is JSON."""

    route: str
    good: tuple[Plan, ...] = field(repr=False)
    words: Words = field(repr=False)
    errors: frozenset[str] = frozenset({"invalid_request"})
    machine: bool = False
    # What may be kept by caches, being the same for everybody.
    public: bool = False


FORGED = tuple(Thing(f"jwt: {name}", of) for name in FORGERIES for of in ("key-jwt", "basic"))
CLIENT_IDS: tuple[Value, ...] = (*CLIENTS, "nobody", "project-center")
_SCOPES: tuple[Value, ...] = ("openid", "openid email phone", "all", "everything", "openid openid", "offline_access")
_TOKENS: tuple[Value, ...] = tuple(
    Thing(kind, of)
    for kind in ("code", "access", "refresh", "used refresh", "device code", "session", "id_token")
    for of in (("zp", "lin") if kind == "session" else ("basic", "public"))
)
_PROOF: Words = {
    "client_id": CLIENT_IDS,
    "client_secret": ("wrong", "the-secret-of-basic-0123456789abcdeF"),
    "client_assertion": (Thing("assertion", "key-jwt"), Thing("assertion", "secret-jwt"), *FORGED),
    "client_assertion_type": ("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "saml2-bearer"),
}
_RFC_6749 = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        # RFC 8707, RFC 9396 and RFC 9449 add theirs.
        "invalid_target",
        "invalid_authorization_details",
        "invalid_dpop_proof",
        "use_dpop_nonce",
    }
)
_RFC_8628 = frozenset({"authorization_pending", "slow_down", "access_denied", "expired_token"})
_RFC_7591 = frozenset(
    {
        "invalid_redirect_uri",
        "invalid_client_metadata",
        "invalid_software_statement",
        "unapproved_software_statement",
        # RFC 6750, section 3.1, as RFC 7592 has it
        "invalid_request",
        "invalid_token",
        "insufficient_scope",
        # with 429, RFC 6585
        "temporarily_unavailable",
    }
)
_JSON: Pairs = (("CONTENT_TYPE", "application/json"),)
_OWN: Pairs = (("HTTP_AUTHORIZATION", Thing("registration token", "newcomer", "Bearer ")),)
_REGISTRATION = (
    ("client_name", "Newcomer"),
    ("redirect_uris", ["https://newcomer.example.test/cb"]),
    ("grant_types", ["authorization_code", "refresh_token"]),
    ("response_types", ["code"]),
)
AUTHORIZATION_ERRORS = frozenset(
    {
        # RFC 6749, section 4.1.2.1
        "invalid_request",
        "unauthorized_client",
        "access_denied",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        # OpenID Connect Core, section 3.1.2.6
        "interaction_required",
        "login_required",
        "account_selection_required",
        "consent_required",
        "invalid_request_uri",
        "invalid_request_object",
        "request_not_supported",
        "request_uri_not_supported",
        "registration_not_supported",
        # RFC 8707, section 2; RFC 9396, section 5
        "invalid_target",
        "invalid_authorization_details",
        # OpenID Connect Core Unmet Authentication Requirements 1.0
        "unmet_authentication_requirements",
    }
)
_PEOPLE_WORDS: Words = {"next": ("/", "/o/authorize/?client_id=basic&ui_locales=zh", "//evil.example", "/\\evil")}
_AUTHORIZATION: Words = {
    "client_id": CLIENT_IDS,
    "redirect_uri": (
        *(uri for metadata in CLIENTS.values() for uri in metadata["redirect_uris"]),
        "http://127.0.0.1:51004/cb",
        "https://evil.example/cb",
        "https://basic.example.test/cb/../x",
    ),
    "response_type": ("code", "token", "id_token", "token id_token", "code token id_token", "none", "code code"),
    "scope": _SCOPES,
    "state": ("s" * 900, 'a b&c=d#e"<>\r\nX-Injected: 1', "状态"),
    "nonce": ("n", "n" * 1001),
    "code_challenge": ("x" * 42, "é" * 43),
    "code_challenge_method": ("plain", "S256"),
    "prompt": ("none", "login", "consent", "select_account", "create", "none login", "login consent"),
    "max_age": ("0", "600", "99999999999999999999", "\u0661"),
    "display": ("page", "popup", "pigeon"),
    "response_mode": ("query", "fragment", "form_post", "pigeon"),
    "login_hint": ("zp", "x" * 500),
    "id_token_hint": (Thing("id_token", "basic"), Thing("id_token", "public"), *FORGED),
    "ui_locales": ("zh-CN", "en fr", "x" * 300),
    "acr_values": ("1", "0 2"),
    "claims": (
        '{"id_token":{"acr":{"essential":true,"value":"9"}}}',
        '{"userinfo":{"phone_number":null,"名":{}}}',
        '{"id_token":{"sub":{"value":"x"}}}',
        '{"id_token":[]}',
        "[" * 2000,
    ),
    "request": (Thing("request object", "key-jwt"), Thing("request object", "strict"), *FORGED),
    "request_uri": (REQUEST_URI, "http://127.0.0.1/", "urn:ietf:params:oauth:request_uri:x"),
    "registration": ("{}",),
    "interaction": ("x", *FORGED),
}


def _pairs(fields: Mapping[str, str]) -> Pairs:
    return tuple(fields.items())


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
_SIGN_IN: Pairs = (("username", "lin"), ("password", PASSWORDS["lin"]), ("csrf_token", CSRF), ("next", "/"))
_NEWCOMER: Pairs = (
    ("username", "ana"),
    ("name", "Ana"),
    ("email", "ana@example.test"),
    ("password", "a good password of ana"),
    ("csrf_token", CSRF),
    ("next", "/"),
)
_USER_CODE: Pairs = (("user_code", Thing("user code", "public")),)
_LOGOUT: Pairs = (
    ("client_id", "basic"),
    ("id_token_hint", Thing("id_token", "basic")),
    ("post_logout_redirect_uri", "https://basic.example.test/bye"),
    ("state", "the-state"),
)


def _authorizations() -> tuple[Plan, ...]:
    asked = [_pairs(authorization(client_id)) for client_id in CLIENTS]
    consent: tuple[Plan, ...] = tuple(
        post(
            "/o/authorize/",
            (("decision", decision), ("scope", "profile"), ("csrf_token", Thing("consent form", client_id))),
            query=_pairs(authorization(client_id)),
            cookies=SIGNED_IN,
        )
        for client_id in ("basic", "post")
        for decision in ("allow", "deny")
    )
    return (
        *(get("/o/authorize/", query, cookies=SIGNED_IN) for query in asked),
        *(get("/o/authorize", query, cookies=SIGNED_OUT) for query in asked),
        *(post("/o/authorize/", query, cookies=SIGNED_IN) for query in asked[:2]),
        *consent,
        *(
            get("/o/authorize/", (("client_id", of), ("request", Thing("request object", of))), cookies=SIGNED_IN)
            for of in ("key-jwt", "strict")
        ),
    )


def _pushed(client_id: str) -> Pairs:
    """The same request for who pushes it; its client is named by the proof."""
    return tuple((name, value) for name, value in _pairs(authorization(client_id)) if name != "client_id")


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "/o/authorize/", _authorizations(), {**_AUTHORIZATION, "decision": ("allow", "deny"), "csrf_token": (CSRF,)}
    ),
    Endpoint(
        "/o/token/",
        tuple(plan for client_id in CLIENTS for plan in _tokens(client_id)),
        {
            **_PROOF,
            "grant_type": ("authorization_code", "refresh_token", "password", "client_credentials", DEVICE_CODE, "x"),
            "code": _TOKENS,
            "refresh_token": _TOKENS,
            "device_code": _TOKENS,
            "redirect_uri": _AUTHORIZATION["redirect_uri"],
            "code_verifier": (VERIFIER, "x" * 43),
            "username": ("zp", "lin", "nobody"),
            "password": (PASSWORDS["zp"], "wrong"),
            "scope": _SCOPES,
        },
        _RFC_6749 | _RFC_8628,
        machine=True,
    ),
    Endpoint(
        "/o/par/",
        tuple(post("/o/par/", (*_pushed(client_id), *proof(client_id))) for client_id in CLIENTS),
        {**_PROOF, **_AUTHORIZATION},
        _RFC_6749 | AUTHORIZATION_ERRORS,
        machine=True,
    ),
    Endpoint(
        "/o/introspect/",
        _with_proof("/o/introspect/", *_ABOUT_TOKENS),
        {**_PROOF, "token": (*_TOKENS, *FORGED), "token_type_hint": ("access_token", "pigeon")},
        _RFC_6749,
        machine=True,
    ),
    Endpoint(
        "/o/revoke/",
        _with_proof("/o/revoke/", *_ABOUT_TOKENS),
        {**_PROOF, "token": (*_TOKENS, *FORGED), "token_type_hint": ("refresh_token", "pigeon")},
        _RFC_6749 | {"unsupported_token_type"},
        machine=True,
    ),
    Endpoint(
        "/o/device_authorization/",
        _with_proof("/o/device_authorization/", (("scope", "openid profile"),), ()),
        {**_PROOF, "scope": _SCOPES},
        _RFC_6749,
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
        {"access_token": (*_TOKENS, *FORGED)},
        # RFC 6750, section 3.1
        frozenset({"invalid_request", "invalid_token", "insufficient_scope"}),
        machine=True,
    ),
    Endpoint(
        "/o/login/",
        (
            get("/o/login/", (("next", "/o/authorize/?client_id=post"),), cookies=SIGNED_OUT),
            get("/o/login/", (("next", "/"), ("prompt", "login")), cookies=SIGNED_IN),
            post("/o/login/", _SIGN_IN, cookies=SIGNED_OUT),
            post("/o/login/", (*_SIGN_IN, ("remember_me", "on")), cookies=SIGNED_OUT),
        ),
        {
            **_PEOPLE_WORDS,
            "prompt": ("login", "select_account", "none"),
            "username": ("zp", "lin", "nobody", "ZP"),
            "password": ("wrong", PASSWORDS["zp"]),
            "remember_me": ("on",),
            "csrf_token": (CSRF, "other"),
            "ui_locales": ("zh-CN",),
        },
    ),
    Endpoint(
        "/o/logout/",
        (
            get("/o/logout/", cookies=SIGNED_IN),
            get("/o/logout/", _LOGOUT, cookies=SIGNED_IN),
            get("/o/logout", _LOGOUT, cookies=SIGNED_OUT),
            post("/o/logout/", _LOGOUT, cookies=SIGNED_IN),
            post("/o/logout/", (*_LOGOUT, ("decision", "sign_out"), ("csrf_token", CSRF)), cookies=SIGNED_IN),
            post("/o/logout/", (*_LOGOUT, ("decision", "stay"), ("csrf_token", CSRF)), cookies=SIGNED_IN),
        ),
        {
            "client_id": CLIENT_IDS,
            "id_token_hint": _AUTHORIZATION["id_token_hint"],
            "post_logout_redirect_uri": ("https://public.example.test/bye", "https://evil.example/", "/"),
            "state": _AUTHORIZATION["state"],
            "decision": ("sign_out", "stay"),
            "csrf_token": (CSRF, "other"),
            "ui_locales": ("zh-CN",),
        },
    ),
    Endpoint(
        "/o/device/",
        (
            get("/o/device/", cookies=SIGNED_OUT),
            get("/o/device/", _USER_CODE, cookies=SIGNED_IN),
            get("/o/device", _USER_CODE, cookies=SIGNED_OUT),
            post("/o/device/", (*_USER_CODE, ("csrf_token", CSRF)), cookies=SIGNED_IN),
            *(
                post(
                    "/o/device/",
                    (*_USER_CODE, ("csrf_token", Thing("device form", "public")), ("decision", decision)),
                    cookies=SIGNED_IN,
                )
                for decision in ("allow", "deny")
            ),
        ),
        {
            "user_code": (Thing("user code", "basic"), "BCDF-GHJK", "bcdf ghjk"),
            "decision": ("allow", "deny"),
            "scope": _SCOPES,
            "csrf_token": (CSRF, "other"),
        },
    ),
    Endpoint("/o/device/qr.svg", (get("/o/device/qr.svg", _USER_CODE),), {"user_code": ("BCDF-GHJK", "x")}),
    Endpoint(
        "/account/create",
        (
            get("/account/create", (("next", "/"),), cookies=SIGNED_OUT),
            get("/account/create", cookies=SIGNED_IN),
            post("/account/create", _NEWCOMER, cookies=SIGNED_OUT),
        ),
        {
            **_PEOPLE_WORDS,
            "username": ("zp", "ana", "ben", "Ben", "a.b-c_d"),
            "name": ("安娜", "A" * 300),
            "email": ("zp@example.test", "ben@example.test", "x"),
            "password": ("1234567", "x" * 1025),
            "csrf_token": (CSRF, "other"),
        },
    ),
    Endpoint(
        "/preferences",
        (get("/preferences", (("theme", "dark"), ("locale", "zh_CN"), ("next", "/o/login/"))),),
        {**_PEOPLE_WORDS, "theme": ("dark", "purple"), "locale": ("zh_CN", "fr")},
    ),
    Endpoint("/", (get("/", cookies=SIGNED_OUT), get("/", (("q", "a"),), cookies=SIGNED_IN)), {"q": ("项目", "<b>")}),
    Endpoint(
        "/o/register/",
        (Plan("POST", b"/o/register/", environ=_JSON, json=_REGISTRATION),),
        {},
        _RFC_7591,
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
        _RFC_7591,
        machine=True,
    ),
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
    Endpoint("static", (get("/static/any/portal.css"), get("/static/any/brand.css")), {}, public=True),
    Endpoint("favicon", (get("/favicon.ico"),), {}, public=True),
)
