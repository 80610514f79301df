"""Which connections are ready: the system is asked about all of them at once, and told only what has changed."""

from __future__ import annotations

import select

from waitress import wasyncore

_READ = select.EPOLLIN | select.EPOLLPRI


class Connections(dict[int, wasyncore.dispatcher]):
    """What waitress keeps its connections in, by the number of their sockets. An idle one costs nothing."""

    def __init__(self) -> None:
        """Nobody is there yet."""
        super().__init__()
        self._epoll = select.epoll()
        self._told: dict[int, int] = {}
        self._changed: set[int | None] = set()

    def __setitem__(self, number: int, connection: wasyncore.dispatcher) -> None:
        """Somebody has come."""
        super().__setitem__(number, connection)
        self.note(number)

    def __delitem__(self, number: int) -> None:
        """Somebody goes, whose socket is still open."""
        super().__delitem__(number)
        if self._told.pop(number, 0):
            self._epoll.unregister(number)

    def note(self, number: int | None) -> None:
        """What this one waits for may have changed; any thread may say so."""
        self._changed.add(number)

    def tell(self) -> None:
        """Tell the system what those wait for who have changed."""
        while self._changed:
            number = self._changed.pop()
            connection = self.get(number) if number is not None else None
            if connection is not None and number is not None:
                self._tell(number, _wishes(connection))

    def _tell(self, number: int, wishes: int) -> None:
        told = self._told.get(number, 0)
        if wishes == told:
            return
        if not wishes:
            self._epoll.unregister(number)
        elif told:
            self._epoll.modify(number, wishes)
        else:
            self._epoll.register(number, wishes)
        self._told[number] = wishes

    def wait(self, seconds: float) -> None:
        """Wait until some are ready, and let each do what it is ready for."""
        for number, events in self._epoll.poll(seconds):
            connection = self.get(number)
            if connection is not None:
                # The numbers of events are those of poll(2), which waitress knows.
                wasyncore.readwrite(connection, events)
                self.note(number)

    def close(self) -> None:
        """Close all of them."""
        wasyncore.close_all(self)
        self._epoll.close()


def _wishes(connection: wasyncore.dispatcher) -> int:
    wishes = _READ if connection.readable() else 0
    if connection.writable() and not connection.accepting:
        wishes |= select.EPOLLOUT
    return wishes
