"""What all facts of the subsidy have: the topic, and the kinds of subsidy."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Final

from shared.contracts.fact import Fact

TOPIC = "subsidy"


class SubsidyFact(Fact):
    topic: ClassVar[str] = TOPIC


class SubsidyKind(StrEnum):
    """What a subsidy is for. Source: domain rules §4.2."""

    TRAINING = "training"
    ASSESSMENT = "assessment"
    """For assessing people free of charge, to the body that did."""
    APPRENTICESHIP = "apprenticeship"
    """What is due once an apprenticeship has ended, less what was advanced."""
    SKILL_UPGRADE = "skill_upgrade"
    """For a certificate, to its insured holder."""
    LIVING = "living"
    """For each day on which a trainee of an entitled group attended."""
    APPRENTICESHIP_ADVANCE = "apprenticeship_advance"
    """A part that is paid while the apprenticeship runs; owed back if it is not completed."""
    PROJECT_GRANT = "project_grant"
    """An instalment of the grant of a project: a training base, a talent project, a master's studio."""

    @property
    def name_zh(self) -> str:
        """What lists and payments call it."""
        return _KIND_NAMES[self][0]

    @property
    def name_en(self) -> str:
        return _KIND_NAMES[self][1]


_KIND_NAMES: Final = {
    SubsidyKind.TRAINING: ("职业培训补贴", "Training subsidy"),
    SubsidyKind.ASSESSMENT: ("职业技能评价补贴", "Assessment subsidy"),
    SubsidyKind.APPRENTICESHIP: ("新型学徒制培训补贴（结算）", "Apprenticeship subsidy, the rest"),
    SubsidyKind.SKILL_UPGRADE: ("技能提升补贴", "Skill upgrade subsidy"),
    SubsidyKind.LIVING: ("生活费（含交通费）补贴", "Living allowance"),
    SubsidyKind.APPRENTICESHIP_ADVANCE: ("新型学徒制培训补贴（预拨）", "Apprenticeship subsidy, the advance"),
    SubsidyKind.PROJECT_GRANT: ("项目资助", "Project grant"),
}
