"""Whether those who are seated already could be enrolled in a class: what its roster would have been asked (C01)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.ages import require_age
from services.registry.enrolments.rules.trainees import AtEntry, require_complete
from services.registry.plan.rules.policy import Policy
from shared.kernel.identity import DocumentKind
from shared.kernel.refusals import Conflict, Refusal

_NAMED_MAX: Final = 20


class TraineesUnfit(Conflict):
    """Facts: `trainees`, how many; `local_ids` of the first twenty of them."""

    slug = "trainees-unfit"
    title_en = "Trainees of the class could not be enrolled in it as it would become: by age, or by what is missing."
    title_zh = "按变更后的情况，部分学员不符合本班入学条件（年龄不符或填报内容不全）。"
    cure_en = (
        "Correct the entry of these trainees ({trainees} in all), withdraw or transfer them, then try again: "
        "{local_ids}."
    )
    cure_zh = "请先补正以下学员（共 {trainees} 名）的报名内容，或为其办理退学、转班，再重新提交：{local_ids}。"
    check = "C01"


class Trainee(NamedTuple):
    """Somebody who has a seat: what their document and their entry say. Never printed."""

    local_id: str
    document_kind: DocumentKind
    document_number: str
    phone: str | None
    said: AtEntry


def require_fit(trainee: Trainee, class_: TrainingClass, policy: Policy) -> None:
    """Raises AgeOutOfRange (C01), TraineeIncomplete."""
    require_age(trainee.document_kind, trainee.document_number, trainee.said, class_=class_, policy=policy)
    require_complete(trainee.phone, trainee.said, kind=trainee.document_kind, class_=class_, policy=policy)


def require_all_fit(trainees: Iterable[Trainee], class_: TrainingClass, policy: Policy) -> None:
    """All `trainees` could be enrolled in `class_`. Raises TraineesUnfit (C01)."""
    unfit = [each.local_id for each in trainees if not _fits(each, class_, policy)]
    if unfit:
        raise TraineesUnfit(trainees=len(unfit), local_ids=sorted(unfit)[:_NAMED_MAX])


def _fits(trainee: Trainee, class_: TrainingClass, policy: Policy) -> bool:
    try:
        require_fit(trainee, class_, policy)
    except Refusal:
        return False
    return True
