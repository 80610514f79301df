"""Signing out: the site's session ends at once, the portal's by sending the browser there.

OpenID Connect RP-Initiated Logout 1.0 section 2.
"""

from __future__ import annotations

from urllib.parse import urlencode

from sso_client.discovery import Discovery
from sso_client.settings import Settings
from sso_client.site_sessions import SiteSession, SiteSessions


class SignOut:
    """Ends sessions."""

    def __init__(self, settings: Settings, discovery: Discovery, sessions: SiteSessions) -> None:
        self._settings = settings
        self._discovery = discovery
        self._sessions = sessions

    def here(self, session: SiteSession) -> str:
        """End the session at the site and return its id_token, the hint for the portal about whom it is."""
        id_token = self._sessions.id_token(session.id_hash)
        self._sessions.end(session.id_hash)
        return id_token

    def address_at_portal(self, id_token: str, site_root: str) -> str | None:
        """Return the address that ends the portal's session and leads back to `site_root`; None when it has none.

        Raises PortalUnavailable when the portal does not answer now.
        """
        endpoint = self._discovery.metadata_of_living_portal().end_session_endpoint
        if not endpoint:
            return None
        parameters = {"client_id": self._settings.client_id, "post_logout_redirect_uri": site_root}
        if id_token:
            parameters["id_token_hint"] = id_token
        return endpoint + ("&" if "?" in endpoint else "?") + urlencode(parameters)
