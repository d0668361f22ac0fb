"""Rows whose form is wrong in some fields: the other fields are read all the same, so that rules can judge them.

A clerk who corrects a row wants to know everything that is wrong with it at once. So every field is read by itself; one
that is missing or wrong is None, and the row is refused in any case.
"""

from __future__ import annotations

import types
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    create_model,
)

M = TypeVar("M", bound=BaseModel)


def read_partially(model: type[M], content: object) -> M | None:
    """What can be read of `content`: an object with the fields of `model`, in which those at fault are None.

    In lists of objects and in objects within, each field is read by itself as well. Fields that `model` does not know
    are left out. None if `content` is no object at all. The answer is never to be stored.
    """
    if not isinstance(content, dict):
        return None
    partial: Any = _partial(model).model_validate(content)
    return partial  # type: ignore[no-any-return]


@cache
def _partial(model: type[BaseModel]) -> type[BaseModel]:
    """A twin of `model` whose fields are None where they cannot be read."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        type_ = _partial_type(field.annotation)
        constrained = Annotated[(type_, *field.metadata)] if field.metadata else type_
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        fields[name] = (_readable(constrained), Field(default=default, alias=field.alias))
    return create_model(f"Partial{model.__name__}", __config__=ConfigDict(extra="ignore"), **fields)


def _partial_type(type_: Any) -> Any:
    """`type_`, with the partial twin of each model in it."""
    if isinstance(type_, type) and issubclass(type_, BaseModel):
        return _partial(type_)
    origin, arguments = get_origin(type_), get_args(type_)
    if origin is list:
        (item,) = arguments
        return list[_readable(_partial_type(item))]  # type: ignore[misc]
    if origin in (Union, types.UnionType):
        return Union[tuple(_partial_type(each) for each in arguments)]  # noqa: UP007
    return type_


def _readable(type_: Any) -> Any:
    return Annotated[type_ | None, WrapValidator(_none_if_wrong)]


def _none_if_wrong(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None
