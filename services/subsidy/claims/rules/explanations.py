"""Why a line was decided as it was: each check with the facts that it used, from what was stored with the decision."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from msgspec import to_builtins

from services.subsidy.claims.rules import grounds
from services.subsidy.claims.rules.checks import CHECKS, Check, judge, refuses
from services.subsidy.claims.rules.lines import Line
from services.subsidy.kinds.rules import KINDS, Basis
from services.subsidy.limits.rules import KEYS
from services.subsidy.policy.rules import PolicyRow
from shared.contracts.subsidy import SubsidyKind
from shared.dated_rules.figures import FigureRow
from shared.kernel.money import Fen


class CheckOutcome(StrEnum):
    PASSED = "passed"
    REFUSED = "refused"
    NOT_REACHED = "not_reached"
    """A check before it had refused the line."""


class UsedFact(NamedTuple):
    """A fact or a figure that a check used: its value, where it came from, and when it was known like this."""

    name: str
    value: Any
    source: str
    known_at: str | None


class ExplainedCheck(NamedTuple):
    check: Check
    outcome: CheckOutcome
    facts: list[UsedFact]


class Explanation(NamedTuple):
    """A decision made again from what was stored: its verdict, and each check in the order in which it is applied."""

    verdict: Fen | Check
    checks: list[ExplainedCheck]


_USED: Final[Mapping[Check, tuple[str, ...]]] = {
    Check.WITHDRAWN: ("outcome",),
    Check.TRANSFERRED: ("outcome",),
    Check.NOT_COMPLETED: ("outcome",),
    Check.NOT_ENTITLED: ("entitled", "starts_on"),
    Check.NO_DAYS: ("units",),
    Check.NOT_INSURED: ("insured_months", "claim.insured_months_min"),
    Check.FLAGGED: ("flagged",),
    Check.OBJECTED: ("objected",),
    Check.NO_CERTIFICATE: ("occupation", "award", "starts_on", "evidenced_on"),
    Check.FEE_CHARGED: ("fee",),
    Check.WINDOW_PASSED: ("evidenced_on", "claimed_on", "claim.window_months"),
    Check.ALREADY_CLAIMED: ("occupation", "award", "held"),
    Check.HIGHER_LEVEL_CLAIMED: ("occupation", "award", "held"),
    Check.CAP_USED_UP: ("starts_on", "held"),
    Check.NO_POLICY: ("award", "starts_on", "rate"),
    Check.NO_SHARE: ("share",),
    Check.ADVANCED: ("units", "spent", "advanced"),
    Check.CANCELLED: ("cancelled", "granted"),
}
"""What each check that is asked for a decision looks at: fields of LineFacts, or keys of limits."""
_AMOUNT_OF: Final[Mapping[SubsidyKind, tuple[str, ...]]] = {
    SubsidyKind.ASSESSMENT: ("way", "claim.recognition_share"),
    SubsidyKind.LIVING: ("units",),
    SubsidyKind.APPRENTICESHIP_ADVANCE: ("units", "claim.advance_share"),
    SubsidyKind.APPRENTICESHIP: ("units", "spent", "advanced"),
}
"""What the amount depends on besides the rate, by kind of subsidy; named with the rate."""
_SOURCES: Final = {
    "outcome": "registry: enrolments/{entry}",
    "flagged": "registry: upheld flags about enrolments/{entry}",
    "objected": "subsidy: upheld objections to lines of enrolments/{entry}",
    "occupation": "registry: classes/{source}",
    "award": "registry: classes/{source}",
    "starts_on": "registry: classes/{source}",
    "share": "registry: classes/{source}, the filed fee",
    "evidenced_on": "assessment: certificates; registry: licences, or the completion where that is enough",
    "claimed_on": "subsidy: claims/{claim}",
    "held": "subsidy: lines of other claims",
    "units": "registry: attendance/{entry}; of an apprenticeship, its years as its enterprise stated them",
    "entitled": "registry: enrolments/{entry}",
    "spent": "subsidy: what the enterprise stated for classes/{source}",
    "advanced": "subsidy: claims for advances of enrolments/{entry}",
}
_SOURCES_OF_EXAMS: Final = {
    **_SOURCES,
    "objected": "subsidy: upheld objections to lines of certificates/{entry}",
    "flagged": "registry, other authorities: upheld flags about the holder of certificates/{entry}",
    "occupation": "assessment: certificates of exam {source}",
    "award": "assessment: certificates of exam {source}",
    "starts_on": "assessment: the first issue of exam {source}",
    "evidenced_on": "assessment: certificates/{entry}",
    "way": "assessment: certificates/{entry}",
    "fee": "assessment: session-fees/{source}",
    "insured_months": "subsidy: lists of the insurance",
}
_SOURCES_OF: Final = {
    Basis.CLASS: _SOURCES,
    Basis.EXAM: _SOURCES_OF_EXAMS,
    Basis.CERTIFICATE: _SOURCES_OF_EXAMS,
    Basis.INSTALMENT: {
        "objected": "subsidy: upheld objections to instalment {entry}",
        "cancelled": "subsidy: the project of instalment {entry}",
        "granted": "subsidy: the project of instalment {entry}",
    },
}


def explain(
    line: Line,
    *,
    claim: str,
    source_id: str,
    amounts: Mapping[str, PolicyRow],
    limits: Mapping[str, FigureRow],
) -> Explanation | None:
    """The decision on `line` by its stored facts and rows. None if they were not stored."""
    stored = line.grounds
    if stored is None:
        return None
    facts = grounds.facts_of(stored, amounts, limits)
    verdict = judge(facts)
    values: dict[str, Any] = to_builtins(facts) | {"award": facts.award.code}
    decided_at = stored.get("decided_at")
    rows = {(limits[each["row"]].key if each["row"] in limits else "rate"): each["row"] for each in stored["rows"]}
    figures = {limits[row].key: limits[row].value for row in rows.values() if row in limits}

    def used(name: str) -> UsedFact:
        if name in rows or name == "rate":
            row = rows.get(name)
            entered: PolicyRow | FigureRow | None = None if row is None else limits.get(row) or amounts.get(row)
            at = None if entered is None or entered.provenance.decided_at is None else entered.provenance.decided_at
            source = "subsidy: no row" if row is None else f"subsidy: row {row}"
            return UsedFact(name, figures.get(name, values.get(name)), source, None if at is None else at.isoformat())
        if name in KEYS:
            return UsedFact(name, to_builtins(getattr(facts.terms, KEYS[name])), "subsidy: no row, the default", None)
        source = _SOURCES_OF[KINDS[facts.kind].built_from][name].format(
            entry=line.source_id, source=source_id, claim=claim
        )
        return UsedFact(name, values[name], source, decided_at)

    explained, is_refused = list[ExplainedCheck](), False
    for check in CHECKS[facts.kind]:
        names = (*_USED[check], *(_AMOUNT_OF.get(facts.kind, ()) if check is Check.NO_POLICY else ()))
        if check is Check.CAP_USED_UP:
            names = (*names, f"claim.{str(KINDS[facts.kind].a_year_max).removeprefix('claim_')}")
        outcome = CheckOutcome.NOT_REACHED
        if not is_refused:
            is_refused = refuses(check, facts)
            outcome = CheckOutcome.REFUSED if is_refused else CheckOutcome.PASSED
        explained.append(ExplainedCheck(check, outcome, [used(name) for name in names]))
    return Explanation(verdict, explained)
