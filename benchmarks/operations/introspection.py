"""An API asks what a token is worth."""

from __future__ import annotations

import json

from benchmarks.operations.operation import post
from benchmarks.operations.userinfo import WithAccessToken
from benchmarks.wire import Answer, Look


class Introspection(WithAccessToken):
    """``POST /o/introspect/``."""

    name = "introspection"
    title = "introspection"

    def request(self, _connection: int) -> bytes:
        """The same each time."""
        provider = self.provider
        return post(provider.host, provider.introspect, {"token": self.access_token}, provider.authorization)

    @property
    def look(self) -> Look:
        """The token lives."""
        return _is_right


def _is_right(_connection: int, answer: Answer) -> bool:
    return answer.status == 200 and json.loads(answer.body)["active"] is True  # noqa: PLR2004
