"""What the portal says about itself (OpenID Connect Discovery 1.0, RFC 8414), fetched lazily and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sso_client.backchannel import Backchannel
from sso_client.clock import Clock
from sso_client.documents import Documents
from sso_client.errors import PortalUnavailable
from sso_client.json_answer import text_member
from sso_client.settings import Settings
from sso_client.urls import is_safe_endpoint

KEPT_SECONDS = 24 * 3600
"""How long metadata serves calls between the servers before it is fetched again."""

ALIVE_SECONDS = 30
"""A browser is only sent to a portal that has answered within this time; otherwise it is asked first."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """The part of the portal's metadata that the kit uses; optional members are "" when the portal has none."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str
    promises_iss: bool
    """`authorization_response_iss_parameter_supported` (RFC 9207 section 3)."""
    session_activity_endpoint: str = ""
    introspection_endpoint: str = ""
    revocation_endpoint: str = ""
    device_authorization_endpoint: str = ""


class Discovery:
    """The portal's metadata, from the store when it is young enough, else from the portal."""

    def __init__(self, settings: Settings, backchannel: Backchannel, documents: Documents, clock: Clock) -> None:
        self._settings = settings
        self._backchannel = backchannel
        self._documents = documents
        self._clock = clock
        self._url = settings.issuer.rstrip("/") + "/.well-known/openid-configuration"

    def metadata(self) -> Metadata:
        """Return the metadata for a call between servers; an old copy serves when the portal does not answer.

        Raises PortalUnavailable when there is no copy and no usable answer.
        """
        kept = self._documents.get(self._url)
        if kept is not None and 0 <= self._clock.now() - kept.fetched < KEPT_SECONDS:
            return self._read(kept.body)
        try:
            return self._fetch()
        except PortalUnavailable:
            if kept is None:
                raise
            return self._read(kept.body)

    def metadata_of_living_portal(self) -> Metadata:
        """Return the metadata before a browser is sent to the portal. Raises PortalUnavailable when it is down.

        A browser that is redirected to a dead host shows its own error, with no way back; so the kit looks first.
        """
        kept = self._documents.get(self._url)
        if kept is not None and 0 <= self._clock.now() - kept.fetched < ALIVE_SECONDS:
            return self._read(kept.body)
        return self._fetch()

    def _fetch(self) -> Metadata:
        body = self._backchannel.get_json(self._url)
        metadata = self._read(body)
        self._documents.put(self._url, body)
        return metadata

    def _read(self, body: dict[str, Any]) -> Metadata:
        # OpenID Connect Discovery section 4.3: a document of another issuer must not be used.
        if body.get("issuer") != self._settings.issuer:
            raise PortalUnavailable(f"the metadata at {self._url} is not that of the issuer {self._settings.issuer}")
        return Metadata(
            issuer=self._settings.issuer,
            authorization_endpoint=self._endpoint(body, "authorization_endpoint"),
            token_endpoint=self._endpoint(body, "token_endpoint"),
            jwks_uri=self._endpoint(body, "jwks_uri"),
            userinfo_endpoint=self._endpoint(body, "userinfo_endpoint", optional=True),
            end_session_endpoint=self._endpoint(body, "end_session_endpoint", optional=True),
            promises_iss=body.get("authorization_response_iss_parameter_supported") is True,
            session_activity_endpoint=self._endpoint(body, "session_activity_endpoint", optional=True),
            introspection_endpoint=self._endpoint(body, "introspection_endpoint", optional=True),
            revocation_endpoint=self._endpoint(body, "revocation_endpoint", optional=True),
            device_authorization_endpoint=self._endpoint(body, "device_authorization_endpoint", optional=True),
        )

    def _endpoint(self, body: dict[str, Any], name: str, *, optional: bool = False) -> str:
        url = text_member(body, name)
        if not url and optional and name not in body:
            return ""
        # An https issuer must not be able to lead secrets, or the person, to a plain http address.
        may_use_http = self._settings.issuer.startswith("http:")
        if (url.startswith("http:") and not may_use_http) or not is_safe_endpoint(
            url, allow_http=self._settings.allow_http
        ):
            raise PortalUnavailable(f"the metadata at {self._url} has no usable {name}")
        return url
