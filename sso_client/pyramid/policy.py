"""Pyramid's security policy over the site session."""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from typing import Any

from pyramid.authorization import ACLHelper, Authenticated, Everyone
from pyramid.response import Response

from sso_client.identity import Identity
from sso_client.pyramid.answers import forget as forget_cookie
from sso_client.site_sessions import SiteSession


class SiteSecurityPolicy:
    """Pyramid's security policy over the site session; permissions are looked up in ACLs of the context."""

    def __init__(self) -> None:
        self._acl = ACLHelper()

    def identity(self, request: Any) -> Identity | None:
        """Return the signed-in person, or None."""
        session: SiteSession | None = request.sso.session
        return None if session is None else session.identity

    def authenticated_userid(self, request: Any) -> str | None:
        """Return the signed-in person's subject, or None."""
        identity = self.identity(request)
        return None if identity is None else identity.subject

    def permits(self, request: Any, context: Any, permission: str) -> Any:
        """Ask the context's ACL about Everyone, Authenticated and the person's subject."""
        subject = self.authenticated_userid(request)
        principals = [Everyone] if subject is None else [Everyone, Authenticated, subject]
        return self._acl.permits(context, principals, permission)

    def remember(self, request: Any, userid: str, **options: Any) -> list[tuple[str, str]]:
        """Return no headers: only the callback begins sessions."""
        return []

    def forget(self, request: Any, **options: Any) -> list[tuple[str, str]]:
        """Return the headers that make the browser forget the session."""
        response = Response()
        forget_cookie(request, response, request.sso.names.session)
        return [("Set-Cookie", value) for value in response.headers.getall("Set-Cookie")]
