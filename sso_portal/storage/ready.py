"""Statements that are made once, ready to be run: their text, and how values go in and rows come out.

What SQLAlchemy works out anew whenever a statement is executed is worked out once here, for each statement and kind of
database. The statement, its text and its types stay SQLAlchemy's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Dialect, Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Row = dict[str, Any]
"""A row by the names of its columns."""

Values = Mapping[str, Any]
"""What the parameters of a statement that is made once stand for in one use of it."""

_Process = Callable[[Any], Any]


class ReadyStatement:
    """One statement in the words of one kind of database; ``size`` values go in."""

    __slots__ = ("_fixed", "_names", "_outputs", "_processes", "_taken", "size", "text")

    def __init__(self, statement: Any, compiled: SQLCompiler, dialect: Dialect) -> None:
        """``compiled`` is the statement's text with its parameters."""
        self.text = str(compiled)
        order = compiled.positiontup
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        known = [(name, binds[name]) for name in (binds if order is None else order)]
        processes = [_input(bind.type, dialect) for _, bind in known]
        keys = [bind.key if bind.required else name for name, bind in known]
        self.size = len({bind.key for _, bind in known if bind.required})
        self._fixed = {name: bind.effective_value for name, bind in known if not bind.required}
        escaped: Mapping[str, str] = compiled.escaped_bind_names or {}
        self._names = None if order is not None else [escaped.get(name, name) for name, _ in known]
        self._taken = _taker(keys)
        self._processes = [(place, process) for place, process in enumerate(processes) if process is not None]
        self._outputs = _Outputs(getattr(statement, "exported_columns", ()), dialect)

    def values(self, values: Values) -> Any:
        """What the driver takes."""
        taken = list(self._taken({**self._fixed, **values} if self._fixed else values))
        for place, process in self._processes:
            taken[place] = process(taken[place])
        return taken if self._names is None else dict(zip(self._names, taken, strict=True))

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Row]:
        """What the driver has found."""
        names, told = self._outputs.names, self._outputs.told
        return [dict(zip(names, told(each), strict=True)) for each in found]

    def told(self, found: Sequence[Any]) -> Sequence[Any]:
        """One row that the driver has found, in the order of its columns."""
        return self._outputs.told(found)


class _Outputs:
    """How a row is told."""

    __slots__ = ("_processes", "names")

    def __init__(self, columns: Iterable[Column[Any]], dialect: Dialect) -> None:
        columns = tuple(columns)
        self.names = [str(column.key) for column in columns]
        processes = [(place, _output(column.type, dialect)) for place, column in enumerate(columns)]
        self._processes = [(place, process) for place, process in processes if process is not None]

    def told(self, found: Sequence[Any]) -> Sequence[Any]:
        if not self._processes:
            return found
        told = list(found)
        for place, process in self._processes:
            told[place] = process(told[place])
        return told


class ReadyStatements:
    """Every statement that has been run in this process, in the words of one kind of database."""

    def __init__(self, dialect: Dialect, most: int = 1_000) -> None:
        """Nothing is ready yet: each statement is compiled at its first use. Beyond ``most``, somebody makes them anew
        for each use: those are not kept."""
        self._dialect = dialect
        self._most = most
        self._known: dict[tuple[Executable, bool], ReadyStatement | None] = {}

    def __len__(self) -> int:
        """How many are known."""
        return len(self._known)

    def ready(self, statement: Executable, values: Values | list[Values]) -> ReadyStatement | None:
        """The statement, ready for such values, or ``None`` when it has to be made anew for each use: its text depends
        on the values."""
        many = isinstance(values, list)
        first: Values = values[0] if many else values  # type: ignore[index, assignment]
        try:
            ready = self._known[statement, many]
        except KeyError:
            ready = self._compile(statement, first, many=many)
            if len(self) < self._most:
                self._known[statement, many] = ready
        # Values beyond those that it was made for make another text.
        return ready if ready is not None and ready.size == len(first) else None

    def _compile(self, statement: Any, values: Values, *, many: bool) -> ReadyStatement | None:
        keys = sorted(values) if statement.is_dml else None
        compiled = statement.compile(dialect=self._dialect, column_keys=keys, for_executemany=many)
        if compiled.post_compile_params or compiled.literal_execute_params:
            return None
        return ReadyStatement(statement, compiled, self._dialect)


def _taker(keys: Sequence[str]) -> Callable[[Values], Sequence[Any]]:
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda values: [values[key] for key in keys]


def _input(kind: TypeEngine[Any], dialect: Dialect) -> _Process | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _output(kind: TypeEngine[Any], dialect: Dialect) -> _Process | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


_of_kind: dict[str, ReadyStatements] = {}


def ready_statements(dialect: Dialect) -> ReadyStatements:
    """Those of one kind of database, for all its connections."""
    return _of_kind.setdefault(dialect.name, ReadyStatements(dialect))
