"""``self_signed_tls_client_auth``: a certificate that the client made itself, with a key that it has registered
(RFC 8705, section 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidClientError

from sso_portal.base.certificates import BadCertificate, Certificate, thumbprint_of
from sso_portal.base.client_jose import BadToken
from sso_portal.protocol.call import Call, call_of
from sso_portal.protocol.client_authentication.none import NoCredentials
from sso_portal.protocol.client_certificates import certificate_of
from sso_portal.services.clients import Client


class KeyInCertificate(NoCredentials):
    """As with :class:`~sso_portal.protocol.client_authentication.certificate.NameInCertificate`, the proof was given
    before the request began."""

    name = "in the TLS certificate"

    def check(self, request: Any, client: Client) -> None:
        """The certificate, or at least its key, is among the client's keys."""
        call = call_of(request)
        try:
            certificate = certificate_of(call)
            if not _is_registered(call, client, certificate):
                call.find("client_certificate", problem="its key is not among the client's", of=client.client_id)
                raise BadCertificate("The certificate's key is not among this client's registered keys.")
        except (BadCertificate, BadToken) as error:
            raise InvalidClientError(description=str(error), request=request) from None


def _is_registered(call: Call, client: Client, certificate: Certificate) -> bool:
    known = call.services.client_keys.of(client)
    if _is_among(certificate, known):
        return True
    newer = call.services.client_keys.refreshed(client)
    return newer is not known and _is_among(certificate, newer)


def _is_among(certificate: Certificate, jwks: Mapping[str, Any]) -> bool:
    return any(_fits(certificate, key) for key in jwks.get("keys", []))


def _fits(certificate: Certificate, key: Mapping[str, Any]) -> bool:
    """By the certificate itself where the key names one, else by the public key."""
    chain = key.get("x5c")
    if isinstance(chain, list) and chain:
        return isinstance(chain[0], str) and thumbprint_of(chain[0]) == certificate.thumbprint
    if "x5t#S256" in key:
        return bool(key["x5t#S256"] == certificate.thumbprint)
    return all(key.get(name) == value for name, value in certificate.key.items())
