"""What a line was decided by: the facts, and the rows of amounts and limits. With both, it can be decided again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from msgspec import convert, to_builtins

from services.subsidy.claims.rules.checks import Check, LineFacts, judge
from services.subsidy.claims.rules.held import HeldSubsidy, own_subsidy
from services.subsidy.limits.rules import terms_of
from services.subsidy.policy.rules import PolicyRow
from shared.dated_rules.figures import FigureRow
from shared.dated_rules.rules import Grounds
from shared.kernel.money import Fen

_OF_OTHERS: Final[Mapping[Check | None, Callable[[HeldSubsidy, HeldSubsidy], bool]]] = {
    Check.ALREADY_CLAIMED: HeldSubsidy.bars,
    Check.HIGHER_LEVEL_CLAIMED: HeldSubsidy.is_above,
    Check.CAP_USED_UP: HeldSubsidy.shares_year,
}
"""Which of a person's other subsidies count against a line."""


def of(facts: LineFacts, rows: Grounds, *, decided_at: datetime) -> dict[str, Any]:
    """As JSON: the facts of the line as they were known then, and the rows that amount and limits come from."""
    stored: dict[str, Any] = to_builtins(facts)
    return {"facts": stored, "decided_at": decided_at.isoformat(), **rows.as_json()}


def decide_again(
    stored: Mapping[str, Any], amounts: Mapping[str, PolicyRow], limits: Mapping[str, FigureRow]
) -> Fen | Check:
    """The amount or refusal by what was `stored`, with the figures of the rows that it names, by their ids."""
    return judge(facts_of(stored, amounts, limits))


def facts_of(stored: Mapping[str, Any], amounts: Mapping[str, PolicyRow], limits: Mapping[str, FigureRow]) -> LineFacts:
    """The facts that were `stored`, with the figures of the rows that it names, by their ids."""
    named = [each["row"] for each in stored["rows"]]
    rate = next((amounts[row].amount_fen for row in named if row in amounts), None)
    of_claim = {limits[row].key: limits[row] for row in named if row in limits}
    claimed_on = date.fromisoformat(stored["facts"]["claimed_on"])
    terms = terms_of(of_claim, day=claimed_on)
    return convert(stored["facts"] | {"rate": rate, "terms": to_builtins(terms)}, LineFacts)


def holders(refusal: Check | None, stored: Mapping[str, Any] | None) -> list[HeldSubsidy]:
    """The subsidies, by other claims, for which a line was refused, as far as it was `stored` who holds them."""
    if stored is None or refusal not in _OF_OTHERS:
        return []
    facts = convert(stored["facts"], LineFacts)
    own = own_subsidy(facts.kind, facts.occupation, facts.award, facts.starts_on)
    return [each for each in facts.held if each.claim_id is not None and _OF_OTHERS[refusal](each, own)]
