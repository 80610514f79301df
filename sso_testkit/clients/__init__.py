"""Clients of every kind beside the relying party with a browser, and whatever they prove themselves with.

Owns: keys and what is signed or encrypted with them, client assertions, DPoP proofs, certificates and the proxy that
hands them on, devices, machines, APIs, a site that hears of sign-outs, the names that the specifications give.
Never: decides for the test what is right to send; members and parameters are changed, or left out by ``None``.
Asked by: tests of the protocol.
"""

from sso_testkit.clients.apis import add_api, api_address, exchange_token, tokens_for
from sso_testkit.clients.assertions import assertion_claims, assertion_fields
from sso_testkit.clients.certificates import ClientCertificate
from sso_testkit.clients.devices import Device
from sso_testkit.clients.dpop import DpopKey, access_token_hash
from sso_testkit.clients.jwts import encrypted, header_of, signed, signed_by_secret, unsigned
from sso_testkit.clients.keys import EncryptionKey, jwk_set, key_for
from sso_testkit.clients.logout_listener import LogoutListener, listen_for_sign_outs
from sso_testkit.clients.machines import MACHINE, Machine
from sso_testkit.clients.proxies import CERTIFICATE_HEADER, PROXY_SETTINGS, ReverseProxy

__all__ = [
    "CERTIFICATE_HEADER",
    "ClientCertificate",
    "Device",
    "DpopKey",
    "EncryptionKey",
    "LogoutListener",
    "MACHINE",
    "Machine",
    "PROXY_SETTINGS",
    "ReverseProxy",
    "access_token_hash",
    "add_api",
    "api_address",
    "assertion_claims",
    "assertion_fields",
    "encrypted",
    "exchange_token",
    "header_of",
    "jwk_set",
    "key_for",
    "listen_for_sign_outs",
    "signed",
    "signed_by_secret",
    "tokens_for",
    "unsigned",
]
