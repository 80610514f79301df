"""The guard in front of any WSGI application (PEP 3333)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from sso_client.guard.access import Access
from sso_client.guard.addresses import path_of
from sso_client.guard.refusal import Refused
from sso_client.guard.reply import Reply
from sso_client.guard.request_log import note
from sso_client.guard.rules import Rule, rule_for

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Checks(Protocol):
    """What the middleware asks of a guard."""

    def check(self, environ: dict[str, Any], scope: str = "") -> Access:
        """Return what the token of a request opens. Raises Refused."""
        ...

    def own_reply(self, environ: dict[str, Any]) -> Reply | None:
        """Return the answer to what is asked of the guard itself."""
        ...

    def refusal(self, environ: dict[str, Any], refused: Refused) -> Reply:
        """Return the answer to a request that is refused."""
        ...

    def shared_headers(self, environ: dict[str, Any]) -> list[tuple[str, str]]:
        """Return the headers by which a page of a listed origin may read any answer."""
        ...


class Protected:
    """An application behind a guard."""

    def __init__(self, guard: Checks, app: Application, rules: Sequence[Rule]) -> None:
        self._guard = guard
        self._app = app
        self._rules = tuple(rules)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request, or let the application do so."""
        answer = _Noted(environ, start_response, self._guard.shared_headers(environ))
        environ["sso.access"] = None
        reply = self._guard.own_reply(environ)
        if reply is not None:
            return answer.send(reply)
        try:
            self._admit(environ)
            return self._app(environ, answer.start)
        except Refused as refused:
            return answer.send(self._guard.refusal(environ, refused), refused.error)
        except Exception:
            note(environ, 500)
            raise

    def _admit(self, environ: dict[str, Any]) -> None:
        rule = rule_for(self._rules, str(environ.get("REQUEST_METHOD", "")), path_of(environ))
        if not rule.public:
            self._guard.check(environ, rule.scope)


class _Noted:
    """What the server calls start_response for; the headers of CORS are added and a line is written."""

    def __init__(
        self, environ: dict[str, Any], start_response: Callable[..., Any], headers: list[tuple[str, str]]
    ) -> None:
        self._environ = environ
        self._start_response = start_response
        self._headers = headers
        self._is_started = False

    def start(self, status: str, headers: list[tuple[str, str]], *problem: Any, error: str = "") -> Any:
        """start_response, as the application calls it."""
        self._is_started = True
        ours = {name for name, _ in self._headers} - {"Vary"}
        kept = [pair for pair in headers if pair[0].title() not in ours]
        note(self._environ, int(status[:3]), error)
        return self._start_response(status, [*kept, *self._headers], *problem)

    def send(self, reply: Reply, error: str = "") -> Iterable[bytes]:
        """Answer with a reply of the guard's own, also when the application had begun to."""
        problem = (sys.exc_info(),) if self._is_started else ()
        self.start(reply.status_line, list(reply.headers), *problem, error=error)
        return [] if self._environ.get("REQUEST_METHOD") == "HEAD" else [reply.body]
