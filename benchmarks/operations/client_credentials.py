"""A machine gets a token for itself."""

from __future__ import annotations

import json

from benchmarks.operations.operation import Operation, post
from benchmarks.wire import Answer, Look


class ClientCredentials(Operation):
    """``POST /o/token/`` with ``client_credentials``."""

    name = "client_credentials"
    title = "client credentials"

    def request(self, _connection: int) -> bytes:
        """The same each time."""
        fields = {"grant_type": "client_credentials"}
        return post(self.provider.host, self.provider.token, fields, self.provider.machine_authorization)

    @property
    def look(self) -> Look:
        """A token has been given."""
        return _is_right


def _is_right(_connection: int, answer: Answer) -> bool:
    return answer.status == 200 and "access_token" in json.loads(answer.body)  # noqa: PLR2004
