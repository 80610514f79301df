"""A site's server exchanges its code."""

from __future__ import annotations

import json

from benchmarks.known import VERIFIER
from benchmarks.operations.operation import Drive, Operation, get, post, times
from benchmarks.wire import Answer, Look


class Codes:
    """Codes that have been fetched before anything is measured."""

    def __init__(self, operation: Operation, scope: str = "") -> None:
        """For the provider of ``operation``."""
        self._provider = operation.provider
        self._scope = scope
        self._codes: list[str] = []

    def fetch(self, amount: int, drive: Drive) -> None:
        """Get ``amount`` more."""
        drive(times(amount, self._request), self._keep)

    def fields(self) -> dict[str, str]:
        """The form that exchanges the next one."""
        return {
            "grant_type": "authorization_code",
            "code": self._codes.pop(),
            "redirect_uri": self._provider.callback,
            "code_verifier": VERIFIER,
        }

    def _request(self, _connection: int) -> bytes:
        path = self._provider.authorization_request(self._scope)
        return get(self._provider.host, path, f"Cookie: {self._provider.cookie}")

    def _keep(self, _connection: int, answer: Answer) -> bool:
        code = self._provider.code_in(answer.header(b"location"))
        self._codes.append(code)
        return bool(code)


class CodeExchange(Operation):
    """``POST /o/token/`` with ``authorization_code``; access token, refresh token and id_token."""

    name = "code_exchange"
    title = "code exchange with id_token"
    amount = 2000

    def prepare(self, amount: int, drive: Drive) -> None:
        """A code for each request."""
        self._codes = Codes(self)
        self._codes.fetch(amount, drive)

    def request(self, _connection: int) -> bytes:
        """A code that nobody has used."""
        provider = self.provider
        return post(provider.host, provider.token, self._codes.fields(), provider.authorization)

    @property
    def look(self) -> Look:
        """All tokens are there."""
        return _is_right


def _is_right(_connection: int, answer: Answer) -> bool:
    wanted = {"access_token", "refresh_token", "id_token"}
    return answer.status == 200 and wanted <= set(json.loads(answer.body))  # noqa: PLR2004
