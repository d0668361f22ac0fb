"""What can be read of a row whose form is wrong, so that the rules speak of the rest of it in the same round."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial, reduce
from typing import Any, Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from services.registry.enrolments.rules.trainees import PriorityGroup
from services.registry.rosters.usecases.forms import RosterRowRequest, roster_row
from services.registry.rosters.usecases.row import RosterRow
from services.registry.rosters.usecases.table import ROSTER
from shared.contracts.registry import EmploymentState
from shared.form_errors import MalformedRow
from shared.kernel.identity import DocumentKind
from shared.kernel.outcomes import RowOutcome
from shared.rows import Posted, parse_posted
from shared.spreadsheets.wording import in_words

R = TypeVar("R", bound=BaseModel)
P = TypeVar("P", bound=RosterRowRequest)

_UNKNOWN_FIELD: Final = "extra-forbidden"
_DAY: Final = date(1900, 1, 1)
_STAND_INS: Final[Mapping[tuple[str, ...], object]] = {
    ("local_id",): "-",
    ("class",): "-",
    ("document_kind",): DocumentKind.RESIDENT_ID,
    ("document_number",): "-",
    ("birth_date",): _DAY,
    ("name",): "-",
    ("phone",): "10000000000",
    ("employment",): EmploymentState.EMPLOYED,
    ("draws_pension",): False,
    ("groups",): (),
    ("groups", "group"): PriorityGroup.OTHER,
    ("groups", "evidence"): "-",
    ("groups", "dated_on"): _DAY,
    ("consent",): {"on": _DAY},
    ("consent", "on"): _DAY,
}
"""What stands for a field that cannot be read, so that it is neither missing nor speaks against another one.

What a rule says of such a value points to it, and is not told. Fields that are not here may be left out.
"""


def read_rows(adapter: TypeAdapter[P], posted: Posted) -> tuple[list[RosterRow], list[RowOutcome]]:
    """The posted rows in order, with the flaws of their form; and refusals of those that cannot be read at all."""
    parsed, refused = parse_posted(adapter, posted, in_words=partial(in_words, table=ROSTER))
    rows = [roster_row(place, row) for place, row in parsed]
    return with_rests(rows, refused, dict(posted.rows) if refused else {}, adapter=adapter, take=roster_row)


def with_rests(
    rows: list[RosterRow],
    refused: Sequence[RowOutcome],
    contents: Mapping[int, object],
    *,
    adapter: TypeAdapter[R],
    take: Callable[[int, R], RosterRow],
) -> tuple[list[RosterRow], list[RowOutcome]]:
    """`rows` with what can be read of those `refused` for their form, in order; and the refusals that are left.

    `contents` are the refused rows by their places, and are changed; `take` makes a row of a well-formed one.
    """
    unreadable = []
    for outcome in refused:
        rest = _rest(outcome, contents.get(outcome.row), adapter, take)
        if rest is None:
            unreadable.append(outcome)
        else:
            rows.append(rest)
    if len(unreadable) < len(refused):
        rows.sort(key=lambda row: row.row)
    return rows, unreadable


def _rest(
    outcome: RowOutcome, content: object, adapter: TypeAdapter[R], take: Callable[[int, R], RosterRow]
) -> RosterRow | None:
    if not isinstance(outcome.refusal, MalformedRow) or not isinstance(content, dict):
        return None
    unread = {str(error.get("pointer", "")) for error in outcome.refusal.errors}
    if "/document_kind" in unread:
        # What is right for a number depends on its kind.
        unread.add("/document_number")
    unknown = {error.get("pointer") for error in outcome.refusal.errors if error["code"] == _UNKNOWN_FIELD}
    for pointer in unread:
        way = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
        _leave_out(content, way, {} if pointer in unknown else _STAND_INS)
    try:
        row = take(outcome.row, adapter.validate_python(content))
    except ValidationError:
        return None
    if "/class" in unread:
        row = row._replace(class_local_id=None)
    return row.flawed(outcome.refusal, unread)


def _leave_out(content: dict[str, Any], way: Sequence[str], stand_ins: Mapping[tuple[str, ...], object]) -> None:
    """Take the field at the end of `way` out of `content`, or put in the one of `stand_ins` that stands for it.

    Where there is nothing that could hold it, or it is one of a list, the same with what is around it.
    """
    if not way:
        return
    *around, last = way
    field = tuple(step for step in way if not step.isdigit())
    holder = reduce(_inside, around, content)
    if not isinstance(holder, dict):
        if holder is not None or field in stand_ins:
            _leave_out(content, around, stand_ins)
    elif field in stand_ins:
        holder[last] = stand_ins[field]
    else:
        holder.pop(last, None)


def _inside(holder: Any, step: str) -> Any:
    if isinstance(holder, dict):
        return holder.get(step)
    is_place = isinstance(holder, list) and step.isdecimal() and int(step) < len(holder)
    return holder[int(step)] if is_place else None
