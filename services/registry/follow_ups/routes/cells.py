"""Rows of a file of follow-ups brought to the form of the JSON route's, and what is wrong in words for cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from services.registry.follow_ups.routes.reports import FollowUpRowRequest
from services.registry.follow_ups.usecases.reports import FollowUpRow
from services.registry.follow_ups.usecases.table import FOLLOW_UPS
from services.registry.rosters.rules.cell_faults import CELL_FAULTS, CellUnfit, UnknownChoice
from services.registry.rosters.usecases.spreadsheets.columns import Column
from services.registry.rosters.usecases.spreadsheets.reader import FileRow
from shared.entries import entry
from shared.form_errors import MalformedRow
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Invalid
from shared.rows import errors_of, parse_rows

_ROW: Final = TypeAdapter(FollowUpRowRequest)


def read(rows: Sequence[FileRow]) -> tuple[list[FollowUpRow], list[RowOutcome]]:
    """The rows that have the form of the API, by their places in `rows`; a refusal for each of the others."""
    whole = [place for place, row in enumerate(rows) if not row.faults]
    parsed, malformed = parse_rows(_ROW, [rows[place].values for place in whole], row_id="trainee_local_id")
    refused = [_refused(place, row) for place, row in enumerate(rows) if row.faults]
    for outcome in malformed:
        errors = [_reworded(error) for error in errors_of(outcome)]
        refused.append(RowOutcome(whole[outcome.row], "refused", outcome.row_id, refusal=MalformedRow(errors)))
    good = [FollowUpRow(whole[index], request.whose(), request.outcome()) for index, request in parsed]
    return good, refused


def told(outcome: RowOutcome) -> list[dict[str, Any]]:
    """What is reported of a refused row: each error with the headings of its column."""
    return [error | _headings(error) for error in errors_of(outcome)]


def _refused(place: int, row: FileRow) -> RowOutcome:
    errors = [entry(_fault(CELL_FAULTS[slug], FOLLOW_UPS.by_field.get(field or ""))) for field, slug in row.faults]
    return RowOutcome(place, "refused", row.values.get("trainee_local_id"), refusal=MalformedRow(errors))


def _fault(fault: type[Invalid], column: Column | None) -> Invalid:
    if column is None:
        return fault()
    facts: Mapping[type[Invalid], dict[str, object]] = {
        UnknownChoice: {"choices": list(column.choices)},
        CellUnfit: {"expected": column.expected_en, "expected_zh": column.expected_zh},
    }
    return fault(pointer=f"/{column.field}", **facts.get(fault, {}))


def _reworded(error: dict[str, object]) -> dict[str, object]:
    column = _column(error)
    return error if column is None else entry(_fault(CellUnfit, column))


def _headings(error: Mapping[str, object]) -> dict[str, str]:
    column = _column(error)
    return {} if column is None else {"column": column.en, "column_zh": column.zh}


def _column(error: Mapping[str, object]) -> Column | None:
    return FOLLOW_UPS.by_field.get(str(error.get("pointer", "")).strip("/"))
