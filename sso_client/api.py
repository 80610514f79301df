"""A requests session that speaks for the person: it carries her access token and refreshes it when needed."""

from __future__ import annotations

from typing import Any

import requests
from requests.auth import AuthBase

from sso_client.access_tokens import AccessTokens
from sso_client.backchannel import HttpFactory
from sso_client.careful_session import limited
from sso_client.urls import is_safe_endpoint


def api_session(
    http: HttpFactory, tokens: AccessTokens, id_hash: str, timeout: float, allow_http: bool
) -> requests.Session:
    """Return a session of `http` that speaks for the site session `id_hash`.

    timeout: seconds for a call that names none.   allow_http: whether a token may travel over plain http.
    """
    session = http()
    session.auth = _PersonsToken(tokens, id_hash, allow_http)
    return limited(session, timeout)


class _PersonsToken(AuthBase):
    """Puts `Authorization: Bearer …` (RFC 6750 section 2.1) on a request, and tries once more after a 401."""

    def __init__(self, tokens: AccessTokens, id_hash: str, allow_http: bool) -> None:
        self._tokens = tokens
        self._id_hash = id_hash
        self._allow_http = allow_http

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        check_address(request, allow_http=self._allow_http)
        token = self._tokens.current(self._id_hash)
        request.headers["Authorization"] = f"Bearer {token.access_token}"
        tried = False

        def again(answer: requests.Response, **options: Any) -> requests.Response:
            # Only the very request that carried the token is sent again, never one that a redirect led to.
            nonlocal tried
            if tried or answer.status_code != 401 or answer.request.url != request.url or not _repeatable(request):
                return answer
            if not token.refresh_token:
                return answer  # a new sign-in would bring the same answer, round and round
            tried = True
            _ = answer.content  # read to its end, so that the connection can be used again
            answer.close()
            repeated = request.copy()
            newer = self._tokens.renewed(self._id_hash, token.version)
            repeated.headers["Authorization"] = f"Bearer {newer.access_token}"
            stamped: Any = answer
            second: requests.Response = stamped.connection.send(repeated, **options)
            second.history.append(answer)
            second.request = repeated
            return second

        hooks: Any = request.hooks
        hooks["response"].append(again)
        return request


def check_address(request: requests.PreparedRequest, *, allow_http: bool) -> None:
    """Raise requests' InvalidSchema when a token must not travel there without TLS (RFC 6750 section 5.3)."""
    if not is_safe_endpoint((request.url or "").split("#")[0], allow_http=allow_http):
        raise requests.exceptions.InvalidSchema("a token is only sent over https, or to this machine")


def _repeatable(request: requests.PreparedRequest) -> bool:
    return request.body is None or isinstance(request.body, str | bytes)
