"""Pieces of request bodies that services share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from shared.form_errors import form_error
from shared.kernel.identity import contains_identity_number


def _no_identity_number(local_id: str) -> str:
    # An organisation's own ids are stored, answered and logged in clear.
    if contains_identity_number(local_id):
        raise form_error(
            "identity_number",
            "An identity number cannot be used as an id of your own",
            "自编编号不能使用证件号码。",
        )
    return local_id


Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A day that can be counted from, to either side and in any zone, without leaving the calendar."""

Instant = Annotated[
    AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC))
]
"""A moment with its zone, of the days that a Day can be."""

LocalId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._/-]+$"),
    AfterValidator(_no_identity_number),
    Field(description="Your organisation's own id for the record; the same one again is a repeat, not a second record"),
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=2, max_length=500),
    Field(description="Kept for the audit, never told to other services; name no person in it"),
]


class Strict(BaseModel):
    """Requests are read strictly: an unknown field is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid")
