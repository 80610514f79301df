"""The measure of all things: a view that does nothing."""

from __future__ import annotations

from benchmarks.operations.operation import Operation, get
from benchmarks.wire import Answer, Look


class Hello(Operation):
    """``GET /`` of :mod:`benchmarks.hello`."""

    name = "hello"
    title = "hello world"

    def request(self, _connection: int) -> bytes:
        """The same each time."""
        return get(self.provider.host, "/")

    @property
    def look(self) -> Look:
        """It says hello."""
        return _is_right


def _is_right(_connection: int, answer: Answer) -> bool:
    return answer.status == 200 and answer.body == b"hello"  # noqa: PLR2004
