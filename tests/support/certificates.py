"""Certificates of clients, and the reverse proxy that hands them on."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import webtest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.jwk import ECKey, OKPKey, RSAKey

from sso_testkit import SingleSignOn

PROXY = "10.0.0.1"
HEADER, VERIFIED = "X-Client-Cert", "X-Client-Verify"
SETTINGS = {
    "sso.mutual_tls.header": HEADER,
    "sso.mutual_tls.verified_header": VERIFIED,
    "sso.web.trusted_proxies": f"127.0.0.1 {PROXY}",
}
DAY = 86_400

_NAMES: dict[str, Any] = {
    "dns": x509.DNSName,
    "uri": x509.UniformResourceIdentifier,
    "ip": lambda value: x509.IPAddress(ipaddress.ip_address(value)),
    "email": x509.RFC822Name,
}


@dataclass
class ClientCertificate:
    """A self-signed certificate and its key."""

    certificate: x509.Certificate
    key: Any

    @classmethod
    def make(
        cls,
        now: int,
        subject: str = "CN=machine,O=Example",
        *,
        kind: str = "EC",
        days: tuple[int, int] = (-1, 1),
        **names: str,
    ) -> ClientCertificate:
        """One that is valid from and until so many ``days`` from ``now``; ``names`` are alternative ones."""
        key: Any = {
            "EC": lambda: ec.generate_private_key(ec.SECP256R1()),
            "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
            "RSA": lambda: rsa.generate_private_key(65537, 2048),
            "Ed25519": ed25519.Ed25519PrivateKey.generate,
            "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
        }[kind]()
        name = x509.Name.from_rfc4514_string(subject)
        start, end = (datetime.fromtimestamp(now + day * DAY, UTC) for day in days)
        builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), start, end)
        if names:
            values = [_NAMES[kind](value) for kind, value in names.items()]
            builder = builder.add_extension(x509.SubjectAlternativeName(values), critical=False)
        return cls(builder.sign(key, None if kind == "Ed25519" else hashes.SHA256()), key)

    def reissued(self) -> ClientCertificate:
        """Another certificate for the same key, name and time."""
        old, serial = self.certificate, x509.random_serial_number()
        times = (old.not_valid_before_utc, old.not_valid_after_utc)
        builder = x509.CertificateBuilder(old.subject, old.issuer, self.key.public_key(), serial, *times)
        return ClientCertificate(builder.sign(self.key, hashes.SHA256()), self.key)

    @property
    def der(self) -> bytes:
        """The certificate itself."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def escaped(self) -> str:
        """As nginx hands it on."""
        return quote(self.certificate.public_bytes(Encoding.PEM).decode())

    @property
    def encoded(self) -> str:
        """As RFC 9440 has it."""
        return f":{base64.b64encode(self.der).decode()}:"

    @property
    def thumbprint(self) -> str:
        """``x5t#S256``."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.der).digest()).decode().rstrip("=")

    def jwk(self, *, with_certificate: bool = False) -> dict[str, Any]:
        """Its public key, as a client registers it."""
        kind: Any = OKPKey if isinstance(self.key, ed25519.Ed25519PrivateKey) else ECKey
        kind = RSAKey if isinstance(self.key, rsa.RSAPrivateKey) else kind
        members = dict(kind.import_key(self.key.public_key()).as_dict(private=False))
        return {**members, "x5c": [base64.b64encode(self.der).decode()]} if with_certificate else members


class Proxy:
    """The reverse proxy: what it says of a client's certificate, and from where it calls."""

    def __init__(self, sso: SingleSignOn, address: str = PROXY) -> None:
        """At ``address``, which need not be the one that the portal trusts."""
        self.http = webtest.TestApp(sso.world, extra_environ={"REMOTE_ADDR": address}, lint=False)

    def post(
        self, url: str, fields: dict[str, str], sent: str | None, verified: str = "SUCCESS"
    ) -> webtest.TestResponse:
        """Hand a form on."""
        return self.http.post(url, fields, headers=self.headers(sent, verified), status="*")

    def get(self, url: str, token: str, sent: str | None, scheme: str = "Bearer", **more: str) -> webtest.TestResponse:
        """Hand a request for a resource on."""
        headers = {**self.headers(sent, "SUCCESS"), "Authorization": f"{scheme} {token}", **more}
        return self.http.get(url, headers=headers, status="*")

    @staticmethod
    def headers(sent: str | None, verified: str) -> dict[str, str]:
        """What the proxy adds."""
        return {} if sent is None else {HEADER: sent, VERIFIED: verified}
