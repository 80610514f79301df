"""The certificate that a client has shown to the reverse proxy (RFC 8705)."""

from __future__ import annotations

from sso_portal.base.certificates import BadCertificate, Certificate, read_certificate
from sso_portal.protocol.call import Call, SentCertificate


def certificate_of(call: Call) -> Certificate:
    """The certificate that came with this request. Raises :class:`BadCertificate`, for the log as much as for the
    client: without one, with one that is not valid now, and with one that somebody else than the proxy wrote."""
    sent = call.certificate
    if not sent.text or not sent.from_proxy:
        _note(call, sent)
        raise BadCertificate("The client's certificate is missing.")
    try:
        certificate = read_certificate(sent.text)
        _check_times(certificate, call.clock.now())
    except BadCertificate as error:
        call.find("client_certificate", problem=str(error))
        raise
    return certificate


def _note(call: Call, sent: SentCertificate) -> None:
    if sent.text:
        problem = "certificate header from an address that is no trusted proxy"
        call.find("client_certificate", problem=problem, address=call.address)
    else:
        call.find("client_certificate", problem="no certificate was handed on")


def _check_times(certificate: Certificate, now: int) -> None:
    if certificate.valid_from > now:
        raise BadCertificate(f"The certificate is valid in {certificate.valid_from - now} seconds only.")
    if certificate.valid_until < now:
        raise BadCertificate(f"The certificate has expired {now - certificate.valid_until} seconds ago.")
