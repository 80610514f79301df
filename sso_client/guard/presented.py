"""The token that a request brings: in the header `Authorization`, and nowhere else (RFC 6750 section 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import unquote_plus

from sso_client.guard.refusal import Refused

LONGEST_TOKEN = 8192
"""Characters. No header of a sane client is longer."""

LARGEST_FORM = 64 * 1024
"""Bytes of a form that is searched for a second token."""

SCHEMES = {"bearer": "Bearer", "dpop": "DPoP"}
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Presented:
    """A token and the scheme by which it came: `Bearer` or `DPoP`."""

    scheme: str
    token: str = field(repr=False)


def presented(environ: dict[str, Any]) -> Presented | None:
    """Return the token of a request, None when it has none. Raises Refused for one that comes in a wrong way."""
    scheme, _, rest = str(environ.get("HTTP_AUTHORIZATION", "")).strip().partition(" ")
    place = _wrong_place(environ)
    if scheme.lower() not in SCHEMES:
        if place:
            raise Refused(400, "invalid_request", f"A token in the {place} is not taken; send it in a header.")
        return None
    name, token = SCHEMES[scheme.lower()], rest.strip(" ")
    if place:
        raise Refused(400, "invalid_request", f"There are two tokens: in the header and in the {place}.", scheme=name)
    if not token or "," in token or " " in token:
        raise Refused(400, "invalid_request", "The header Authorization has to hold one token.", scheme=name)
    if len(token) > LONGEST_TOKEN:
        raise Refused(401, "invalid_token", f"The token is longer than {LONGEST_TOKEN} characters.", scheme=name)
    if not _TOKEN.fullmatch(token):
        raise Refused(401, "invalid_token", "The token has characters that no token has.", scheme=name)
    return Presented(name, token)


def _wrong_place(environ: dict[str, Any]) -> str:
    """Where there is a token that should not be there; "" for nowhere."""
    if _names_token(str(environ.get("QUERY_STRING", ""))):
        return "query"
    return "form" if _names_token(_form(environ)) else ""


def _names_token(encoded: str) -> bool:
    return any(unquote_plus(pair.partition("=")[0]) == "access_token" for pair in re.split("[&;]", encoded))


def _form(environ: dict[str, Any]) -> str:
    """The body of a small form, which the application can read again."""
    length = str(environ.get("CONTENT_LENGTH") or "0")
    kind = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
    if kind != _FORM or not re.fullmatch("[0-9]{1,9}", length) or not 0 < int(length) <= LARGEST_FORM:
        return ""
    body: bytes = environ["wsgi.input"].read(int(length))
    if body:  # else somebody has read it before
        environ["wsgi.input"] = BytesIO(body)
    return body.decode("latin-1")
