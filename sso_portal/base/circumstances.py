"""Under what circumstances something is done: who acts, and from where."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

Actor = Literal["web", "command line", "portal"]
"""``web``: whoever has sent the request, a person's browser or a client; ``portal``: the portal by itself."""


@dataclass(frozen=True)
class Circumstances:
    """``address`` and ``user_agent`` are those of the request, as far as they are known."""

    actor: Actor = "portal"
    address: str = ""
    user_agent: str = ""


_BY_ITSELF = Circumstances()

current_circumstances: ContextVar[Circumstances] = ContextVar("current_circumstances", default=_BY_ITSELF)
"""The circumstances in this thread."""
