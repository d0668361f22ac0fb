"""What a line was decided by: the facts, and the rows of amounts and limits. With both, it can be decided again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import convert, to_builtins

from services.subsidy.claims.rules.checks import Check, LineFacts, judge
from services.subsidy.limits.rules import terms_of
from services.subsidy.policy.rules import PolicyRow
from shared.dated_rules.figures import FigureRow
from shared.dated_rules.rules import Grounds
from shared.kernel.money import Fen


def of(facts: LineFacts, rows: Grounds) -> dict[str, Any]:
    """As JSON: the facts of the line, and the rows that amount and limits come from."""
    stored: dict[str, Any] = to_builtins(facts)
    return {"facts": stored, **rows.as_json()}


def decide_again(
    stored: Mapping[str, Any], amounts: Mapping[str, PolicyRow], limits: Mapping[str, FigureRow]
) -> Fen | Check:
    """The amount or refusal by what was `stored`, with the figures of the rows that it names, by their ids."""
    named = [each["row"] for each in stored["rows"]]
    rate = next((amounts[row].amount_fen for row in named if row in amounts), None)
    of_claim = {limits[row].key: limits[row] for row in named if row in limits}
    claimed_on = date.fromisoformat(stored["facts"]["claimed_on"])
    terms = terms_of(of_claim, day=claimed_on)
    return judge(convert(stored["facts"] | {"rate": rate, "terms": to_builtins(terms)}, LineFacts))
