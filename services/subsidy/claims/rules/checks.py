"""The checks of a line: rules and texts, and which of them each kind of subsidy has to pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from services.subsidy.claims.rules.held import HeldSubsidy, own_subsidy
from services.subsidy.exams.rules import CertificateWay
from services.subsidy.kinds.rules import KINDS
from services.subsidy.limits.rules import Terms
from services.subsidy.trainings.rules import Outcome
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.awards import Award
from shared.kernel.money import Fen
from shared.kernel.periods import months_after

_NOTHING: Final = Fen(0)


class Check(StrEnum):
    """The code of the check that refused a line, in the order in which they are applied.

    Source: domain rules §4.6, traps 8 and 9. Those with a word for a code have no number there.
    """

    WITHDRAWN = "WITHDRAWN"
    TRANSFERRED = "TRANSFERRED"
    NOT_COMPLETED = "C14"
    NOT_ENTITLED = "C21"
    NO_DAYS = "DAYS"
    NOT_INSURED = "C22"
    FLAGGED = "FLAGGED"
    OBJECTED = "OBJECTION"
    NO_CERTIFICATE = "C12"
    FEE_CHARGED = "C26"
    WINDOW_PASSED = "C13"
    ALREADY_CLAIMED = "C09"
    HIGHER_LEVEL_CLAIMED = "C10"
    CAP_USED_UP = "C11"
    NO_POLICY = "POLICY"
    NO_SHARE = "SHARE"
    ADVANCED = "ADVANCE"
    CANCELLED = "CANCELLED"
    REKEYED = "REKEYED"
    """Not asked when lines are built: it stops approved lines whose training turned out to be another human's."""
    NOT_KEPT = "OFFSET"
    """Not asked either: a paid line is owed again, because what it owed could not be kept from another payment."""

    @property
    def words(self) -> Words:
        """The title and cure of the check."""
        return _WORDS[self]


class Words(NamedTuple):
    title_en: str
    title_zh: str
    cure_en: str
    cure_zh: str


_WORDS: Final = {
    Check.WITHDRAWN: Words(
        "The trainee withdrew from the class.",
        "学员已退学。",
        "Nothing can be claimed for this trainee.",
        "该学员不能申领。",
    ),
    Check.TRANSFERRED: Words(
        "The trainee was transferred to another class.",
        "学员已转入其他班级。",
        "Claim for this trainee with the class in which the training ended.",
        "请随学员结业的班级申领。",
    ),
    Check.NOT_COMPLETED: Words(
        "The training was not completed: too few hours, or interrupted and not resumed.",
        "培训未完成：学时不足，或休学后未复学。",
        "If the hours are wrong, correct them in the registry, then rebuild the claim.",
        "若学时登记有误，请先在登记服务中更正，再重新生成申领。",
    ),
    Check.NOT_ENTITLED: Words(
        "The trainee is in no group that is paid a living allowance, or the evidence is dated after the class began.",
        "该学员不属于可享受生活费补贴的群体，或身份证明的日期晚于开班之日。",
        "If the group or its evidence was entered wrongly, correct it in the registry, then rebuild the claim.",
        "群体或证明材料登记有误的，请先在登记服务中更正，再重新生成申领。",
    ),
    Check.NO_DAYS: Words(
        "No day of the class has attendance that counts for this trainee.",
        "该学员没有可计发生活费补贴的出勤日。",
        "If attendance is missing, record it in the registry, then rebuild the claim.",
        "出勤有遗漏的，请先在登记服务中补录，再重新生成申领。",
    ),
    Check.NOT_INSURED: Words(
        "No list of the insurance shows that the person was insured for as many months as the policy asks for.",
        "失业保险名单未显示该人员的参保月数达到规定。",
        "Once a list that shows it was posted, rebuild the claim.",
        "参保名单导入后，请重新生成申领。",
    ),
    Check.FLAGGED: Words(
        "An officer confirmed a flag about this person.",
        "该学员涉及的预警已被认定属实。",
        "Nothing can be claimed for this trainee. The flag and its reason are in the registry.",
        "该学员不能申领；预警及处理理由见登记服务。",
    ),
    Check.OBJECTED: Words(
        "A reviewer confirmed an objection to this line after the claim was made public.",
        "公示期间（后）对该明细的异议经核查属实。",
        "Nothing can be claimed for this trainee, unless an appeal against that decision is granted.",
        "该学员不能申领；对该决定不服的，机构可以申诉。",
    ),
    Check.NO_CERTIFICATE: Words(
        "Nothing shows the award: no valid certificate of the occupation and award, for a training dated since the "
        "class began, or, where it leads to a licence, no licence that an officer has confirmed.",
        "没有相应职业（工种）和等级（证书种类）的有效证书（培训补贴须为开班之后取得）；操作证尚未登记或未经主管部门确认。",
        "Once the certificate is issued, or the licence is confirmed, rebuild the claim.",
        "取得证书或操作证经确认后，请重新生成申领。",
    ),
    Check.FEE_CHARGED: Words(
        "The candidates of this exam were charged a fee.",
        "本次评价已向考生收费。",
        "A body is paid for assessing free of charge. If the fee was stated by mistake, state it again in assessment, "
        "then rebuild the claim.",
        "评价补贴仅补贴免费评价。收费信息有误的，请在评价服务中重新申报后再生成申领。",
    ),
    Check.WINDOW_PASSED: Words(
        "The certificate or licence was issued, or the training completed, too long before the claim.",
        "证书（操作证）签发或培训合格日期距申领已超过规定期限。",
        "Nothing can be claimed for this trainee. Claim within the time limit next time.",
        "该学员不能再申领；今后请在期限内申领。",
    ),
    Check.ALREADY_CLAIMED: Words(
        "Another claim holds the subsidy for this person, occupation and award.",
        "该人员同一职业（工种）同一等级（证书种类）的补贴已由其他申领占用。",
        "It is paid only once, and for the renewal of a licence once in three years. It can be claimed again if that "
        "claim is withdrawn, expires or is rejected, or if its money is recovered; `held_by` says whose it is and "
        "until when.",
        "同一人员同职业同等级（证书种类）只补贴一次，操作证复审换证三年一次；该申领撤回、逾期失效、被驳回或追回后方可再次申领"
        "（见 `held_by` 所列机构与期限）。",
    ),
    Check.HIGHER_LEVEL_CLAIMED: Words(
        "A higher level of the same occupation has already been claimed for this person.",
        "该人员同一职业（工种）已申领更高等级的补贴。",
        "A lower level is not paid after a higher one. Awards without a level are neither higher nor lower.",
        "已享受高等级补贴的，不再补贴低等级；不分等级的证书之间不比较高低。",
    ),
    Check.CAP_USED_UP: Words(
        "The person has reached the maximum of subsidised trainings for the calendar year.",
        "该人员本年度补贴性培训次数已用完。",
        "Nothing can be claimed for this training.",
        "本次培训不能申领。",
    ),
    Check.NO_POLICY: Words(
        "No policy sets an amount for this award on the first day of the class, or of the exam's first issue.",
        "开班之日（评价补贴为首次发证之日）没有适用于该等级（证书种类）的补贴标准。",
        "Ask the province to add the policy row for that day, then rebuild the claim.",
        "请联系省级补录当日适用的补贴标准，然后重新生成申领。",
    ),
    Check.NO_SHARE: Words(
        "The class was filed with a fee of which the government pays nothing.",
        "该班报备的收费中政府分担为零。",
        "Nothing can be claimed for this class: its subsidy is never more than the share that was filed.",
        "本班不能申领：补贴不超过报备的政府分担金额。",
    ),
    Check.ADVANCED: Words(
        "What was advanced for this apprentice is as much as is due, or more.",
        "该学徒已预拨的金额不低于应付金额。",
        "Nothing more is paid. What was advanced beyond the amount due is recovered from the claim for the advance.",
        "不再支付；多预拨的部分从预拨申领中追回。",
    ),
    Check.CANCELLED: Words(
        "The project was cancelled.",
        "项目已取消。",
        "Nothing is paid of its grant any more. If it was cancelled by mistake, two officers reinstate the project.",
        "不再拨付该项目的资助；误取消的，由两名工作人员恢复该项目。",
    ),
    Check.REKEYED: Words(
        "After the approval, the training turned out to be another person's.",
        "批准后该培训经更正属于其他人员。",
        "Claim for the person who was trained with a further claim for the class.",
        "请就本班另行申领，补贴实际参训人员。",
    ),
    Check.NOT_KEPT: Words(
        "What this line owed was to be kept from the payment of another claim, which comes to less by now.",
        "应退的补贴原定从另一申领的付款中抵扣，该申领的金额现已减少，未能抵扣。",
        "Recover it, or keep it from another payment; `held_by` is the claim from which it could not be kept.",
        "请追回该款，或改从其他付款中抵扣；`held_by` 为未能抵扣的申领。",
    ),
}


@dataclass(frozen=True, slots=True)
class LineFacts:
    """The facts that decide one line."""

    outcome: Outcome | None
    """The outcome of the training; None where the line is not for one."""
    flagged: bool
    """Whether a flag about the person that holds claims was upheld."""
    occupation: str
    award: Award
    starts_on: date
    evidenced_on: date | None
    """The day of what shows the award, on or after `starts_on`: the latest issue of a valid certificate or licence, or
    the completion where that is enough; in a claim for an exam the issue of the certificate itself, while it is valid.
    """
    claimed_on: date
    """The business day of the claim."""
    held: tuple[HeldSubsidy, ...]
    """The person's other subsidies, for any class."""
    rate: Fen | None
    """The policy's amount for the award on the class's first day; None if there is none."""
    terms: Terms
    """The limits on the day of the claim."""
    objected: bool = False
    """Whether an objection to the trainee's line, in a claim for this class, was confirmed."""
    share: Fen | None = None
    """The government's share of the fee, as the class was filed; None if no fee was filed."""
    kind: SubsidyKind = SubsidyKind.TRAINING
    way: CertificateWay | None = None
    """The way to the certificate; None for a training."""
    fee: Fen | None = None
    """What the candidates of the exam were charged; None if nothing was stated."""
    units: int | None = None
    """How many of what the rate is for: days of a living allowance, years of an apprenticeship; None: one."""
    entitled: bool = False
    """Whether the trainee was in a group that is paid a living allowance, by evidence from before the class."""
    insured_months: int = 0
    """The months for which lists of the insurance show the person, until the claim."""
    spent: Fen | None = None
    """What the enterprise spent on one apprentice; None if it did not say."""
    advanced: Fen = _NOTHING
    """What was advanced for the apprentice, and did not come back."""
    granted: Fen | None = None
    """The instalment that two officers agreed on for a project; None for all that a rate is paid for."""
    cancelled: bool = False


_OF_TRAININGS: Final = frozenset({Check.WITHDRAWN, Check.TRANSFERRED, Check.NOT_COMPLETED, Check.NO_SHARE})
_OF_DAYS: Final = frozenset({Check.WITHDRAWN, Check.TRANSFERRED, Check.NOT_COMPLETED})
_OF_YEARS: Final = frozenset({Check.HIGHER_LEVEL_CLAIMED, Check.CAP_USED_UP})
_OF_EVERY_KIND: Final = frozenset({
    Check.FLAGGED, Check.OBJECTED, Check.NO_CERTIFICATE, Check.WINDOW_PASSED, Check.ALREADY_CLAIMED, Check.NO_POLICY,
})  # fmt: skip


def _in_order(checks: frozenset[Check]) -> tuple[Check, ...]:
    return tuple(check for check in Check if check in checks)


CHECKS: Final[Mapping[SubsidyKind, tuple[Check, ...]]] = {
    SubsidyKind.TRAINING: _in_order(_OF_EVERY_KIND | _OF_TRAININGS | _OF_YEARS),
    SubsidyKind.ASSESSMENT: _in_order(_OF_EVERY_KIND | {Check.FEE_CHARGED}),
    SubsidyKind.SKILL_UPGRADE: _in_order(_OF_EVERY_KIND | _OF_YEARS | {Check.NOT_INSURED}),
    SubsidyKind.LIVING: _in_order(
        _OF_EVERY_KIND - {Check.NO_CERTIFICATE} | _OF_DAYS | {Check.NOT_ENTITLED, Check.NO_DAYS}
    ),
    SubsidyKind.APPRENTICESHIP_ADVANCE: _in_order(
        _OF_EVERY_KIND - {Check.NO_CERTIFICATE, Check.WINDOW_PASSED} | _OF_TRAININGS | {Check.HIGHER_LEVEL_CLAIMED}
    ),
    SubsidyKind.APPRENTICESHIP: _in_order(
        _OF_EVERY_KIND | _OF_TRAININGS | {Check.HIGHER_LEVEL_CLAIMED, Check.ADVANCED}
    ),
    SubsidyKind.PROJECT_GRANT: _in_order(frozenset({Check.OBJECTED, Check.CANCELLED})),
}
"""The checks that a line of each kind has to pass, in their order. A person is assessed once for an occupation and
award, whatever else was paid: a lower level after a higher one, or several in a year, are no matter of the body. A
living allowance is for the days, whatever was shown at their end. A grant rests on what two officers agreed on.
"""


def judge(facts: LineFacts) -> Fen | Check:
    """The line's amount, or the first check that refuses it. Source: domain rules §4.3, §4.4, §4.6.

    A subsidy is held from the moment the line exists, not from the payment: otherwise two claims could both pass.
    """
    refused = next((check for check in CHECKS[facts.kind] if refuses(check, facts)), None)
    return _amount(facts) if refused is None else refused


def _amount(facts: LineFacts) -> Fen:
    """The policy's amount: for a direct recognition the share of it, and no more than the government's share of the
    filed fee. Of an apprenticeship a share is paid in advance, at its end what was spent at most, less the advance.
    Source: domain rules §3.4, §4.2, §4.4. A part of a fen is not paid.
    """
    if facts.granted is not None:
        return facts.granted
    assert facts.rate is not None, "no line without a policy's amount comes this far"
    amount = facts.rate if facts.units is None else Fen(facts.rate * facts.units)
    if facts.way is CertificateWay.RECOGNITION:
        amount = _share_of(amount, facts.terms.claim_recognition_share)
    if facts.share is not None:
        amount = min(amount, facts.share)
    if facts.kind is SubsidyKind.APPRENTICESHIP_ADVANCE:
        return _share_of(amount, facts.terms.claim_advance_share)
    if facts.spent is not None:
        amount = min(amount, facts.spent)
    return Fen(amount - facts.advanced)


def _share_of(amount: Fen, share: Decimal) -> Fen:
    return Fen(int((amount * share).to_integral_value(ROUND_DOWN)))


def refuses(check: Check, facts: LineFacts) -> bool:
    """Whether the check would refuse the line, if none before it did."""
    return _REFUSES[check](facts)


def _own(facts: LineFacts) -> HeldSubsidy:
    return own_subsidy(facts.kind, facts.occupation, facts.award, facts.starts_on)


def _too_late(facts: LineFacts) -> bool:
    evidenced_on = facts.evidenced_on
    return evidenced_on is not None and facts.claimed_on > months_after(evidenced_on, facts.terms.claim_window_months)


def _used_up(facts: LineFacts) -> bool:
    used = sum(held.shares_year(_own(facts)) for held in facts.held)
    return used >= in_year_max(facts.kind, facts.terms)


def in_year_max(kind: SubsidyKind, terms: Terms) -> int:
    """How many subsidies of `kind` a person can have in a calendar year; 0 where that is not limited."""
    limit = KINDS[kind].a_year_max
    return 0 if limit is None else int(getattr(terms, limit))


def _not_completed(facts: LineFacts) -> bool:
    if facts.kind is SubsidyKind.APPRENTICESHIP_ADVANCE:
        return facts.outcome is Outcome.FAILED
    return facts.outcome is not Outcome.COMPLETED


_REFUSES: Final[Mapping[Check, Callable[[LineFacts], bool]]] = {
    Check.WITHDRAWN: lambda facts: facts.outcome is Outcome.WITHDRAWN,
    Check.TRANSFERRED: lambda facts: facts.outcome is Outcome.TRANSFERRED,
    Check.NOT_COMPLETED: _not_completed,
    Check.NOT_ENTITLED: lambda facts: not facts.entitled,
    Check.NO_DAYS: lambda facts: not facts.units,
    Check.NOT_INSURED: lambda facts: facts.insured_months < facts.terms.claim_insured_months_min,
    Check.FLAGGED: lambda facts: facts.flagged,
    Check.OBJECTED: lambda facts: facts.objected,
    Check.NO_CERTIFICATE: lambda facts: facts.evidenced_on is None or facts.evidenced_on < facts.starts_on,
    Check.FEE_CHARGED: lambda facts: bool(facts.fee),
    Check.WINDOW_PASSED: _too_late,
    Check.ALREADY_CLAIMED: lambda facts: any(held.bars(_own(facts)) for held in facts.held),
    Check.HIGHER_LEVEL_CLAIMED: lambda facts: any(held.is_above(_own(facts)) for held in facts.held),
    Check.CAP_USED_UP: _used_up,
    Check.NO_POLICY: lambda facts: facts.rate is None,
    Check.NO_SHARE: lambda facts: facts.share == 0,
    Check.ADVANCED: lambda facts: _amount(facts) <= 0,
    Check.CANCELLED: lambda facts: facts.cancelled,
    Check.REKEYED: lambda _: False,
    Check.NOT_KEPT: lambda _: False,
}
