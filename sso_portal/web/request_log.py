"""One structured log line per request, and the last net under everything."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

from pyramid.config import Configurator
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import INGRESS

from sso_portal.base.circumstances import Circumstances, current_circumstances
from sso_portal.base.clock import milliseconds
from sso_portal.base.ids import trace
from sso_portal.base.trace import current_trace
from sso_portal.web.addresses import client_address

Handler = Callable[[Request], Response]
_log = logging.getLogger("sso_portal.request")


def includeme(config: Configurator) -> None:
    """Stand outermost."""
    config.add_tween("sso_portal.web.request_log.request_log_factory", under=INGRESS)


def request_log_factory(handler: Handler, registry: Registry) -> Handler:
    """Give each request its trace identifier and write its line: no query, no body, no header, so no secret."""
    unavailable, proxies = registry.portal.unavailable, registry.portal.settings.web.trusted_proxies

    def request_log(request: Request) -> Response:
        name = trace()
        mark, around = current_trace.set(name), current_circumstances.set(_circumstances(request, proxies))
        started = time.perf_counter()
        try:
            try:
                response = handler(request)
            except unavailable:
                _log.exception("the database cannot be reached")
                response = _plain(503, "temporarily_unavailable")
            except Exception:
                _log.exception("a request failed outside the views")
                response = _plain(500, "server_error")
            response.headerlist.append(("X-Request-Id", name))
            _write(request.environ, response.status_int, time.perf_counter() - started)
            return response
        finally:
            current_circumstances.reset(around)
            current_trace.reset(mark)

    return request_log


class _Line(logging.LogRecord):
    """Where it was written is nothing that anybody wants to know, and finding that out takes long: each line is like
    the first one, but for its moment."""

    _like: ClassVar[Mapping[str, Any]] = {
        **vars(logging.LogRecord(_log.name, logging.INFO, __file__, 0, "request", None, None)),
        **dict.fromkeys(("thread", "threadName", "process", "processName")),
    }
    fields: Mapping[str, Any]

    def __init__(self) -> None:
        """A line of this moment."""
        now = milliseconds()
        vars(self).update(self._like, created=now / 1000, msecs=now % 1000)


def _circumstances(request: Request, proxies: Collection[str]) -> Circumstances:
    return Circumstances("web", client_address(request.environ, proxies), request.environ.get("HTTP_USER_AGENT", ""))


def _plain(status: int, error: str) -> Response:
    # What is left when not even an error page can be made, such as a commit that failed.
    body = {"error": error, "error_description": "Try again in a moment.", "trace_id": current_trace.get()}
    response = Response(json=body, status=status)
    response.headers.update({"Retry-After": "5", "Cache-Control": "no-store"})
    return response


def _write(environ: Mapping[str, Any], status: int, seconds: float) -> None:
    if not _log.isEnabledFor(logging.INFO):
        return
    record = _Line()
    record.fields = {
        "method": environ.get("REQUEST_METHOD", ""),
        "path": environ.get("PATH_INFO", "")[:200],
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "address": environ.get("REMOTE_ADDR", ""),
    }
    _log.handle(record)
