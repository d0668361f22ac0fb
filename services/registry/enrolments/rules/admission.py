"""Whether enrolled trainees meet the entry conditions of a class: its new one after a change or a transfer (C01)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.ages import age_fault
from services.registry.enrolments.rules.trainees import EntryParticulars, missing_fault
from services.registry.plan.rules.policy import Policy
from shared.kernel.identity import DocumentKind, IdentityDocument
from shared.kernel.refusals import Conflict, Refusal

_NAMED_MAX: Final = 20


class TraineesUnfit(Conflict):
    """Facts: `trainees`, how many; `local_ids` of the first twenty of them."""

    slug = "trainees-unfit"
    title_en = (
        "After this change, some trainees would not meet the conditions of the class: their age or missing particulars."
    )
    title_zh = "按变更后的情况，部分学员不符合本班入学条件（年龄不符或填报内容不全）。"
    cure_en = (
        "Correct the entries of these trainees ({trainees} in all), or withdraw or transfer them, then try again: "
        "{local_ids}."
    )
    cure_zh = "请先补正以下学员（共 {trainees} 名）的报名内容，或为其办理退学、转班，再重新提交：{local_ids}。"
    check = "C01"


class Trainee(NamedTuple):
    """An enrolled trainee: their document and what was stated at entry. Never printed."""

    local_id: str
    document_kind: DocumentKind
    document_number: str
    phone: str | None
    said: EntryParticulars


def faults(trainee: Trainee, class_: TrainingClass, policy: Policy) -> list[Refusal]:
    """The entry conditions of `class_` that the trainee does not meet: age (C01) and missing particulars."""
    kind, said = trainee.document_kind, trainee.said
    shown = IdentityDocument(kind, trainee.document_number).birth_date
    found = (
        age_fault(shown, said, class_=class_, policy=policy),
        missing_fault(trainee.phone, said, kind=kind, class_=class_, policy=policy),
    )
    return [fault for fault in found if fault is not None]


def require_all_fit(trainees: Iterable[Trainee], class_: TrainingClass, policy: Policy) -> None:
    """Raises TraineesUnfit (C01) unless all `trainees` meet the entry conditions of `class_`."""
    unfit = [each.local_id for each in trainees if faults(each, class_, policy)]
    if unfit:
        raise TraineesUnfit(trainees=len(unfit), local_ids=sorted(unfit)[:_NAMED_MAX])
