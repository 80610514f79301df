"""Which world the code that runs just now belongs to: the only thing of the kit that is not held by a world itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sso_testkit.clock import Clock

if TYPE_CHECKING:
    # Not at run time: the pytest plugin is loaded into every test run, and may not bring libraries with it.
    import requests

    from sso_testkit.mails import Mail

TEST = "test"
"""Who asks when it is the test itself."""


class Carrier(Protocol):
    """What of a world is needed to bring a call from server to server into it."""

    clock: Clock
    mails: list[Mail]

    def carry(self, request: requests.PreparedRequest, actor: str) -> requests.Response:
        """Answer a call that ``actor`` makes, or fail as a network does."""


@dataclass(frozen=True)
class Here:
    """A world, and the host that is being served in it."""

    world: Carrier
    actor: str


_here: ContextVar[Here | None] = ContextVar("sso_testkit_here", default=None)


def here() -> Here | None:
    """The world that is being served; None outside of every world. A thread is where it was started."""
    return _here.get()


@contextmanager
def entered(world: Carrier, actor: str) -> Iterator[None]:
    """Be in ``world``, as the server of the host ``actor``."""
    with placed(Here(world, actor)):
        yield


@contextmanager
def placed(where: Here | None) -> Iterator[None]:
    """Be at a place that was noted before, or, with None, outside of every world."""
    token = _here.set(where)
    try:
        yield
    finally:
        _here.reset(token)
