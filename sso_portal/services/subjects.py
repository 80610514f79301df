"""``sub``: how a client knows a person (OpenID Connect Core, section 8)."""

from __future__ import annotations

import hmac

from sso_portal.base.hashing import base64url
from sso_portal.services.client_metadata import sector_of
from sso_portal.services.clients import Client
from sso_portal.services.users import User


class Subjects:
    """Subject identifiers, the same for everyone or of one sector only."""

    def __init__(self, key: bytes) -> None:
        """``key`` makes pairwise identifiers that nobody else can compute (section 8.1)."""
        self._key = key

    def of(self, user: User, client: Client) -> str:
        """``sub`` of a person towards a client; it never changes while the client's sector does not."""
        if client.metadata["subject_type"] != "pairwise":
            return user.subject
        message = f"{sector_of(client.metadata)}\x00{user.subject}".encode()
        return base64url(hmac.digest(self._key, message, "sha256"))
