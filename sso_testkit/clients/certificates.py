"""Certificates that clients prove themselves by (RFC 8705)."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.jwk import ECKey, OKPKey, RSAKey

_DAY = 86_400

_NAMES: dict[str, Any] = {
    "dns": x509.DNSName,
    "uri": x509.UniformResourceIdentifier,
    "ip": lambda value: x509.IPAddress(ipaddress.ip_address(value)),
    "email": x509.RFC822Name,
}
_KEYS: dict[str, Any] = {
    "EC": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
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
        """One that is valid from and until so many ``days`` from ``now`` (in seconds).

        ``kind`` of its key: ``EC``, ``P-384``, ``RSA``, ``Ed25519`` or ``secp256k1``. ``names`` are alternative ones:
        ``dns``, ``uri``, ``ip``, ``email``.
        """
        key = _KEYS[kind]()
        name = x509.Name.from_rfc4514_string(subject)
        start, end = (datetime.fromtimestamp(now + day * _DAY, UTC) for day in days)
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
        """As the header ``Client-Cert`` has it (RFC 9440, section 2.1)."""
        return f":{base64.b64encode(self.der).decode()}:"

    @property
    def thumbprint(self) -> str:
        """By which a token names it: ``x5t#S256`` (RFC 8705, section 3.1)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.der).digest()).decode().rstrip("=")

    def jwk(self, *, with_certificate: bool = False) -> dict[str, Any]:
        """Its public key, as a client registers it (RFC 8705, section 2.2.2)."""
        kind: Any = OKPKey if isinstance(self.key, ed25519.Ed25519PrivateKey) else ECKey
        kind = RSAKey if isinstance(self.key, rsa.RSAPrivateKey) else kind
        members = dict(kind.import_key(self.key.public_key()).as_dict(private=False))
        return {**members, "x5c": [base64.b64encode(self.der).decode()]} if with_certificate else members
