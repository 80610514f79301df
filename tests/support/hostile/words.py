"""The words that endpoints know, and the error codes that their specifications have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.hostile.clients_of_every_kind import CLIENTS, REQUEST_URI
from tests.support.hostile.forged_jwts import FORGERIES
from tests.support.hostile.plans import Pairs, Plan, Thing, Value

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
SCOPES: tuple[Value, ...] = ("openid", "openid email phone", "all", "everything", "openid openid", "offline_access")
TOKENS: tuple[Value, ...] = tuple(
    Thing(kind, of)
    for kind in ("code", "access", "refresh", "used refresh", "device code", "session", "id_token")
    for of in (("zp", "lin") if kind == "session" else ("basic", "public"))
)
PROOF: Words = {
    "client_id": CLIENT_IDS,
    "client_secret": ("wrong", "the-secret-of-basic-0123456789abcdeF"),
    "client_assertion": (Thing("assertion", "key-jwt"), Thing("assertion", "secret-jwt"), *FORGED),
    "client_assertion_type": ("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "saml2-bearer"),
}
RFC_6749 = frozenset(
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
RFC_8628 = frozenset({"authorization_pending", "slow_down", "access_denied", "expired_token"})
RFC_7591 = frozenset(
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
PEOPLE_WORDS: Words = {"next": ("/", "/o/authorize/?client_id=basic&ui_locales=zh", "//evil.example", "/\\evil")}
AUTHORIZATION: Words = {
    "client_id": CLIENT_IDS,
    "redirect_uri": (
        *(uri for metadata in CLIENTS.values() for uri in metadata["redirect_uris"]),
        "http://127.0.0.1:51004/cb",
        "https://evil.example/cb",
        "https://basic.example.test/cb/../x",
    ),
    "response_type": ("code", "token", "id_token", "token id_token", "code token id_token", "none", "code code"),
    "scope": SCOPES,
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


def pairs(fields: Mapping[str, str]) -> Pairs:
    return tuple(fields.items())
