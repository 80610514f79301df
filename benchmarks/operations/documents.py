"""What sites and libraries read again and again."""

from __future__ import annotations

import json

from benchmarks.operations.operation import Operation, get
from benchmarks.wire import Answer, Look


class Discovery(Operation):
    """``GET /.well-known/openid-configuration``."""

    name = "discovery"
    title = "discovery"

    def request(self, _connection: int) -> bytes:
        """The same each time."""
        return get(self.provider.host, self.provider.discovery)

    @property
    def look(self) -> Look:
        """It names the issuer."""
        return _with("issuer")


class JwkSet(Operation):
    """``GET /o/jwks/``."""

    name = "jwks"
    title = "JWKS"

    def request(self, _connection: int) -> bytes:
        """The same each time."""
        return get(self.provider.host, self.provider.jwks)

    @property
    def look(self) -> Look:
        """It has keys."""
        return _with("keys")


def _with(member: str) -> Look:
    def look(_connection: int, answer: Answer) -> bool:
        return answer.status == 200 and bool(json.loads(answer.body).get(member))  # noqa: PLR2004

    return look
