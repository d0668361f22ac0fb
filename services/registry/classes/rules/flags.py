"""What is flagged of a class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.registry.classes.rules.classes import TrainingClass
from services.registry.directory.rules.sanctions import Sanction
from services.registry.flags.rules.flags import Observation, see
from services.registry.flags.rules.kinds import FlagKind
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.periods import Period
from shared.sanctions.rules import STOPPING


def see_class(kind: FlagKind, class_: TrainingClass, seen: str = "", *, facts: Mapping[str, Any]) -> Observation:
    """What a rule saw of a class; `seen` says what of it, where the class alone does not make it one flag."""
    return see(
        kind,
        f"{class_.id}/{seen}" if seen else f"{class_.id}",
        institution_id=class_.institution_id,
        class_id=class_.id,
        **class_.dimensions.as_observed(),
        facts=facts,
    )


def stopped_during(class_: TrainingClass, sanctions: Iterable[Sanction]) -> list[Observation]:
    """Which of its institution's `sanctions` stand on a day of `class_` and stop it; none of one returned or given up.

    Source: domain rules §4.6 C25.
    """
    if class_.status in (ClassStatus.RETURNED, ClassStatus.CANCELLED):
        return []
    days = Period(class_.starts_on, class_.ends_on)
    return [
        see_class(
            FlagKind.SANCTIONED_DURING_CLASS,
            class_,
            str(each.id),
            facts={"sanction": str(each.id), "step": each.step.value, **each.days()},
        )
        for each in sanctions
        if each.step in STOPPING and each.meets(days)
    ]
