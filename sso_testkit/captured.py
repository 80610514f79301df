"""What has happened, in order, to be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar, overload

Item = TypeVar("Item", covariant=True)


class Captured(Sequence[Item], Generic[Item]):
    """A list that cannot be changed, and that says what is in it where a test expected something else."""

    def __init__(self, what: str, items: Iterable[Item]) -> None:
        """``what`` they are, in the plural."""
        self._what = what
        self._items = tuple(items)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Captured[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Captured[Item]:
        """The one at this place, or several."""
        return Captured(self._what, self._items[index]) if isinstance(index, slice) else self._items[index]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._items)

    def of(self, **fields: Any) -> Captured[Item]:
        """Those whose fields have these values: ``of(client_id="talent-center")``."""
        return Captured(
            self._what,
            [item for item in self._items if all(getattr(item, name) == value for name, value in fields.items())],
        )

    def only(self) -> Item:
        """The one that there is. Raises :class:`AssertionError` when there is none, or more than one."""
        if len(self._items) != 1:
            raise AssertionError(f"there should be exactly one, but there are {self!r}")
        return self._items[0]

    @property
    def last(self) -> Item:
        """The latest. Raises :class:`AssertionError` when there is none."""
        if not self._items:
            raise AssertionError(f"there should be one at least, but there are {self!r}")
        return self._items[-1]

    def __repr__(self) -> str:
        """How many there are, and each on a line of its own."""
        return "\n  ".join([f"{self._what}: {len(self._items) or 'none'}", *map(repr, self._items)])
