"""Lists by keyset cursor: a page begins behind the last row of the page before, and stays there while rows are added.

A cursor is the position of that row: the values by which the list runs, of which the last is unique. Most lists run by
ids, which grow with time; some by a day and then by id. Callers hand it back as it is.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

import orjson
from fastapi import Query
from pydantic import BaseModel, Field

from shared.kernel.keyset import KeysetPosition
from shared.kernel.refusals import Invalid

BEGINNING = UUID(int=0)
END = UUID(int=2**128 - 1)

PageSize = Annotated[int, Query(ge=1, le=500, description="Rows a page")]
Cursor = Annotated[str | None, Query(description="`next` of the page before; leave out for the first")]

T = TypeVar("T")
Row = TypeVar("Row", bound="HasId")

Value = UUID | date | int | str
_READ: Final[dict[type[Value], Callable[[str], Value]]] = {UUID: UUID, date: date.fromisoformat, int: int, str: str}


class WrongCursor(Invalid):
    slug = "wrong-cursor"
    title_en = "This is not a valid cursor for this list."
    title_zh = "分页游标无效。"
    cure_en = "Use `next` of the previous page unchanged, or leave the cursor out to start from the beginning."
    cure_zh = "请原样使用上一页返回的 `next`；从头读取时不填。"


class HasId(Protocol):
    @property
    def id(self) -> UUID: ...


class Page(BaseModel, Generic[T]):
    """Some rows of a list, and the cursor of the next page; None at the end."""

    rows: list[T]
    next: str | None = Field(description="The cursor of the next page; null at the end")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        return f"{params[0].__name__.removesuffix('Answer')}Page"


def after(cursor: str | None) -> UUID:
    """The id above which the page begins. Raises WrongCursor."""
    if cursor is None:
        return BEGINNING
    (id_,) = position_of(cursor, UUID)
    assert isinstance(id_, UUID), "read as one"
    return id_


def before(cursor: str | None) -> UUID:
    """The id below which the page begins, of a list from the newest on. Raises WrongCursor."""
    return END if cursor is None else after(cursor)


def after_day(cursor: str | None) -> KeysetPosition:
    """The position behind which the page begins, of a list that runs by a day and then by id. Raises WrongCursor."""
    if cursor is None:
        return KeysetPosition(date.min, BEGINNING)
    day, id_ = position_of(cursor, date, UUID)
    assert isinstance(day, date), "read as one"
    assert isinstance(id_, UUID), "read as one"
    return KeysetPosition(day, id_)


def next_cursor(
    rows: Sequence[Row], size: int, at: Callable[[Row], tuple[Value, ...]] = lambda row: (row.id,)
) -> str | None:
    """The cursor behind `rows`; None when they do not fill the page, so that nothing can follow yet.

    `at` is the position of a row, where the list does not run by ids alone.
    """
    return None if len(rows) < size else cursor_of(at(rows[-1]))


def cursor_of(position: tuple[Value, ...]) -> str:
    """The cursor that stands for `position`."""
    return base64.urlsafe_b64encode(orjson.dumps([str(value) for value in position])).decode().rstrip("=")


def position_of(cursor: str, *types: type[Value]) -> tuple[Value, ...]:
    """The position that `cursor` stands for: a value of each of `types`. Raises WrongCursor."""
    try:
        written = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        position = tuple(_READ[type_](text) for type_, text in zip(types, written, strict=True))
    except (ValueError, TypeError, AttributeError) as error:
        raise WrongCursor(pointer="/query/cursor") from error
    # Whatever can be read in more than one way, or was made of another list's, is not one of ours.
    if cursor_of(position) != cursor:
        raise WrongCursor(pointer="/query/cursor")
    return position
