"""The forms of results, the same for JSON and spreadsheets."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, TypeAdapter, WithJsonSchema, model_validator

from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.rules.results import Correction, ResultRow
from services.assessment.standards.rules import Part
from shared.form_errors import form_error
from shared.forms import PLAIN, LocalId, Reason, Strict

ABSENT: Final = "absent"
CHEATED: Final = "cheated"
_PARTS: Final = ("theory", "skills", "review")


def _not_a_truth(value: object) -> object:
    if isinstance(value, bool):
        raise form_error("value_error", "A mark is a number", "分数应为数字。")
    return value


Mark = Annotated[
    Decimal,
    # The limits stand next to their type: behind another validator, pydantic checks them in Python.
    Field(ge=0, le=100, decimal_places=1, description="Points out of 100, with one decimal place at most"),
    BeforeValidator(_not_a_truth),
    # Digits as text are accepted as well; the description shows what to send.
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.1, "examples": [88.5]}),
]
Note = Annotated[str, Field(min_length=2, max_length=500, description="What was found"), PLAIN]


def _tenths(mark: Decimal | None) -> int | None:
    return None if mark is None else int(mark * 10)


class ResultForm(Strict):
    """What both a first result and a correction say."""

    theory: Mark | None = None
    skills: Mark | None = None
    review: Mark | None = Field(default=None, description="The comprehensive review: technicians (L5, L6) only")
    absent: bool = Field(default=False, description="Absent from every part that has no mark")
    absent_from: Annotated[
        tuple[Part, ...], Field(max_length=3, description="Absent from these parts, of those held so far")
    ] = ()
    cheated: bool = Field(default=False, description="The candidate has failed; `note` says what was found")
    note: Note | None = None

    @model_validator(mode="after")
    def _of_one_kind(self) -> ResultForm:
        if any(getattr(self, part.value) is not None for part in self.absent_from):
            raise form_error("value_error", "A part has a mark or an absence", "同一科目不能既有分数又为缺考。")
        if self.cheated and not self.note:
            raise form_error("value_error", "Say in `note` what was found", "认定作弊的，请在 note 中写明情况。")
        if self.note and not self.cheated:
            raise form_error("value_error", "A note belongs to cheated: true", "note 仅在 cheated 为 true 时填写。")
        return self

    @property
    def _has_marks(self) -> bool:
        return (self.theory, self.skills, self.review) != (None, None, None)

    def _marks(self) -> Marks | None:
        if not self._has_marks:
            return None
        return Marks(_tenths(self.theory), _tenths(self.skills), _tenths(self.review))

    def _missed(self) -> tuple[str, ...]:
        return tuple(part for part in _PARTS if part in self.absent_from)


class ResultRowRequest(ResultForm):
    """The result of one candidate: marks of all parts or some, `absent: true`, or `cheated: true`.

    What is left out can be posted later. What was posted before is the same, or the row is refused.
    """

    local_id: LocalId

    @model_validator(mode="after")
    def _is_said(self) -> ResultRowRequest:
        parts = self._has_marks or bool(self.absent_from)
        if self.absent and parts:
            raise form_error("value_error", "An absent candidate has no marks", "缺考的考生不能填写分数。")
        if self.cheated and (parts or self.absent):
            raise form_error("value_error", "Who cheated has no marks here", "认定作弊的，本行不能填写分数或缺考。")
        if not (parts or self.absent or self.cheated):
            raise form_error(
                "value_error",
                "Enter a mark, absent: true or cheated: true",
                "请填写至少一科分数；缺考填写 absent: true，作弊填写 cheated: true。",
            )
        return self

    def row(self, place: int) -> ResultRow:
        return ResultRow(place, self.local_id, self._marks(), self._missed(), self.cheated, self.note)


class WholeResultForm(ResultForm):
    """The whole result as it is to be. Parts that were passed in an earlier exam are left out."""

    unexamined: Annotated[
        tuple[Part, ...],
        Field(max_length=3, description="Parts whose mark was another person's: they are open again"),
    ] = ()

    @model_validator(mode="after")
    def _is_said(self) -> WholeResultForm:
        if not (self._has_marks or self.absent or self.absent_from or self.cheated or self.unexamined):
            raise form_error("value_error", "Say what the result is to be", "请填写更正后的成绩。")
        return self

    def correction(self) -> Correction:
        unexamined = tuple(part for part in _PARTS if part in self.unexamined)
        return Correction(self._marks(), self._missed(), self.absent, self.cheated, self.note, unexamined)


class CorrectionRequest(WholeResultForm):
    """The whole result as it is to be, and why. Parts that were passed in an earlier exam are left out."""

    reason: Reason


class FileRowRequest(ResultRowRequest):
    """A row of a file, which names its session, and may say absent or cheated in the place of a mark."""

    session_local_id: LocalId | None = None

    @model_validator(mode="before")
    @classmethod
    def _in_words(cls, said: Any) -> Any:
        if not isinstance(said, dict):
            return said
        words = {part: said[part] for part in _PARTS if said.get(part) in (ABSENT, CHEATED)}
        if not words:
            return said
        rest = {name: value for name, value in said.items() if name not in words}
        if CHEATED in words.values():
            return {"cheated": True, **{name: value for name, value in rest.items() if name not in _PARTS}}
        return rest | {"absent_from": list(words)}


RESULT_ROW: Final = TypeAdapter(ResultRowRequest)
FILE_ROW: Final = TypeAdapter(FileRowRequest)
