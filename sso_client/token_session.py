"""requests-oauthlib's OAuth2Session, sending through the kit's bounded back channel.

OAuth2Session writes the redirect and the token requests and reads the answers; an adapter hands what it wants to send
to Backchannel. oauthlib refuses plain http unless an environment variable switches that rule off for the whole process.
The kit has a finer rule (urls.py: https, or this machine) which every address has passed before it comes here, so the
library is shown the https form of the address and the adapter sends to the real one.
"""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from types import TracebackType
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests_oauthlib import OAuth2Session

from sso_client.backchannel import Backchannel
from sso_client.errors import PortalUnavailable, TokenRefused, is_error_code
from sso_client.json_answer import read_object, text_member
from sso_client.quiet import silence_token_logging
from sso_client.tokens import check_token_answer

silence_token_logging()


class TokenSession:
    """An OAuth2Session for the authorization endpoint and the token endpoint of one portal; closes itself in a with."""

    def __init__(self, backchannel: Backchannel, **options: Any) -> None:
        """`options`: those of OAuth2Session (client_id, redirect_uri, scope, …)."""
        self._backchannel = backchannel
        self._session: Any = OAuth2Session(**options)
        self._session.register_compliance_hook("access_token_response", _checked)
        self._session.register_compliance_hook("refresh_token_response", _checked)

    def __enter__(self) -> TokenSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def redirect_to(self, endpoint: str, state: str, **parameters: str) -> str:
        """Return the address to send the browser to (RFC 6749 section 4.1.1)."""
        url, _ = self._session.authorization_url(_shown(endpoint), state=state, **parameters)
        return _scheme(endpoint) + str(url).removeprefix("https")

    def fetch(self, endpoint: str, **parameters: Any) -> dict[str, Any]:
        """Exchange a code at `endpoint`. Raises TokenRefused or PortalUnavailable."""
        self._send_to(endpoint)
        answer: dict[str, Any] = self._session.fetch_token(_shown(endpoint), **parameters)
        return answer

    def renew(self, endpoint: str, **parameters: Any) -> dict[str, Any]:
        """Use a refresh token at `endpoint` (RFC 6749 section 6). Raises TokenRefused or PortalUnavailable."""
        self._send_to(endpoint)
        answer: dict[str, Any] = self._session.refresh_token(_shown(endpoint), **parameters)
        return answer

    def _send_to(self, endpoint: str) -> None:
        self._session.mount("https://", _Wire(self._backchannel, endpoint))


class _Wire(BaseAdapter):
    """Sends whatever it is given to one address through the back channel."""

    def __init__(self, backchannel: Backchannel, url: str) -> None:
        super().__init__()
        self._backchannel = backchannel
        self._url = url

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        return self._backchannel.send(
            request.method or "POST", self._url, data=request.body, headers=dict(request.headers)
        )

    def close(self) -> None:
        pass  # the back channel keeps nothing open


def _scheme(endpoint: str) -> str:
    return endpoint.partition(":")[0]


def _shown(endpoint: str) -> str:
    return "https" + endpoint.removeprefix(_scheme(endpoint))


def _checked(answer: requests.Response) -> requests.Response:
    """Let only a well-formed token answer through to oauthlib's lenient parser."""
    try:
        body = read_object(answer.content)
    except ValueError as problem:
        raise PortalUnavailable(f"the token endpoint answered {answer.status_code} without JSON") from problem
    error = text_member(body, "error")
    if 400 <= answer.status_code < 500 and answer.status_code != 429 and error:
        raise TokenRefused(error if is_error_code(error) else "unreadable")
    if answer.status_code != 200:
        raise PortalUnavailable(f"the token endpoint answered {answer.status_code}")
    try:
        check_token_answer(body)
    except ValueError as problem:
        raise PortalUnavailable(f"the token endpoint answered a wrong {problem}") from problem
    return answer
