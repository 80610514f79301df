"""Clients that prove themselves by a certificate (RFC 8705): each way, and every header that only looks like one."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.clients import MACHINE, PROXY_SETTINGS, ClientCertificate, ReverseProxy
from sso_testkit.clients.names import TOKEN_ENDPOINT
from sso_testkit.refusals import Refused, error_of
from sso_testkit.sso import PORTAL
from tests.support.machine_with_certificate import NAMES, proxy, shown, sso

__all__ = ["proxy", "shown", "sso"]


def ask(proxy: ReverseProxy, sent: str | None, verified: str = "SUCCESS", **fields: str) -> webtest.TestResponse:
    return proxy.post(
        TOKEN_ENDPOINT, {"grant_type": "client_credentials", "client_id": "machine", **fields}, sent, verified
    )


def refused(answer: webtest.TestResponse) -> str:
    assert error_of(answer, 401) == "invalid_client"
    return str(answer.json["error_description"])


def by_name(sso: SingleSignOn, **name: str) -> None:
    members = {f"tls_client_auth_{kind}": value for kind, value in name.items()}
    assert sso.add_client("machine", **MACHINE, token_endpoint_auth_method="tls_client_auth", **members) is None


def by_key(sso: SingleSignOn, *keys: dict[str, Any]) -> None:
    method = {"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": list(keys)}}
    assert sso.add_client("machine", **MACHINE, **method) is None


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("subject_dn", "CN=machine,O=Example"),
        ("subject_dn", "cn=machine,o=Example"),
        ("subject_dn", "2.5.4.3=machine,2.5.4.10=Example"),
        ("subject_dn", "CN=mac\\68ine,O=Example"),
        ("san_dns", "machine.example.test"),
        ("san_dns", "Machine.Example.Test"),
        ("san_uri", "spiffe://example/machine"),
        ("san_ip", "2001:db8::1"),
        ("san_ip", "2001:0db8:0:0::1"),
        ("san_email", "m@example.test"),
    ],
)
def test_a_name_in_the_certificate(
    sso: SingleSignOn, proxy: ReverseProxy, shown: ClientCertificate, kind: str, name: str
) -> None:
    by_name(sso, **{kind: name})
    for sent in (shown.escaped, shown.encoded, shown.encoded.strip(":")):
        assert ask(proxy, sent).status_int == 200


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("subject_dn", "O=Example,CN=machine"),
        ("subject_dn", "CN=machine"),
        ("subject_dn", "CN=machine+O=Example"),
        ("subject_dn", "CN=Machine,O=Example"),
        ("subject_dn", "CN=machine\\,O=Example"),
        ("san_dns", "example.test"),
        ("san_dns", "*.example.test"),
        ("san_uri", "spiffe://example/"),
        ("san_uri", "machine.example.test"),
        ("san_ip", "2001:db8::2"),
        ("san_email", "M@example.test"),
    ],
)
def test_another_name(sso: SingleSignOn, proxy: ReverseProxy, shown: ClientCertificate, kind: str, name: str) -> None:
    by_name(sso, **{kind: name})
    assert "name in the certificate" in refused(ask(proxy, shown.escaped))


@pytest.mark.parametrize("verified", ["", "NONE", "FAILED:self-signed certificate", "success", "SUCCESS, SUCCESS"])
def test_a_name_counts_only_when_the_proxy_has_verified_it(
    sso: SingleSignOn, proxy: ReverseProxy, shown: ClientCertificate, verified: str
) -> None:
    by_name(sso, san_dns="machine.example.test")
    assert "not verified" in refused(ask(proxy, shown.escaped, verified))


@pytest.mark.parametrize("kind", ["EC", "P-384", "RSA", "Ed25519"])
def test_a_certificate_of_its_own(sso: SingleSignOn, proxy: ReverseProxy, kind: str) -> None:
    own = ClientCertificate.make(sso.clock.now(), kind=kind)
    renewed = ClientCertificate.make(sso.clock.now(), kind=kind)
    by_key(sso, own.jwk())
    assert ask(proxy, own.escaped, "FAILED:self-signed certificate").status_int == 200
    assert "registered keys" in refused(ask(proxy, renewed.escaped))


def test_a_certificate_that_is_registered_itself(sso: SingleSignOn, proxy: ReverseProxy) -> None:
    now = sso.clock.now()
    own, other = ClientCertificate.make(now), ClientCertificate.make(now)
    by_key(sso, own.jwk(with_certificate=True), {**other.jwk(), "x5t#S256": other.thumbprint})
    for known in (own, other):
        assert ask(proxy, known.encoded).status_int == 200
    # The same key in another certificate: it is the certificate that was registered.
    assert "registered keys" in refused(ask(proxy, own.reissued().encoded))


BROKEN: dict[str, Callable[[ClientCertificate], str | None]] = {
    "none": lambda _: None,
    "empty": lambda _: "",
    "nonsense": lambda _: "nonsense",
    "nothing in it": lambda _: "::",
    "half": lambda shown: shown.escaped[: len(shown.escaped) // 2],
    "two": lambda shown: shown.escaped + shown.escaped,
    "two headers": lambda shown: f"{shown.encoded}, {shown.encoded}",
    "a key": lambda _: "-----BEGIN%20PUBLIC%20KEY-----%0AAAAA%0A-----END%20PUBLIC%20KEY-----",
    "changed": lambda shown: f":{base64.b64encode(b'1' + shown.der[1:]).decode()}:",
    "not UTF-8": lambda shown: f"%ff{shown.escaped}",
    "huge": lambda shown: shown.escaped + "%0A" * 6000,
    "nested": lambda _: ":" + base64.b64encode(b"\x30\x80" * 3000).decode() + ":",
    "url-encoded twice": lambda shown: shown.escaped.replace("%", "%25"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_certificate(sso: SingleSignOn, proxy: ReverseProxy, shown: ClientCertificate, name: str) -> None:
    by_key(sso, shown.jwk())
    refused(ask(proxy, BROKEN[name](shown)))


@pytest.mark.parametrize(("days", "word"), [((-10, -1), "expired"), ((1, 2), "valid in")])
def test_only_in_its_time(sso: SingleSignOn, proxy: ReverseProxy, days: tuple[int, int], word: str) -> None:
    own = ClientCertificate.make(sso.clock.now(), days=days)
    by_key(sso, own.jwk())
    assert word in refused(ask(proxy, own.escaped))
    sso.clock.advance(86_400 + 1)
    assert (ask(proxy, own.escaped).status_int == 200) is (days == (1, 2))


def test_a_key_of_an_unknown_kind(sso: SingleSignOn, proxy: ReverseProxy, shown: ClientCertificate) -> None:
    by_key(sso, shown.jwk())
    refused(ask(proxy, ClientCertificate.make(sso.clock.now(), kind="secp256k1").escaped))


def test_a_header_from_anybody_else(sso: SingleSignOn, shown: ClientCertificate) -> None:
    by_name(sso, san_dns="machine.example.test")
    stranger, proxy = ReverseProxy(sso, "203.0.113.9"), ReverseProxy(sso)
    told = refused(ask(stranger, shown.escaped))
    assert told == refused(ask(stranger, None)) == refused(ask(proxy, None)), "as if there were none"
    answer = ask(stranger, shown.escaped)
    with sso.portal.transaction() as unit:
        story = "\n".join(str(entry) for entry in unit.traces.timeline(answer.json["trace_id"]))
    assert "certificate header from an address that is no trusted proxy" in story
    assert ask(proxy, shown.escaped).status_int == 200


def test_a_header_is_nothing_where_mutual_tls_is_off(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.web.trusted_proxies": PROXY_SETTINGS["sso.web.trusted_proxies"]})
    shown = ClientCertificate.make(sso.clock.now(), **NAMES)
    by_key(sso, shown.jwk())
    assert refused(ask(ReverseProxy(sso), shown.escaped)) == "The client's certificate is missing."


def test_other_credentials_are_refused(sso: SingleSignOn, proxy: ReverseProxy, shown: ClientCertificate) -> None:
    by_key(sso, shown.jwk())
    assert "must not send a secret" in refused(ask(proxy, shown.escaped, client_secret="a guess"))


def test_a_certificate_is_no_secret(sso: SingleSignOn, proxy: ReverseProxy, shown: ClientCertificate) -> None:
    sso.add_client("machine", "a chosen secret", **MACHINE)
    refused(ask(proxy, shown.escaped))
    assert ask(proxy, shown.escaped, client_secret="a chosen secret").json["token_type"] == "Bearer"


def test_a_certificate_alone_names_nobody(sso: SingleSignOn, proxy: ReverseProxy, shown: ClientCertificate) -> None:
    by_key(sso, shown.jwk())
    assert refused(proxy.post(TOKEN_ENDPOINT, {"grant_type": "client_credentials"}, shown.escaped))
    assert refused(ask(proxy, shown.escaped, client_id="nobody"))


def test_every_endpoint_for_clients(sso: SingleSignOn, proxy: ReverseProxy, shown: ClientCertificate) -> None:
    by_key(sso, shown.jwk())
    token = ask(proxy, shown.escaped).json["access_token"]
    for endpoint in ("introspect", "revoke"):
        form = {"client_id": "machine", "token": token}
        assert proxy.post(f"{PORTAL}/o/{endpoint}/", form, shown.escaped).status_int == 200
        assert proxy.post(f"{PORTAL}/o/{endpoint}/", form, None).status_int == 401


REGISTRATIONS: list[tuple[dict[str, Any], str]] = [
    ({"token_endpoint_auth_method": "tls_client_auth"}, "exactly one"),
    (
        {
            "token_endpoint_auth_method": "tls_client_auth",
            "tls_client_auth_san_dns": "a.example",
            "tls_client_auth_san_ip": "10.0.0.1",
        },
        "exactly one",
    ),
    ({"tls_client_auth_subject_dn": "nonsense"}, "tls_client_auth_subject_dn"),
    ({"tls_client_auth_san_ip": "10.0.0"}, "tls_client_auth_san_ip"),
    ({"token_endpoint_auth_method": "self_signed_tls_client_auth"}, "jwks"),
    (
        {
            "tls_client_certificate_bound_access_tokens": True,
            "grant_types": ["implicit"],
            "response_types": ["token"],
            "redirect_uris": ["https://a.example/cb"],
        },
        "tls_client_certificate_bound_access_tokens",
    ),
    (
        {
            "dpop_bound_access_tokens": True,
            "grant_types": ["implicit", "authorization_code"],
            "response_types": ["code", "code id_token token"],
            "redirect_uris": ["https://a.example/cb"],
        },
        "dpop_bound_access_tokens",
    ),
]


@pytest.mark.parametrize(("metadata", "word"), REGISTRATIONS)
def test_what_cannot_be_registered(sso: SingleSignOn, metadata: dict[str, Any], word: str) -> None:
    with pytest.raises(Refused, match=word):
        sso.add_client("refused", **{**MACHINE, **metadata})
