"""What a token looks like: a signed one, an opaque one, or nothing that the portal could have made."""

from __future__ import annotations

import base64
import re
from typing import Any

from sso_client.guard.settings import GuardSettings
from sso_client.json_answer import read_object, text_member
from sso_client.signed_token import TokenFault

JWT = "jwt"
OPAQUE = "opaque"


def form_of(token: str, settings: GuardSettings) -> str:
    """Return JWT or OPAQUE. Raises TokenFault for all that no key and no portal has to be asked about."""
    if token.count(".") == 2:  # noqa: PLR2004 - three parts (RFC 7515 section 7.1)
        _check_header(_header(token), settings)
        return JWT
    if not re.fullmatch(settings.opaque_form, token):
        raise TokenFault("form", "it does not look like a token of the portal")
    return OPAQUE


def _check_header(header: dict[str, Any], settings: GuardSettings) -> None:
    # RFC 9068 section 4: so that an id_token is never taken for an access token.
    if text_member(header, "typ").lower().removeprefix("application/") != "at+jwt":
        raise TokenFault("typ", "it is not an access token")
    if header.get("alg") not in settings.algorithms:
        raise TokenFault("alg", "it is signed in a way that is not accepted")


def _header(token: str) -> dict[str, Any]:
    part = token.partition(".")[0]
    try:
        return read_object(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError as problem:
        raise TokenFault("form", "it does not look like a token of the portal") from problem
