"""The portal's public keys (RFC 7517), kept, and fetched again when an id_token names a key that is not among them."""

from __future__ import annotations

from typing import Any, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from sso_client.backchannel import Backchannel
from sso_client.clock import Clock
from sso_client.discovery import Discovery
from sso_client.documents import Documents
from sso_client.errors import PortalUnavailable

KEPT_SECONDS = 24 * 3600
"""How long a key that the portal has withdrawn can still be believed."""

REFRESH_SECONDS = 60
"""Unknown key names cause at most one fetch in this time, so that nobody can make the site hammer the portal."""

TYPE_OF_ALGORITHM = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
"""The `kty` of the keys that each algorithm needs (RFC 7518 section 3.1, RFC 8037 section 3.1)."""


class KeyFinder(Protocol):
    """Whatever finds the keys that may have signed a token."""

    def candidates(self, algorithm: str, kid: str | None) -> list[Key]:
        """Return the public keys for `algorithm` named `kid`; all of the right type when it is None."""
        ...


class Keys:
    """Finds the keys that may have signed a token."""

    def __init__(self, discovery: Discovery, backchannel: Backchannel, documents: Documents, clock: Clock) -> None:
        self._discovery = discovery
        self._backchannel = backchannel
        self._documents = documents
        self._clock = clock

    def candidates(self, algorithm: str, kid: str | None) -> list[Key]:
        """Return the public keys for `algorithm` named `kid` (all of the right type when the token names none).

        Asks the portal once more when `kid` is unknown, at most once a minute. Raises PortalUnavailable when the keys
        are needed from the portal and it does not answer.
        """
        url = self._discovery.metadata().jwks_uri
        kept = self._documents.get(url)
        if kept is None or not 0 <= self._clock.now() - kept.fetched < KEPT_SECONDS:
            return fitting_keys(self._fetch(url), algorithm, kid)
        found = fitting_keys(kept.body, algorithm, kid)
        if not found and self._documents.claim_turn(f"refresh {url}", REFRESH_SECONDS):
            found = fitting_keys(self._fetch(url), algorithm, kid)
        return found

    def _fetch(self, url: str) -> dict[str, Any]:
        return self._documents.put(url, fetched_keys(self._backchannel, url)).body


def fetched_keys(backchannel: Backchannel, url: str) -> dict[str, Any]:
    """Return the JWK set at `url`. Raises PortalUnavailable when there is none."""
    body = backchannel.get_json(url)
    if not isinstance(body.get("keys"), list):
        raise PortalUnavailable(f"GET {url}: not a JWK set (RFC 7517 section 5)")
    return body


def fitting_keys(jwks: dict[str, Any], algorithm: str, kid: str | None) -> list[Key]:
    """Return those of a JWK set that may have signed with `algorithm`, named `kid` if that is given."""
    key_type = TYPE_OF_ALGORITHM.get(algorithm)
    found = []
    for entry in jwks.get("keys", []):
        # RFC 7517 section 5: members that are not understood are passed over, not an error of the whole set.
        if not isinstance(entry, dict) or entry.get("kty") != key_type or entry.get("use", "sig") != "sig":
            continue
        if entry.get("alg", algorithm) != algorithm or (kid is not None and entry.get("kid") != kid):
            continue
        try:
            key = JWKRegistry.import_key(entry)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        found.append(key)
    return found
