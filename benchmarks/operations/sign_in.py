"""A person types her password."""

from __future__ import annotations

from benchmarks.operations.operation import Drive, Operation, get, post, times
from benchmarks.provider import Provider
from benchmarks.visit import hidden_fields
from benchmarks.wire import Answer, Look


class SignIn(Operation):
    """``POST /o/login/``: the hash, and what is around it."""

    name = "sign_in"
    title = "sign-in POST"
    amount = 60

    @classmethod
    def fits(cls, provider: Provider) -> bool:
        """Where there is a form for it."""
        return bool(provider.csrf_field)

    def prepare(self, _amount: int, drive: Drive) -> None:
        """The page has been loaded once."""
        self._cookie = self._csrf_token = ""

        def keep(_connection: int, answer: Answer) -> bool:
            self._csrf_token = hidden_fields(answer.body.decode()).get(self.provider.csrf_field, "")
            self._cookie = "; ".join(line.split(";")[0] for line in _cookies(answer))
            return bool(self._csrf_token)

        drive(times(1, lambda _: get(self.provider.host, self.provider.login)), keep)

    def request(self, _connection: int) -> bytes:
        """The right password."""
        provider = self.provider
        fields = {"username": provider.username, "password": provider.password, provider.csrf_field: self._csrf_token}
        headers = (f"Cookie: {self._cookie}", f"Origin: http://{provider.host}")
        return post(provider.host, provider.login, fields, *headers)

    @property
    def look(self) -> Look:
        """She goes on, with a session."""
        return _is_right


def _cookies(answer: Answer) -> list[str]:
    lines = answer.head.decode("latin-1").split("\r\n")
    return [line.partition(":")[2].strip() for line in lines if line.lower().startswith("set-cookie:")]


def _is_right(_connection: int, answer: Answer) -> bool:
    return answer.status in {302, 303} and any("session" in cookie for cookie in _cookies(answer))
