"""X.509 certificates of clients, as a reverse proxy hands them on (RFC 8705; RFC 9440)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from sso_portal.base.hashing import base64url

MAXIMUM_LENGTH = 16_384
"""Characters of the longest header that is looked at."""

_SHORT_NAMES = {
    "CN": NameOID.COMMON_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "C": NameOID.COUNTRY_NAME,
    "STREET": NameOID.STREET_ADDRESS,
    "DC": NameOID.DOMAIN_COMPONENT,
    "UID": NameOID.USER_ID,
    "E": NameOID.EMAIL_ADDRESS,
    "emailAddress": NameOID.EMAIL_ADDRESS,
    "serialNumber": NameOID.SERIAL_NUMBER,
}
# The names of attributes are the same in upper and lower case (RFC 4512, section 1.4).
_NAMES = {spelled: oid for name, oid in _SHORT_NAMES.items() for spelled in (name, name.upper(), name.lower())}
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


class BadCertificate(ValueError):
    """What was sent is no certificate that can be used; the message says why."""


@dataclass(frozen=True)
class Certificate:
    """One certificate. ``thumbprint`` is ``x5t#S256`` (RFC 8705, section 3.1), ``key`` the members of its public key as
    a JWK, times are seconds since 1970."""

    thumbprint: str
    key: Mapping[str, str]
    valid_from: int
    valid_until: int
    subject: x509.Name
    dns: frozenset[str]
    uris: frozenset[str]
    addresses: frozenset[str]
    emails: frozenset[str]

    def has_subject(self, name: str) -> bool:
        """Whether this is its subject, compared attribute by attribute; ``name`` as RFC 4514 writes it."""
        wanted = _parsed_name(name)
        return wanted is not None and wanted == self.subject

    def has_address(self, address: str) -> bool:
        """Whether this IP address is among its alternative names, however it is written."""
        wanted = _parsed_address(address)
        return wanted is not None and wanted in self.addresses


def read_certificate(text: str) -> Certificate:
    """A certificate as PEM that is url-encoded, or as base64 of DER with or without colons around it (RFC 9440).

    Raises :class:`BadCertificate`.
    """
    if len(text) > MAXIMUM_LENGTH:
        raise BadCertificate(f"The certificate is longer than {MAXIMUM_LENGTH} characters.")
    try:
        return _described(_loaded(text.strip()))
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise BadCertificate("This is no X.509 certificate.") from None


def subject_name_problem(name: str) -> str | None:
    """Why ``name`` is no distinguished name (RFC 4514), or ``None``."""
    return None if _parsed_name(name) else "is no distinguished name as RFC 4514 writes it, such as CN=shop,O=Example"


def address_problem(address: str) -> str | None:
    """Why ``address`` is no IP address, or ``None``."""
    return None if _parsed_address(address) else "is no IP address"


def thumbprint_of(encoded: str) -> str | None:
    """``x5t#S256`` of a certificate in an ``x5c`` member (RFC 7517, section 4.7), or ``None``."""
    try:
        return _thumbprint(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        return None


def _loaded(text: str) -> x509.Certificate:
    decoded = unquote(text, errors="strict")
    if decoded.startswith("-----BEGIN CERTIFICATE-----"):
        # Exactly one: which of several would be meant is anybody's guess.
        (certificate,) = x509.load_pem_x509_certificates(decoded.encode("ascii"))
        return certificate
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] == ":" else text
    return x509.load_der_x509_certificate(base64.b64decode(bare, validate=True))


def _described(certificate: x509.Certificate) -> Certificate:
    names = _alternative_names(certificate)
    return Certificate(
        thumbprint=_thumbprint(certificate.public_bytes(Encoding.DER)),
        key=_public_key(certificate),
        valid_from=int(certificate.not_valid_before_utc.timestamp()),
        valid_until=int(certificate.not_valid_after_utc.timestamp()),
        subject=certificate.subject,
        dns=frozenset(name.lower() for name in names.get_values_for_type(x509.DNSName)),
        uris=frozenset(names.get_values_for_type(x509.UniformResourceIdentifier)),
        addresses=frozenset(str(address) for address in names.get_values_for_type(x509.IPAddress)),
        emails=frozenset(names.get_values_for_type(x509.RFC822Name)),
    )


def _alternative_names(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return x509.SubjectAlternativeName([])


def _public_key(certificate: x509.Certificate) -> dict[str, str]:
    key: Any = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        size, point = (key.key_size + 7) // 8, key.public_numbers()
        x, y = (base64url(value.to_bytes(size, "big")) for value in (point.x, point.y))
        return {"kty": "EC", "crv": _CURVES[key.curve.name], "x": x, "y": y}
    if isinstance(key, ed25519.Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(key.public_bytes(Encoding.Raw, PublicFormat.Raw))}
    raise ValueError("a key of an unknown kind")


def _number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _thumbprint(encoded: bytes) -> str:
    return base64url(hashlib.sha256(encoded).digest())


def _parsed_name(name: str) -> x509.Name | None:
    try:
        parsed = x509.Name.from_rfc4514_string(name, _NAMES)
    except ValueError:
        return None
    return parsed if parsed.rdns else None


def _parsed_address(address: str) -> str | None:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None
