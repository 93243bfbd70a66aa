"""Statements that are built and compiled once for each shape, and then asked with other values.

A query function is the one definition of what is asked, but putting its `Select` together costs several times what
SQLite takes to answer it. `fetch` tells shapes apart: which arguments are set, with how many values, in which family of
indexes the release is read. When a shape comes back, the text of its statement is kept, and which value goes where.

That it may be kept is proved, not assumed: the statement is made twice more, with its values marked and with others in
their place. Where the text or anything that is not marked differs, the function computes with its values, and
statements of that shape are made anew each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Connection, Select

from dataset.queries.releases import Release

#: Shapes that are remembered; when there are more, all are forgotten.
MOST: Final = 2000

#: A statement of any columns.
Statement = Select[*tuple[Any, ...]]
Make = Callable[..., Any]
Rows = Sequence[tuple[Any, ...]]


class _Text(str):  # noqa: SLOT000 - it has one attribute more than a text
    """A value of a shape, in its place among all of them."""

    place: int


class _Number(int):
    """The ordinal of a release, in its place."""

    place: int


class _Figure(float):
    """A figure, in its place."""

    place: int


_Mark = _Text | _Number | _Figure


class _Kept(NamedTuple):
    """A statement as the driver takes it: its text, its values or marks, and their names where they have some."""

    text: str
    values: Sequence[Any]
    names: Sequence[str] | None

    def filled(self, values: Sequence[Any]) -> Any:
        """The values that go with the text."""
        found = [values[one.place] if isinstance(one, _Mark) else one for one in self.values]
        return dict(zip(self.names, found, strict=True)) if self.names else tuple(found)


#: Shape → its statement; None where it was asked once, False where it has to be made anew each time.
_shapes: dict[Any, _Kept | bool | None] = {}


def fetch(connection: Connection, make: Make, *arguments: Any) -> Rows:
    """The rows of the statement that `make` makes of the arguments, which must be hashable in their smallest parts."""
    values: list[Any] = []
    shape = (connection.dialect.name, make, *[_shape(one, values) for one in arguments])
    kept = _shapes.get(shape)
    if kept is None:
        if len(_shapes) >= MOST:
            _shapes.clear()
        kept = _shapes[shape] = _prove(connection, make, arguments, values) if shape in _shapes else None
    if isinstance(kept, _Kept):
        if kept.names is None:  # SQLite: asking the driver itself takes half the time
            return cast("Rows", connection.connection.cursor().execute(kept.text, kept.filled(values)).fetchall())
        return connection.exec_driver_sql(kept.text, kept.filled(values)).all()
    return connection.execute(make(*arguments)).all()


def _shape(value: Any, values: list[Any]) -> Any:
    """What of an argument makes the statement another one; what does not is added to `values`."""
    kind = type(value)
    if kind is str or kind is float:
        values.append(value)
        return kind
    if kind is Release:
        values += value
        return value.ordinal == value.newest, value.ordinal == 1
    if kind is dict:
        return tuple([(name, _shape(one, values)) for name, one in value.items()])
    if isinstance(value, tuple | list):
        return kind, *[_shape(one, values) for one in value]
    return kind, value


class _Marker:
    """Marks the values of arguments, in the order of `_shape`; or marks others, put in their place."""

    def __init__(self, *, others: bool) -> None:
        self._others = others
        self._count = 0

    def mark(self, value: Any) -> Any:
        """An argument with its values marked."""
        if isinstance(value, Release):
            ordinal, version, newest = value
            return Release(self._put(_Number(ordinal)), self._put(_Text(version)), self._put(_Number(newest)))
        if isinstance(value, dict):
            return {name: self.mark(one) for name, one in value.items()}
        if isinstance(value, tuple | list):
            parts = [self.mark(one) for one in value]
            return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
        if isinstance(value, str):
            return self._put(_Text(f"{value}~" if self._others else value))
        if isinstance(value, float):
            return self._put(_Figure(value + 0.5 if self._others else value))
        return value

    def _put(self, mark: Any) -> Any:
        mark.place = self._count
        self._count += 1
        return mark


def _prove(connection: Connection, make: Make, arguments: Sequence[Any], values: Sequence[Any]) -> _Kept | bool:
    """The statement of a shape, if nothing but the marked values makes the difference; else False."""
    plain = _compiled(connection, make(*arguments))
    try:
        found, other = (
            _compiled(connection, make(*map(_Marker(others=others).mark, arguments))) for others in (False, True)
        )
    except ValueError:  # the function reads its values
        return False
    same = plain.text == found.text == other.text and found.filled(values) == plain.filled(())
    for one, two in zip(found.values, other.values, strict=same):
        same = same and isinstance(one, _Mark) == isinstance(two, _Mark)
        same = same and (one.place == two.place if isinstance(one, _Mark) else one == two)
    return found if same else False


def _compiled(connection: Connection, statement: Statement) -> _Kept:
    """A statement as the driver takes it."""
    state = statement.compile(connection).construct_expanded_state()
    values = {name: _processed(state.processors.get(name), value) for name, value in state.parameters.items()}
    names = state.positiontup
    if names is not None:
        return _Kept(state.statement, [values[name] for name in names], None)
    return _Kept(state.statement, list(values.values()), list(values))


def _processed(processor: Callable[[Any], Any] | None, value: Any) -> Any:
    """A value as the type of its column hands it to the driver."""
    return processor(value) if processor else value
