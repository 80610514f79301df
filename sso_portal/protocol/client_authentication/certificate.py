"""``tls_client_auth``: a certificate from an authority that the reverse proxy trusts, with the right name in it
(RFC 8705, section 2.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidClientError

from sso_portal.base.certificates import BadCertificate, Certificate
from sso_portal.protocol.call import call_of
from sso_portal.protocol.client_authentication.none import NoCredentials
from sso_portal.protocol.client_certificates import certificate_of
from sso_portal.services.clients import Client

_MATCHES: Mapping[str, Callable[[Certificate, str], bool]] = {
    "tls_client_auth_subject_dn": Certificate.has_subject,
    "tls_client_auth_san_dns": lambda certificate, name: name.lower() in certificate.dns,
    "tls_client_auth_san_uri": lambda certificate, name: name in certificate.uris,
    "tls_client_auth_san_ip": Certificate.has_address,
    "tls_client_auth_san_email": lambda certificate, name: name in certificate.emails,
}


class NameInCertificate(NoCredentials):
    """Nothing in the request itself says more than ``client_id``: the proof was given before it began."""

    name = "in the TLS certificate"

    def check(self, request: Any, client: Client) -> None:
        """The proxy has verified the certificate, and the one name that is registered is in it."""
        call = call_of(request)
        try:
            certificate = certificate_of(call)
            if not call.certificate.verified:
                call.find("client_certificate", problem="the proxy does not say that it verified the certificate")
                raise BadCertificate("The client's certificate is not verified.")
            if not _has_registered_name(certificate, client):
                call.find("client_certificate", problem="its names are not the registered one", of=client.client_id)
                raise BadCertificate("The name in the certificate is not the one that is registered for this client.")
        except BadCertificate as error:
            raise InvalidClientError(description=str(error), request=request) from None


def _has_registered_name(certificate: Certificate, client: Client) -> bool:
    registered = {field: client.metadata[field] for field in _MATCHES if client.metadata[field]}
    return len(registered) == 1 and all(_MATCHES[field](certificate, name) for field, name in registered.items())
