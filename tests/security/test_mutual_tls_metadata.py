"""What the metadata says of mutual TLS (RFC 8705, section 3.3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.clients import CERTIFICATE_HEADER, PROXY_SETTINGS
from sso_testkit.sso import PORTAL


@pytest.mark.parametrize(
    ("settings", "methods"),
    [
        ({}, set()),
        ({CERTIFICATE_HEADER: ""}, {"self_signed_tls_client_auth"}),
        ({CERTIFICATE_HEADER: "", "verified": ""}, {"self_signed_tls_client_auth", "tls_client_auth"}),
    ],
)
def test_mutual_tls_is_advertised_where_it_is_on(
    make_sso: Callable[..., SingleSignOn], settings: dict[str, str], methods: set[str]
) -> None:
    chosen = dict(list(PROXY_SETTINGS.items())[: len(settings)])
    sso = make_sso({**chosen, "sso.web.trusted_proxies": PROXY_SETTINGS["sso.web.trusted_proxies"]})
    for name in ("openid-configuration", "oauth-authorization-server"):
        document = webtest.TestApp(sso.world).get(f"{PORTAL}/.well-known/{name}").json
        for endpoint in ("token", "introspection", "revocation"):
            offered = set(document[f"{endpoint}_endpoint_auth_methods_supported"])
            assert offered & {"tls_client_auth", "self_signed_tls_client_auth"} == methods
        assert document.get("tls_client_certificate_bound_access_tokens", False) is bool(methods)
        assert "mtls_endpoint_aliases" not in document
