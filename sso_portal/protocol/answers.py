"""Answers of the endpoints that machines call: JSON, status, headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_NOT_ALLOWED = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
_UNSAID = {
    "unauthorized_client": "This client is not registered for this grant_type.",
    "invalid_scope": "A scope was asked for that this client is not registered for.",
}
"""What oauthlib leaves unsaid."""


@dataclass(frozen=True)
class JsonAnswer:
    """One JSON answer."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=lambda: dict(_NO_STORE))
    # The answer as a JWT, in place of the body.
    jwt: str | None = None
    jwt_type: str = "application/jwt"

    @property
    def error(self) -> str | None:
        """Its error code, if it is a refusal."""
        code = self.body.get("error")
        return str(code) if code else None


def refusal(status: int, error: str, description: str, trace_id: str, *, challenge: str | None = None) -> JsonAnswer:
    """An OAuth error (RFC 6749, section 5.2); ``challenge`` becomes ``WWW-Authenticate``."""
    headers = dict(_NO_STORE)
    if challenge is not None:
        headers["WWW-Authenticate"] = challenge
    text = printable(description or _UNSAID.get(error, "The request is not right."))
    return JsonAnswer(status, {"error": error, "error_description": text, "trace_id": trace_id}, headers)


def printable(description: str) -> str:
    """``description`` in the characters that an error may have (RFC 6749, sections 4.1.2.1 and 5.2): it may repeat what
    the request had, whatever that was."""
    return _NOT_ALLOWED.sub("?", description)


def refusal_of(error: OAuth2Error, trace_id: str) -> JsonAnswer:
    """What oauthlib raised, as an answer of the token endpoint."""
    return token_refusal(str(error.error), error.description or "", trace_id)


def token_refusal(error: str, description: str, trace_id: str) -> JsonAnswer:
    """An error of the token endpoint: 401 with a challenge when the client is at fault, else 400."""
    if error == "invalid_client":
        return refusal(401, error, description, trace_id, challenge='Basic realm="sso-portal", charset="UTF-8"')
    return refusal(400, error, description, trace_id)
