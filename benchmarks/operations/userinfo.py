"""A site asks who the person is."""

from __future__ import annotations

import json

from benchmarks.operations.code_exchange import Codes
from benchmarks.operations.operation import Drive, Operation, get, post, times
from benchmarks.wire import Answer, Look


class WithAccessToken(Operation):
    """What is asked with, or about, an access token of a person."""

    access_token = ""

    def prepare(self, _amount: int, drive: Drive) -> None:
        """One access token for all."""
        codes = Codes(self)
        codes.fetch(1, drive)
        provider = self.provider

        def keep(_connection: int, answer: Answer) -> bool:
            self.access_token = json.loads(answer.body).get("access_token", "")
            return bool(self.access_token)

        drive(times(1, lambda _: post(provider.host, provider.token, codes.fields(), provider.authorization)), keep)


class Userinfo(WithAccessToken):
    """``GET /o/userinfo/``."""

    name = "userinfo"
    title = "userinfo"

    def request(self, _connection: int) -> bytes:
        """The same each time."""
        return get(self.provider.host, self.provider.userinfo, f"Authorization: Bearer {self.access_token}")

    @property
    def look(self) -> Look:
        """She has a subject."""
        return _is_right


def _is_right(_connection: int, answer: Answer) -> bool:
    return answer.status == 200 and "sub" in json.loads(answer.body)  # noqa: PLR2004
