"""A refusal as an answer: its challenge (RFC 6750 section 3, RFC 9449 section 7.1) and its problem body (RFC 9457)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from sso_client.guard.refusal import Refused
from sso_client.guard.reply import Reply, json_reply


def problem_reply(refused: Refused, *, realm: str, algorithms: Sequence[str], metadata_url: str) -> Reply:
    """Return the answer to a request that is refused.

    algorithms: by which proofs may be signed.   metadata_url: of the resource (RFC 9728 section 5.1).
    """
    headers = [("Cache-Control", "no-store")]
    if refused.error or refused.status == HTTPStatus.UNAUTHORIZED:
        headers.append(("WWW-Authenticate", _challenges(refused, realm, algorithms, metadata_url)))
    if refused.retry_after:
        headers.append(("Retry-After", str(refused.retry_after)))
    body = {
        # RFC 9457 section 4.2.1: the status says what kind of problem it is; `error` says which one exactly.
        "type": "about:blank",
        "title": HTTPStatus(refused.status).phrase,
        "status": refused.status,
        "detail": refused.detail,
        **({"error": refused.error} if refused.error else {}),
        **({"scope": refused.scope} if refused.error == "insufficient_scope" else {}),
    }
    return json_reply(refused.status, "application/problem+json", body, *headers)


def _challenges(refused: Refused, realm: str, algorithms: Sequence[str], metadata_url: str) -> str:
    # One header line for both: many clients read only one. RFC 6750 section 3.1: who has sent nothing is told no error.
    common = {"realm": realm}
    fault = {"error": refused.error, "error_description": refused.detail} if refused.error else {}
    where = {"scope": refused.scope, "resource_metadata": metadata_url}
    bearer = {**common, **(fault if refused.scheme == "Bearer" else {}), **where}
    dpop = {**common, **(fault if refused.scheme == "DPoP" else {}), "algs": " ".join(algorithms), **where}
    return f"Bearer {_parameters(bearer)}, DPoP {_parameters(dpop)}"


def _parameters(named: dict[str, str]) -> str:
    return ", ".join(f'{name}="{_quotable(value)}"' for name, value in named.items() if value)


def _quotable(text: str) -> str:
    # RFC 6750 section 3: printable ASCII without quotation marks and backslashes.
    return re.sub(r"[^ !#-\[\]-~]", "'", text)
