"""Field types of request bodies that services share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from shared.form_errors import form_error
from shared.kernel.identity import contains_identity_number
from shared.kernel.spelling import present


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
"""A day that leaves room for arithmetic in any time zone, without overflow of the calendar."""

Instant = Annotated[
    AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC))
]
"""An instant with its time zone, within the range of Day."""

LocalId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._/-]+$"),
    AfterValidator(_no_identity_number),
    Field(description="Your organisation's own id of the record; the same id again is a repeat, not a second record"),
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(present)
]
"""The name on a person's document, with the present characters in place of private-use codes of old code pages."""
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=2, max_length=500),
    Field(description="Kept for the audit and not published to other services; do not name a person in it"),
]


class Strict(BaseModel):
    """Base of request bodies: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")
