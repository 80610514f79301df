"""The browser of a signed-in person comes with a request and goes back to the site with a code."""

from __future__ import annotations

from benchmarks.operations.operation import Operation, get
from benchmarks.wire import Answer, Look


class SilentAuthorize(Operation):
    """``GET /o/authorize/`` with PKCE and nonce; a redirect to the client with a code."""

    name = "silent_authorize"
    title = "silent authorize"

    def request(self, _connection: int) -> bytes:
        """A new request each time."""
        return get(self.provider.host, self.provider.authorization_request(), f"Cookie: {self.provider.cookie}")

    @property
    def look(self) -> Look:
        """A code has been given out."""
        return self._look

    def _look(self, _connection: int, answer: Answer) -> bool:
        return answer.status in {302, 303} and bool(self.provider.code_in(answer.header(b"location")))
