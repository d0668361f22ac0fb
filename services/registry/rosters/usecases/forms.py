"""The form of a roster row, the same for JSON, NDJSON and spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final

from pydantic import Field, TypeAdapter

from services.registry.enrolments.rules.trainees import NO_PARTICULARS, EntryParticulars, GroupEvidence, PriorityGroup
from services.registry.enrolments.usecases.forms import ConsentEntry, GroupEntry, Tag
from services.registry.particulars.rules import Phone
from services.registry.rosters.usecases.row import RosterRow
from services.registry.rosters.usecases.table import ROSTER
from shared.contracts.registry.enrolments import EmploymentState
from shared.form_errors import MalformedRow
from shared.forms import ENCRYPTED, PLAIN, Day, LocalId, PersonName, Strict
from shared.kernel.identity import DocumentKind
from shared.kernel.outcomes import RowOutcome
from shared.partial_rows import read_partially
from shared.rows import Posted, parse_posted
from shared.spreadsheets.wording import in_words


def _named(zh: str, en: str) -> dict[str, Any]:
    """The headings of the field in a spreadsheet."""
    return {"zh": zh, "en": en}


class RosterRowRequest(Strict):
    """One trainee. Spacing and width of the number do not matter; it is stored encrypted and shown masked only."""

    local_id: LocalId = Field(json_schema_extra=_named("学员编号", "trainee number"))
    document_kind: DocumentKind = Field(
        default=DocumentKind.RESIDENT_ID, json_schema_extra=_named("证件类型", "document")
    )
    document_number: Annotated[str, ENCRYPTED] = Field(
        max_length=64, json_schema_extra=_named("证件号码", "document number")
    )
    birth_date: Day | None = Field(
        default=None,
        description="Needed if the number does not contain it, as on foreigners' cards; stored encrypted",
        json_schema_extra=_named("出生日期", "birth date"),
    )
    name: PersonName = Field(json_schema_extra=_named("姓名", "name"))
    phone: Phone | None = Field(default=None, json_schema_extra=_named("手机号", "mobile phone"))
    programme: Annotated[str, Field(max_length=16), PLAIN] | None = Field(
        default=None,
        description="The programme that this training counts to; the class's if omitted",
        json_schema_extra=_named("专项编码", "programme"),
    )
    tags: list[Tag] = Field(
        default_factory=list,
        max_length=20,
        description="Cross-cutting tags (S06, S07), which are never added up",
        json_schema_extra=_named("标签", "marks"),
    )
    employment: EmploymentState | None = Field(
        default=None,
        description="Employment state at entry",
        json_schema_extra=_named("就业状态", "employment"),
    )
    groups: list[GroupEntry] = Field(
        default_factory=list,
        max_length=len(PriorityGroup),
        description="Priority groups with their evidence; only their existence leaves the registry",
        json_schema_extra=_named("重点群体", "priority groups"),
    )
    draws_pension: bool | None = Field(
        default=None,
        strict=True,
        description="Whether the trainee draws a monthly pension; `false` admits trainees above the age limit",
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
    PLAIN,
]


class FiledRowRequest(RosterRowRequest):
    """One trainee of any of the institution's classes."""

    class_: ClassNumber = Field(alias="class")


class FileRowRequest(RosterRowRequest):
    """One trainee from a file, which may be posted for one class."""

    class_: ClassNumber | None = Field(default=None, alias="class")


ROSTER_ROW: Final = TypeAdapter(RosterRowRequest)
FILED_ROW: Final = TypeAdapter(FiledRowRequest)
FILE_ROW: Final = TypeAdapter(FileRowRequest)
_ADAPTERS: Final[Mapping[type[RosterRowRequest], TypeAdapter[Any]]] = {
    RosterRowRequest: ROSTER_ROW,
    FiledRowRequest: FILED_ROW,
}


def read_rows(form: type[RosterRowRequest], posted: Posted) -> tuple[list[RosterRow], list[RowOutcome]]:
    """The posted rows in order, with their form errors; and refusals of rows that cannot be read at all."""
    parsed, refused = parse_posted(_ADAPTERS[form], posted, in_words=partial(in_words, table=ROSTER))
    rows = [roster_row(place, row) for place, row in parsed]
    return with_partial_rows(rows, refused, dict(posted.rows) if refused else {}, form=form)


def with_partial_rows(
    rows: list[RosterRow],
    refused: Sequence[RowOutcome],
    contents: Mapping[int, object],
    *,
    form: type[RosterRowRequest],
) -> tuple[list[RosterRow], list[RowOutcome]]:
    """`rows` together with the readable parts of those `refused` for their form, in order; and the remaining refusals.

    `contents` are the refused rows by position.
    """
    unreadable = []
    for outcome in refused:
        content = read_partially(form, contents.get(outcome.row))
        if content is None or not isinstance(outcome.refusal, MalformedRow):
            unreadable.append(outcome)
        else:
            unread = {str(error.get("pointer", "")) for error in outcome.refusal.errors}
            rows.append(roster_row(outcome.row, content).flawed(outcome.refusal, unread))
    if len(unreadable) < len(refused):
        rows.sort(key=lambda row: row.row)
    return rows, unreadable


def roster_row(place: int, row: RosterRowRequest) -> RosterRow:
    """The row as the use case expects it. Fields of a partially read `row` may be None."""
    class_: str | None = getattr(row, "class_", None)
    return RosterRow(
        place, row.local_id, row.document_kind, row.document_number, row.name, row.phone,
        None, class_, row.programme, tuple(row.tags or ()), _at_entry(row),
    )  # fmt: skip


def _at_entry(row: RosterRowRequest) -> EntryParticulars:
    consent = row.consent
    said = (row.employment, row.draws_pension, row.birth_date, consent)
    if not row.groups and all(each is None for each in said):
        return NO_PARTICULARS
    return EntryParticulars(
        row.employment,
        tuple(_evidence(each) for each in row.groups or ()),
        row.draws_pension,
        None if consent is None else consent.on,
        None if consent is None else consent.version,
        birth_date=row.birth_date,
    )


def _evidence(group: GroupEntry | None) -> GroupEvidence:
    return (
        GroupEvidence(None, None, None) if group is None else GroupEvidence(group.group, group.evidence, group.dated_on)
    )
