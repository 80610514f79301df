"""A site refreshes; the refresh token is rotated each time."""

from __future__ import annotations

import json

from benchmarks.operations.code_exchange import Codes
from benchmarks.operations.operation import Drive, Operation, post, times
from benchmarks.wire import Answer, Look


class Refresh(Operation):
    """``POST /o/token/`` with ``refresh_token``: each connection goes on with what it was given."""

    name = "refresh"
    title = "refresh with rotation"
    amount = 2000

    def prepare(self, _amount: int, drive: Drive) -> None:
        """One family of tokens for each connection."""
        self._tokens: dict[int, str] = {}
        codes = Codes(self, self.provider.scope_with_refresh)
        codes.fetch(64, drive)
        provider = self.provider

        def exchange(_connection: int) -> bytes:
            return post(provider.host, provider.token, codes.fields(), provider.authorization)

        def keep(_connection: int, answer: Answer) -> bool:
            self._tokens[len(self._tokens)] = json.loads(answer.body).get("refresh_token", "")
            return answer.status == 200 and all(self._tokens.values())  # noqa: PLR2004

        drive(times(64, exchange), keep)

    def request(self, connection: int) -> bytes:
        """The newest token of this connection."""
        fields = {"grant_type": "refresh_token", "refresh_token": self._tokens[connection]}
        return post(self.provider.host, self.provider.token, fields, self.provider.authorization)

    @property
    def look(self) -> Look:
        """Another refresh token has been given."""
        return self._look

    def _look(self, connection: int, answer: Answer) -> bool:
        given = json.loads(answer.body)
        before, self._tokens[connection] = self._tokens[connection], given.get("refresh_token", "")
        return answer.status == 200 and self._tokens[connection] not in {"", before}  # noqa: PLR2004
