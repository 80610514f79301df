"""A requests session that speaks for the person: it carries her access token and refreshes it when needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.auth import AuthBase

from sso_client.access_tokens import AccessTokens
from sso_client.backchannel import HttpFactory
from sso_client.urls import is_safe_endpoint


def api_session(
    http: HttpFactory, tokens: AccessTokens, id_hash: str, timeout: float, allow_http: bool
) -> requests.Session:
    """Return a session of `http` that speaks for the site session `id_hash`.

    timeout: seconds for a call that names none.   allow_http: whether a token may travel over plain http.
    """
    session = http()
    session.auth = _PersonsToken(tokens, id_hash, allow_http)
    for prefix, adapter in list(session.adapters.items()):
        session.mount(prefix, _WithTimeout(adapter, timeout))
    return session


class _PersonsToken(AuthBase):
    """Puts `Authorization: Bearer …` (RFC 6750 section 2.1) on a request, and tries once more after a 401."""

    def __init__(self, tokens: AccessTokens, id_hash: str, allow_http: bool) -> None:
        self._tokens = tokens
        self._id_hash = id_hash
        self._allow_http = allow_http

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if not is_safe_endpoint((request.url or "").split("#")[0], allow_http=self._allow_http):
            # RFC 6750 section 5.3: a bearer token must not travel without TLS.
            raise requests.exceptions.InvalidSchema("a token is only sent over https, or to this machine")
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


class _WithTimeout(BaseAdapter):
    """An adapter with a time limit for the calls that have none of their own."""

    def __init__(self, adapter: BaseAdapter, timeout: float) -> None:
        super().__init__()
        self._adapter = adapter
        self._timeout = timeout

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        answer = self._adapter.send(
            request,
            stream=stream,
            timeout=self._timeout if timeout is None else timeout,
            verify=verify,
            cert=cert,
            proxies=None if proxies is None else dict(proxies),
        )
        stamped: Any = answer
        stamped.connection = self  # where a 401 is tried again
        return answer

    def close(self) -> None:
        self._adapter.close()


def _repeatable(request: requests.PreparedRequest) -> bool:
    return request.body is None or isinstance(request.body, str | bytes)
