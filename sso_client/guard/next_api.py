"""A requests session with which an API calls the next one, for the person for whom it was called itself."""

from __future__ import annotations

import requests
from requests.auth import AuthBase

from sso_client.backchannel import HttpFactory
from sso_client.careful_session import limited
from sso_client.urls import is_safe_endpoint


def next_api_session(http: HttpFactory, token: str, timeout: float, allow_http: bool) -> requests.Session:
    """Return a session of `http` that carries `token`.

    timeout: seconds for a call that names none.   allow_http: whether a token may travel over plain http.
    """
    session = http()
    session.auth = _Carried(token, allow_http)
    return limited(session, timeout)


class _Carried(AuthBase):
    """Puts `Authorization: Bearer …` (RFC 6750 section 2.1) on a request."""

    def __init__(self, token: str, allow_http: bool) -> None:
        self._token = token
        self._allow_http = allow_http

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if not is_safe_endpoint((request.url or "").split("#")[0], allow_http=self._allow_http):
            # RFC 6750 section 5.3: a bearer token must not travel without TLS.
            raise requests.exceptions.InvalidSchema("a token is only sent over https, or to this machine")
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request
