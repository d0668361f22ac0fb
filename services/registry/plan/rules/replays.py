"""A decision made again by the rules as they were known when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.registry.plan.rules.rulebook import Rulebook
from shared.dated_rules.rules import Grounds
from shared.kernel.refusals import Conflict, Refusal


class NotReplayable(Conflict):
    slug = "step-not-replayable"
    title_en = "This step cannot be decided again."
    title_zh = "该步骤无法重新推演。"
    cure_en = (
        "Choose a filing, a filing after a return, an approval or an outcome for which the history shows its grounds."
    )
    cure_zh = "请选择历史中载有依据的报备、重新报备、批准或结业结果步骤。"


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What a decision goes by, found again: `rulebook` is what was known then, `kept` what the history says.

    `refusal` is why it would not be made; `same_result` is whether the result is that of the history.
    """

    rulebook: Rulebook
    grounds: Grounds
    kept: Mapping[str, Any]
    refusal: Refusal | None
    same_result: bool = True

    @property
    def same_rows(self) -> bool:
        """Whether the rows are those of the history."""
        return self.grounds.as_json() == self.kept

    @property
    def same(self) -> bool:
        """Whether the same is decided by the same rows."""
        return self.same_rows and self.same_result and self.refusal is None


def known_then(rulebook: Rulebook, kept: Mapping[str, Any] | None) -> Rulebook:
    """What of `rulebook` was known by the decision with the grounds `kept`. Raises NotReplayable if it has none."""
    if kept is None:
        raise NotReplayable
    return rulebook.as_known(kept["sequence"])
