"""What holds a claim until it is settled: flags, matches with lists and patterns; and what a claim waits for.

What the national query network does not find holds in the same way, and only the lines that rest on it.

An open flag holds the claim until its county settles it. An upheld one holds it for good: what was confirmed is not
paid. A dismissed one holds nothing. Source: domain rules §4.6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from shared.kernel.refusals import Conflict


class HoldStatus(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Verdict(StrEnum):
    """What an officer says of something that was found, which holds until then."""

    UPHOLD = "uphold"
    """It is so, and nothing is paid."""
    DISMISS = "dismiss"
    """It is another person, there is a good reason for it, or it has nothing to do with what is paid."""


MOVES: Final[Mapping[HoldStatus, Mapping[Verdict, HoldStatus]]] = {
    HoldStatus.OPEN: {Verdict.UPHOLD: HoldStatus.UPHELD, Verdict.DISMISS: HoldStatus.DISMISSED},
    # What was found by mistake is found again, by whoever has a reason for it.
    HoldStatus.UPHELD: {Verdict.DISMISS: HoldStatus.DISMISSED},
    HoldStatus.DISMISSED: {Verdict.UPHOLD: HoldStatus.UPHELD},
}


class ListKind(StrEnum):
    """What a list says of the people on it. Source: domain rules §4.6, C07, C08, C09, C22."""

    DEATH = "death"
    PRISON = "prison"
    ABROAD = "abroad"
    PAYROLL = "payroll"
    PENSION = "pension"
    IN_SCHOOL = "in_school"
    NOT_INSURED = "not_insured"
    """Without a contract or insurance at the enterprise whose staff was trained."""
    OTHER_SUBSIDY = "other_subsidy"
    """Paid for the same by another fund, or another province."""
    INSURED = "insured"
    """Insured in the months of the period: it holds nothing, and is what a skill upgrade rests on."""


OF_EVERY_KIND: Final = frozenset({ListKind.DEATH, ListKind.PRISON, ListKind.ABROAD})
"""The lists that concern an assessment as well: who was there cannot have been. The others ask who may be trained at
public expense; a student or a pensioner may be assessed.
"""


class FlagSubject(StrEnum):
    """What a flag is about, as far as a claim is concerned."""

    TRAINEE = "trainee"
    CLASS = "class"
    INSTITUTION = "institution"
    CERTIFICATE = "certificate"


class Cure(NamedTuple):
    """What ends the hold of a flag."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag that holds claims, as it was received.

    It is about the most precise of enrolment, class, person and institution that it names.
    """

    id: UUID
    check: str
    kind: str
    institution_id: UUID | None
    class_id: UUID | None
    enrolment_id: UUID | None
    person: UUID | None
    region: str
    """The region whose officers settle it."""
    reporting_region: str
    status: HoldStatus
    certificate_id: UUID | None = None
    """A certificate that the national query network does not find: it holds the lines that rest on it."""

    @property
    def about(self) -> FlagSubject:
        if self.certificate_id is not None:
            return FlagSubject.CERTIFICATE
        if self.enrolment_id is not None or (self.class_id is None and self.person is not None):
            return FlagSubject.TRAINEE
        return FlagSubject.INSTITUTION if self.class_id is None else FlagSubject.CLASS

    def cure(self, *, is_paid: bool) -> Cure:
        """What has to happen to a claim that it is about, paid or not."""
        if self.about is FlagSubject.CERTIFICATE:
            return Cure(
                "The national query network does not find the certificate. The province exports it again; the hold "
                "ends by itself once it is found.",
                "全国联网查询系统查不到该证书。由省级重新上报，查到后自动解除。",
            )
        if self.status is HoldStatus.OPEN and self.kind in set(ListKind):
            return Cure(
                "A reviewer decides on the match with the list of another authority; until then the claim waits.",
                "由审核人员核定外部名单的比对结果，核定前暂缓办理。",
            )
        if self.status is HoldStatus.OPEN:
            return Cure(
                f"Officers of {self.region} settle the flag; until then the claim waits.",
                f"由 {self.region} 的工作人员处理该预警，处理完毕前暂缓办理。",
            )
        if is_paid:
            return Cure(
                "The flag was confirmed after the payment. Propose to recover the lines that it is about.",
                "付款后该预警被认定属实。请对所涉明细提出追回。",
            )
        if self.about is FlagSubject.TRAINEE:
            return Cure(
                "The flag was confirmed. Return the claim; rebuilt, it pays nothing for this trainee.",
                "该预警已认定属实。请退回申领，重新生成后不再补贴该学员。",
            )
        return Cure(
            "The flag was confirmed, so nothing is paid for this class or exam. Reject the claim.",
            "该预警已认定属实，该班级或考试不予补贴。请驳回申领。",
        )

    @property
    def shown(self) -> dict[str, str]:
        """What a refusal may say of it: nothing about a person."""
        return {
            "flag_id": str(self.id),
            "check": self.check,
            "kind": self.kind,
            "about": self.about.value,
            "region": self.region,
            "status": self.status.value,
        }


class FlagsOpen(Conflict):
    """Facts: `flags`, each with its id, check, kind, status, what it is about, and `region`, whose officers settle it;
    `regions`, all of these.
    """

    slug = "flags-open"
    title_en = "The claim waits for flags that are not settled yet."
    title_zh = "该申领涉及的预警尚未处理完毕。"
    cure_en = (
        "Ask the officers of {regions} to settle the flags, or a reviewer to decide on matches with external lists and "
        "on patterns across institutions; then repeat this step."
    )
    cure_zh = "请由 {regions} 的工作人员处理完预警；属外部名单比对或跨机构线索的，由审核人员核定后再办理。"
    reference = "GET /v1/flags"


class FlagsUpheld(Conflict):
    """Facts: `flags`, as in FlagsOpen; all of them are upheld."""

    slug = "flags-upheld"
    title_en = "An officer confirmed irregularities in this claim, so it cannot be paid as it is."
    title_zh = "该申领涉及的预警已被认定属实，不能按现状办理。"
    cure_en = (
        "Return the claim if the flags are about single trainees: rebuilt, it pays nothing for them. Reject it if they "
        "are about the class or the institution."
    )
    cure_zh = "预警仅涉及个别学员的，请退回，由机构重新生成（该学员不再补贴）；涉及班级或机构的，请驳回申领。"
    reference = "GET /v1/flags"


def require_free(flags: Sequence[Flag]) -> None:
    """Raises FlagsOpen, FlagsUpheld if one of `flags`, the ones that hold a claim, is open or upheld."""
    open_ = [flag for flag in flags if flag.status is HoldStatus.OPEN]
    upheld = [flag for flag in flags if flag.status is HoldStatus.UPHELD]
    if open_:
        regions = sorted({flag.region for flag in open_})
        raise FlagsOpen(flags=[flag.shown for flag in [*open_, *upheld]], regions=regions)
    if upheld:
        raise FlagsUpheld(flags=[flag.shown for flag in upheld])
