"""Field types of request bodies that services share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema

from shared.form_errors import form_error
from shared.kernel.credit_code import parse_credit_code
from shared.kernel.identity import contains_identity_number
from shared.kernel.personal_numbers import contains_personal_number
from shared.kernel.refusals import Refusal
from shared.kernel.spelling import has_unseen, present


def no_personal_number(text: str) -> str:
    """`text`, which is stored, answered and logged in clear. Raises a form error for one with a person's number."""
    if contains_personal_number(text):
        raise form_error(
            "personal_number",
            "An identity number or a phone number cannot stand here",
            "此处不能填写证件号码或手机号码。",
        )
    return text


def _no_number_as_id(local_id: str) -> str:
    if contains_identity_number(local_id):
        raise form_error(
            "identity_number",
            "An identity number cannot be used as an id of your own",
            "自编编号不能使用证件号码。",
        )
    return no_personal_number(local_id)


def _number_only_as_credit_code(text: str) -> str:
    try:
        parse_credit_code(text)
    except Refusal:
        return no_personal_number(text)
    return text


def _only_visible(text: str) -> str:
    """`text`. Raises a form error for damaged and invisible characters, which may change what is read."""
    if "\N{REPLACEMENT CHARACTER}" in text or has_unseen(text, allowed="\n\t"):
        raise form_error(
            "unseen_character",
            "The text contains invisible, damaged or unassigned characters",
            "文本中含有不可见、损坏或未定义的字符。",
        )
    return text


Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A day that leaves room for arithmetic in any time zone, without overflow of the calendar."""

Instant = Annotated[
    AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC))
]
"""An instant with its time zone, within the range of Day."""

INTEGER_MAX: Final = 2**31 - 1
"""The largest number that a column of integers holds: every number of a request has a maximum that can be stored."""

LocalId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._/-]+$"),
    AfterValidator(_no_number_as_id),
    Field(description="Your organisation's own id of the record; the same id again is a repeat, not a second record"),
]
PLAIN: Final = AfterValidator(lambda text: no_personal_number(_only_visible(text)))
"""Text that is stored in clear is readable as it stands, and without a person's number. This stands after the
constraints of its length."""
VISIBLE: Final = AfterValidator(_only_visible)
"""The same for text that is not kept in clear: a number may stand in it."""
CREDIT_CODE: Final = AfterValidator(_number_only_as_credit_code)
"""A credit code may look like a person's number; anything else that does is refused."""


@dataclass(frozen=True)
class Kept:
    """Says in the API's description how a text is kept that may hold a number or name of a person."""

    how: Literal["encrypted", "hashed", "masked"]

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "x-kept": self.how}


ENCRYPTED: Final = Kept("encrypted")
HASHED: Final = Kept("hashed")
"""Only a keyed hash of it is stored, to recognise it."""
MASKED: Final = Kept("masked")
"""Numbers in it are masked before it is stored."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), PLAIN]
PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(present), ENCRYPTED
]
"""The name on a person's document, with the present characters in place of private-use codes of old code pages."""
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=2, max_length=500),
    PLAIN,
    Field(description="Kept for the audit and not published to other services; do not name a person in it"),
]


class Strict(BaseModel):
    """Base of request bodies: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")
