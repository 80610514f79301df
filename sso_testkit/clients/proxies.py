"""The reverse proxy before the portal, which ends TLS and tells of the client's certificate (RFC 8705, section 7.4)."""

from __future__ import annotations

import webtest

from sso_testkit.relying_party.surroundings import Surroundings

TRUSTED_PROXY = "10.0.0.1"
"""From where the proxy calls that the portal trusts."""

CERTIFICATE_HEADER, VERIFIED_HEADER = "X-Client-Cert", "X-Client-Verify"

PROXY_SETTINGS = {
    "sso.mutual_tls.header": CERTIFICATE_HEADER,
    "sso.mutual_tls.verified_header": VERIFIED_HEADER,
    "sso.web.trusted_proxies": f"127.0.0.1 {TRUSTED_PROXY}",
}
"""Settings of a portal that stands behind it: ``@pytest.mark.sso(settings=PROXY_SETTINGS)``."""


class ReverseProxy:
    """The proxy before the portal, which has seen a client's certificate and hands it on in a header."""

    def __init__(self, sso: Surroundings, address: str = TRUSTED_PROXY) -> None:
        """At the IP ``address``, which need not be the one that the portal trusts."""
        self.http = webtest.TestApp(sso.world, extra_environ={"REMOTE_ADDR": address}, lint=False)

    def post(
        self, url: str, fields: dict[str, str], sent: str | None, verified: str = "SUCCESS"
    ) -> webtest.TestResponse:
        """Hand a form on, with the certificate ``sent`` as :class:`ClientCertificate` spells it, or without."""
        return self.http.post(url, fields, headers=self.headers(sent, verified), status="*")

    def get(self, url: str, token: str, sent: str | None, scheme: str = "Bearer", **more: str) -> webtest.TestResponse:
        """Hand a request for a resource on; ``more`` headers go with it."""
        headers = {**self.headers(sent, "SUCCESS"), "Authorization": f"{scheme} {token}", **more}
        return self.http.get(url, headers=headers, status="*")

    @staticmethod
    def headers(sent: str | None, verified: str) -> dict[str, str]:
        """What the proxy adds."""
        return {} if sent is None else {CERTIFICATE_HEADER: sent, VERIFIED_HEADER: verified}
