"""Nothing in a world needs a socket: whoever opens one anyway is named."""

from __future__ import annotations

import socket
import sys
import sysconfig
import threading
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

_LIBRARIES = tuple(
    {str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)
_KIT = str(Path(__file__).resolve().parent)
_CONNECTING = ("connect", "connect_ex")


class SocketOpened(AssertionError):
    """Somebody wanted to leave the world; the message says who, and where to."""


class SocketGuard:
    """While it stands, connections to anything but files (``AF_UNIX``) are refused and remembered, in every thread."""

    def __init__(self) -> None:
        """Nobody has opened anything."""
        self.opened: list[str] = []
        self._before: dict[str, Any] = {}

    def __enter__(self) -> SocketGuard:
        """Stand."""
        for name in _CONNECTING:
            self._before[name] = vars(socket.socket).get(name)
            setattr(socket.socket, name, self._refusing(getattr(socket.socket, name)))
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Let everybody connect again who could before."""
        for name, before in self._before.items():
            if before is None:
                delattr(socket.socket, name)
            else:
                setattr(socket.socket, name, before)

    def _refusing(self, connect: Any) -> Any:
        def refuse(connection: socket.socket, address: Any) -> Any:
            if connection.family == socket.AF_UNIX:
                return connect(connection, address)
            problem = _told(address, sys._getframe(1))
            self.opened.append(problem)
            # Libraries close what the network refuses, but do not expect this.
            connection.close()
            raise SocketOpened(problem)

        return refuse


def _told(address: Any, frame: FrameType | None) -> str:
    where = ":".join(str(part) for part in address[:2]) if isinstance(address, tuple) else str(address)
    lines = [
        f"a socket to {where} was opened by {opener(frame)}",
        "Sites talk with requests, urllib3, http.client, urllib.request or httpx, and only with hosts of their world:"
        " see sso.add_site. A test that needs a real socket is marked with @pytest.mark.sso_sockets.",
    ]
    if threading.current_thread() is not threading.main_thread():
        lines.append(
            f"It happened in the thread {threading.current_thread().name!r}. One that was started outside of the world,"
            " not by a site that is being served, is in it only inside of `with sso.world.entered():`."
        )
    return "\n".join(lines)


def opener(frame: FrameType | None) -> str:
    """``file:line`` of the nearest frame that is no library's and not the kit's; of the outermost if all are."""
    last = "nobody knows whom"
    while frame is not None:
        last = f"{frame.f_code.co_filename}:{frame.f_lineno}"
        if not _is_library(frame.f_code.co_filename):
            return last
        frame = frame.f_back
    return last


def _is_library(file: str) -> bool:
    if file.startswith("<"):
        return True
    path = str(Path(file).resolve())
    return path.startswith((*_LIBRARIES, _KIT))
