"""A machine that proves itself by a certificate (RFC 8705), and the portal behind a proxy that hands it on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.clients import PROXY_SETTINGS, ClientCertificate, ReverseProxy

NAMES = {
    "dns": "machine.example.test",
    "uri": "spiffe://example/machine",
    "ip": "2001:db8::1",
    "email": "m@example.test",
}


@pytest.fixture
def sso(make_sso: Callable[..., SingleSignOn]) -> SingleSignOn:
    """A portal behind a proxy that hands certificates on."""
    return make_sso(PROXY_SETTINGS)


@pytest.fixture
def proxy(sso: SingleSignOn) -> ReverseProxy:
    """The proxy that the portal trusts."""
    return ReverseProxy(sso)


@pytest.fixture
def shown(sso: SingleSignOn) -> ClientCertificate:
    """A certificate with every name of the machine."""
    return ClientCertificate.make(sso.clock.now(), **NAMES)
