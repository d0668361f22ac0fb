"""A row of a roster on the wire, the same whether it comes as JSON, as NDJSON or out of a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, NamedTuple, TypeVar

import orjson
from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from services.registry.api.schemas import Tag
from services.registry.domain.roster_cell_faults import CellMissing, CellUnfit
from services.registry.domain.trainees import NOTHING_SAID, AtEntry, GroupEvidence, PriorityGroup
from services.registry.usecases.roster_rows import RosterRow
from services.registry.usecases.spreadsheets.columns import Column, column_of
from shared.batches import ROWS_MAX, MalformedRow, batch_of, parse_rows
from shared.contracts.registry import EmploymentState
from shared.forms import Batch, Day, LocalId, Strict
from shared.kernel.identity import DocumentKind
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Invalid
from shared.persons import Particulars
from shared.problems import entry

NDJSON: Final = "application/x-ndjson"

R = TypeVar("R", bound=BaseModel)


class BrokenLine(Invalid):
    """Facts: `line`, from 1."""

    slug = "broken-line"
    title_en = "This line is no JSON."
    title_zh = "该行不是有效的 JSON。"
    cure_en = "Mend line `line` and send it again: one object a line, in UTF-8; the other lines are not affected."
    cure_zh = "请更正第 `line` 行后重新提交：每行一个 JSON 对象，UTF-8 编码；其他行不受影响。"


def _named(zh: str, en: str) -> dict[str, Any]:
    """The headings of the field in a spreadsheet."""
    return {"zh": zh, "en": en}


class GroupEntry(Strict):
    """That the trainee is in a priority group, and the paper that shows it. Sealed on arrival."""

    group: PriorityGroup
    evidence: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] = Field(
        description="Which paper, and its number"
    )
    dated_on: Day = Field(description="The date on the paper")


class ConsentEntry(Strict):
    """When the trainee agreed that their particulars are processed, and to which version of the text."""

    on: Day
    version: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)] | None = None


class RosterRowRequest(Strict):
    """One trainee. The number is read whatever its spacing or width; it is sealed on arrival and never shown whole."""

    local_id: LocalId = Field(json_schema_extra=_named("学员编号", "trainee number"))
    document_kind: DocumentKind = Field(
        default=DocumentKind.RESIDENT_ID, json_schema_extra=_named("证件类型", "document")
    )
    document_number: str = Field(max_length=64, json_schema_extra=_named("证件号码", "document number"))
    birth_date: Day | None = Field(
        default=None,
        description="Where the number does not show it, as those of foreigners' cards; sealed on arrival",
        json_schema_extra=_named("出生日期", "birth date"),
    )
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] = Field(
        json_schema_extra=_named("姓名", "name")
    )
    phone: Annotated[str, StringConstraints(pattern=r"^1[0-9]{10}$")] | None = Field(
        default=None, json_schema_extra=_named("手机号", "mobile phone")
    )
    programme: Annotated[str, Field(max_length=16)] | None = Field(
        default=None,
        description="The one programme this training counts to; the class's where left out",
        json_schema_extra=_named("专项编码", "programme"),
    )
    tags: list[Tag] = Field(
        default_factory=list,
        max_length=20,
        description="Cross-cutting marks (S06, S07), never added up",
        json_schema_extra=_named("标签", "marks"),
    )
    employment: EmploymentState | None = Field(
        default=None,
        description="What the trainee does for a living as they enter",
        json_schema_extra=_named("就业状态", "employment"),
    )
    groups: list[GroupEntry] = Field(
        default_factory=list,
        max_length=len(PriorityGroup),
        description="Priority groups with their evidence; only whether there is one leaves the registry",
        json_schema_extra=_named("重点群体", "priority groups"),
    )
    draws_pension: bool | None = Field(
        default=None,
        strict=True,
        description="Whether the trainee draws a monthly pension; `false` lets in who is past the age of trainees",
        json_schema_extra=_named("是否按月领取养老金", "draws a pension"),
    )
    consent: ConsentEntry | None = Field(default=None, json_schema_extra=_named("同意日期", "consent"))


ClassNumber = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="The local_id under which the class was filed",
        json_schema_extra=_named("班级编号", "class number"),
    ),
]


class FiledRowRequest(RosterRowRequest):
    """One trainee of any of the institution's classes."""

    class_: ClassNumber = Field(alias="class")


ROSTER_ROW: Final = TypeAdapter(RosterRowRequest)
FILED_ROW: Final = TypeAdapter(FiledRowRequest)


class Posted(NamedTuple):
    """The rows of a request with their places, from 0, and a refusal for each line that could not be read."""

    rows: Sequence[tuple[int, object]]
    broken: Sequence[RowOutcome]


async def read_posted(request: Request) -> Posted:
    """The rows of a JSON or NDJSON body. Raises RequestValidationError."""
    body = await request.body()
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == NDJSON:
        return _lines(body)
    try:
        return Posted(list(enumerate(Batch.model_validate(orjson.loads(body)).rows)), ())
    except ValidationError as error:
        raise RequestValidationError(_in_body(error.errors(include_url=False, include_input=False))) from None
    except orjson.JSONDecodeError:
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body",), "msg": "JSON decode error"}]) from None


PostedRows = Annotated[Posted, Depends(read_posted)]


def _in_body(errors: Sequence[Any]) -> list[dict[str, Any]]:
    return [{**error, "loc": ("body", *error["loc"])} for error in errors]


def _lines(body: bytes) -> Posted:
    """Each line that is not blank by itself; its place is its line's, so that blank lines move nothing."""
    lines = enumerate(body.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
    filled = [(place, line) for place, line in lines if line.strip()]
    if len(filled) > ROWS_MAX:
        message = f"At most {ROWS_MAX} rows"
        raise RequestValidationError([{"type": "too_long", "loc": ("body", "rows"), "msg": message}])
    rows: list[tuple[int, object]] = []
    broken: list[RowOutcome] = []
    for place, line in filled:
        try:
            rows.append((place, orjson.loads(line)))
        except orjson.JSONDecodeError:
            broken.append(RowOutcome(place, "refused", refusal=BrokenLine(line=place + 1)))
    return Posted(rows, broken)


def parse_posted(
    adapter: TypeAdapter[R], posted: Posted, *, row_id: str = "local_id"
) -> tuple[list[tuple[int, R]], list[RowOutcome]]:
    """The well-formed rows with their places, and a refusal for each of the others, in words for clerks as well."""
    places = [place for place, _ in posted.rows]
    parsed, refused = parse_rows(adapter, [content for _, content in posted.rows], row_id=row_id)
    return (
        [(places[index], row) for index, row in parsed],
        [*posted.broken, *(_in_words(outcome)._replace(row=places[outcome.row]) for outcome in refused)],
    )


def _in_words(outcome: RowOutcome) -> RowOutcome:
    if not isinstance(outcome.refusal, MalformedRow):
        return outcome
    return outcome._replace(refusal=MalformedRow([in_words(error) for error in outcome.refusal.errors]))


def in_words(error: dict[str, object]) -> dict[str, object]:
    """What the form says of a field, under the same code, in words for who filled it in."""
    column = column_of(str(error.get("pointer", "")))
    if column is None:
        return entry(MalformedRow()) | error
    return entry(form_fault(column, error)) | {"code": error["code"], "pointer": error["pointer"]}


def form_fault(column: Column, error: dict[str, object]) -> Invalid:
    """What is wrong with the form of a field that a `column` stands for."""
    pointer = f"/{column.field}"
    if error["code"] == "missing":
        return CellMissing(pointer=pointer)
    return CellUnfit(pointer=pointer, reason=error["code"], expected=column.expected_en, expected_zh=column.expected_zh)


def roster_row(place: int, row: RosterRowRequest) -> RosterRow:
    """The row as the use case takes it."""
    particulars = Particulars(row.document_kind, row.document_number, row.name, row.phone)
    class_ = row.class_ if isinstance(row, FiledRowRequest) else None
    return RosterRow(place, row.local_id, particulars, None, class_, row.programme, tuple(row.tags), _at_entry(row))


def _at_entry(row: RosterRowRequest) -> AtEntry:
    consent = row.consent
    said = (row.employment, row.draws_pension, row.birth_date, consent)
    if not row.groups and all(each is None for each in said):
        return NOTHING_SAID
    return AtEntry(
        row.employment,
        tuple(GroupEvidence(each.group, each.evidence, each.dated_on) for each in row.groups),
        row.draws_pension,
        None if consent is None else consent.on,
        None if consent is None else consent.version,
        birth_date=row.birth_date,
    )


def posting(row: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI text for a route that takes rows as JSON or NDJSON."""
    described = batch_of(row)
    content = described["requestBody"]["content"]
    content[NDJSON] = {"schema": content["application/json"]["schema"]["properties"]["rows"]["items"]}
    return described
