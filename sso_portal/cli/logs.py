"""Structured logs: one JSON object a line on standard error, each with the trace of its request, none with a secret."""

from __future__ import annotations

import json
import logging
import threading
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

from sso_portal.base.trace import current_trace

_GATHER_SECONDS = 0.2
_GATHER_LINES = 500
_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


class JsonLines(logging.Formatter):
    """A log record as one line of JSON."""

    _second = (-1, "")

    def format(self, record: logging.LogRecord) -> str:
        """Time in UTC, level, logger, trace, message and the record's own fields."""
        line = {
            "time": self._time(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "trace_id": current_trace.get(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return "{" + ", ".join([_name(name) + _json(value) for name, value in line.items()]) + "}"

    def _time(self, moment: float) -> str:
        whole = int(moment)
        second, text = self._second
        if second != whole:
            text = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            self._second = whole, text
        return f"{text}.{int((moment - whole) * 1000):03}+00:00"


@lru_cache(maxsize=500)
def _name(name: str) -> str:
    return f"{encode_basestring(name)}: "


def _json(value: Any) -> str:
    # Strings and numbers, which most values are, without the encoder that all others take.
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    return repr(value) if kind is int or (kind is float and isfinite(value)) else _encode(value)


class GatheredLines(logging.StreamHandler[Any]):
    """Writes the lines of a busy server several at a time, a fifth of a second late at most. From a warning upwards,
    and at the end of the process, everything is written at once."""

    def __init__(self) -> None:
        """To standard error."""
        super().__init__()
        self._lines: list[str] = []
        self._some, self._ended = threading.Event(), threading.Event()
        threading.Thread(target=self._write_now_and_then, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Gather the line; whoever calls holds the lock."""
        try:
            self._lines.append(self.format(record) + self.terminator)
            if record.levelno >= logging.WARNING or len(self._lines) >= _GATHER_LINES or self._ended.is_set():
                self.flush()
            elif len(self._lines) == 1:
                self._some.set()
        except Exception:
            self.handleError(record)

    def flush(self) -> None:
        """Write what has been gathered."""
        self.acquire()
        try:
            lines, self._lines = self._lines, []
            if lines:
                self.stream.write("".join(lines))
            super().flush()
        finally:
            self.release()

    def close(self) -> None:
        """Write everything; what still comes is written at once."""
        self._ended.set()
        self._some.set()
        self.flush()
        super().close()

    def _write_now_and_then(self) -> None:
        while not self._ended.is_set():
            self._some.wait()
            self._ended.wait(_GATHER_SECONDS)
            # First: a line that comes meanwhile is written with the others, and one that comes later says so.
            self._some.clear()
            self.flush()


def start_logging(level: int = logging.INFO, *, gathered: bool = False) -> None:
    """Send every log line to standard error, at once or ``gathered``. Libraries that log secrets at debug level are
    held at warnings."""
    handler = GatheredLines() if gathered else logging.StreamHandler()
    # No line tells of them, so nobody has to find them out.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = not gathered
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for library in ("oauthlib", "sqlalchemy"):
        logging.getLogger(library).setLevel(logging.WARNING)
    # A request that waits for a free thread is no news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
