"""Properties that are computed when they are first asked for.

``functools.cached_property`` does the same and takes a lock first (until Python 3.12), once in every service of every
request. Two threads that share an object may here compute a value twice; the last one stays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class lazy(Generic[T]):
    """A property that its first value takes the place of."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        """``compute`` is the method below the decorator."""
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        """Know the name under which the value is kept."""
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> lazy[T]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> lazy[T] | T:
        """Compute the value; from then on it is an attribute like any other."""
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
