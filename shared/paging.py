"""Lists by keyset cursor: ids grow with time, so pages stay stable while rows are added."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any, Generic, Protocol, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from shared.kernel.refusals import Invalid

BEGINNING = UUID(int=0)
END = UUID(int=2**128 - 1)

PageSize = Annotated[int, Query(ge=1, le=500, description="Rows a page")]
Cursor = Annotated[str | None, Query(description="`next` of the previous page; leave out for the first page")]

T = TypeVar("T")


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
    """The id after which the page begins. Raises WrongCursor."""
    if cursor is None:
        return BEGINNING
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except (ValueError, binascii.Error):
        raise WrongCursor(pointer="/cursor") from None


def before(cursor: str | None) -> UUID:
    """The id below which the page begins, of a list from the newest on. Raises WrongCursor."""
    return END if cursor is None else after(cursor)


def next_cursor(rows: Sequence[HasId], size: int) -> str | None:
    """The cursor after `rows`; None when they do not fill the page, so that nothing can follow yet."""
    if len(rows) < size:
        return None
    return base64.urlsafe_b64encode(rows[-1].id.bytes).decode().rstrip("=")
