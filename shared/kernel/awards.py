"""What a training leads to: one of the eight levels, or one of the kinds of certificate and training without a level.

Levels have an order; the others have none and are never compared. Source: domain rules §3.1, §4.2.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final, NamedTuple, NoReturn

from shared.kernel.levels import Level
from shared.kernel.refusals import Invalid


class UnknownAward(Invalid):
    """No award has this code. Facts: `known`."""

    slug = "unknown-award"
    title_en = "This is not an award that a training can lead to."
    title_zh = "没有这种培训结果（等级或证书种类）。"
    cure_en = "Use one of these: {known}."
    cure_zh = "请使用以下取值之一：{known}。"
    reference = "GET /v1/awards"


class AwardMissing(Invalid):
    slug = "award-missing"
    title_en = "The award is missing: the level, or the kind without a level, that the training leads to."
    title_zh = "缺少培训结果：应填写等级，或不分等级的证书种类。"
    cure_en = "Fill in award, such as L4 or special_ability; level is still accepted for a level."
    cure_zh = "请填写 award，如 L4 或 special_ability；等级仍可填写在 level 中。"
    reference = "GET /v1/awards"


class AwardContradictsLevel(Invalid):
    """Facts: `award`, `level`, both as given."""

    slug = "award-contradicts-level"
    title_en = "Award and level say different things."
    title_zh = "award 与 level 不一致。"
    cure_en = "Give award alone; a level beside it must be the same: award {award}, level {level}."
    cure_zh = "只填写 award 即可；同时填写 level 时二者须相同：award {award}，level {level}。"


class AwardEvidence(StrEnum):
    """What shows that a person was given an award."""

    CERTIFICATE = "certificate"
    """A certificate that an assessment body issued after an examination."""
    LICENCE = "licence"
    """A licence of another authority, recorded by the institution and confirmed by an officer."""
    COMPLETION = "completion"
    """The completed training itself, by its hours and outcome."""


class Award(IntEnum):
    """What a training leads to. The value is how it is stored: the rank of a level, 101 and up for the others.

    Awards are equal or not and have no order: comparing them raises TypeError. Compare their levels.
    """

    APPRENTICE = 1
    JUNIOR_WORKER = 2
    INTERMEDIATE_WORKER = 3
    SENIOR_WORKER = 4
    TECHNICIAN = 5
    SENIOR_TECHNICIAN = 6
    SPECIAL_GRADE_TECHNICIAN = 7
    CHIEF_TECHNICIAN = 8
    SPECIAL_ABILITY = 101
    COMPLETION = 102
    SPECIAL_OPERATIONS = 103
    SPECIAL_OPERATIONS_RENEWAL = 104
    PRE_JOB = 105
    SENIOR_TECHNICIAN_UPGRADING = 106

    def __lt__(self, other: object) -> NoReturn:
        raise TypeError("awards have no order: compare their levels")

    __le__ = __gt__ = __ge__ = __lt__

    @classmethod
    def from_code(cls, code: str) -> Award:
        """The award written "L1" to "L8", or "special_ability" and so on. Raises UnknownAward."""
        award = _BY_CODE.get(code)
        if award is None:
            raise UnknownAward(known=list(_BY_CODE))
        return award

    @classmethod
    def from_certificate_mark(cls, mark: str) -> Award:
        """The award of `mark` in a certificate number. Raises UnknownLevel."""
        return cls.SPECIAL_ABILITY if mark == _SPECIAL_ABILITY_MARK else cls(Level.from_certificate_mark(mark))

    @property
    def level(self) -> Level | None:
        """The level; None for an award without one."""
        return _LEVELS.get(self)

    @property
    def code(self) -> str:
        """The award's name in files, messages and requests: "L4", "special_ability"."""
        return _CODES[self]

    @property
    def codes(self) -> dict[str, str | None]:
        """How answers and refusals name it: by `award`, and by `level` as long as it is one."""
        return {"level": self.code if self in _LEVELS else None, "award": self.code}

    @property
    def certificate_mark(self) -> str | None:
        """The 16th character of a certificate number; None for awards whose certificates have no such number.

        That of special abilities is an assumption. Source: domain rules §3.5.
        """
        if self is Award.SPECIAL_ABILITY:
            return _SPECIAL_ABILITY_MARK
        return None if self.level is None else self.level.certificate_mark

    @property
    def evidence(self) -> AwardEvidence:
        """What a claim for it rests on. Source: domain rules §4.2."""
        return AwardEvidence.CERTIFICATE if self in _LEVELS else _KINDS[self].evidence

    @property
    def is_high_skilled(self) -> bool:
        """Whether its certificate makes a high-skilled talent: some levels do. Source: domain rules §3.1."""
        return self.level is not None and self.level.is_high_skilled

    @property
    def name_zh(self) -> str:
        """The official Chinese name."""
        return _KINDS[self].name_zh if self.level is None else self.level.name_zh

    @property
    def name_en(self) -> str:
        """The English name."""
        return _KINDS[self].name_en if self.level is None else self.level.name_en


class _Kind(NamedTuple):
    name_zh: str
    name_en: str
    evidence: AwardEvidence


_KINDS: Final = {
    Award.SPECIAL_ABILITY: _Kind("专项职业能力", "Special vocational ability", AwardEvidence.CERTIFICATE),
    Award.COMPLETION: _Kind("培训合格证书", "Completion certificate", AwardEvidence.COMPLETION),
    Award.SPECIAL_OPERATIONS: _Kind(
        "特种作业操作证（初次）", "Special-operations licence, first", AwardEvidence.LICENCE
    ),
    Award.SPECIAL_OPERATIONS_RENEWAL: _Kind(
        "特种作业操作证（复审换证）", "Special-operations licence, renewal", AwardEvidence.LICENCE
    ),
    Award.PRE_JOB: _Kind("岗前培训", "Pre-job training", AwardEvidence.COMPLETION),
    Award.SENIOR_TECHNICIAN_UPGRADING: _Kind(
        "高级技师研修", "Upgrading of senior technicians", AwardEvidence.COMPLETION
    ),
}
_LEVELS: Final = {Award(level.value): level for level in Level}
_CODES: Final = {award: level.code for award, level in _LEVELS.items()} | {kind: kind.name.lower() for kind in _KINDS}
_BY_CODE: Final = {code: award for award, code in _CODES.items()}
_SPECIAL_ABILITY_MARK: Final = "6"


def award_asked(*, award: str | None, level: str | None) -> Award | None:
    """What a request names by `award`, by `level` (the older name of a level), or by both; None if by neither.

    Raises UnknownAward, UnknownLevel, AwardContradictsLevel.
    """
    of_level = None if level is None else Award(Level.from_code(level))
    if award is None:
        return of_level
    found = Award.from_code(award)
    if of_level not in (None, found):
        raise AwardContradictsLevel(pointer="/award", award=award, level=level)
    return found


def award_named(*, award: str | None, level: str | None) -> Award:
    """As `award_asked`, for a request that must name one. Raises AwardMissing too."""
    found = award_asked(award=award, level=level)
    if found is None:
        raise AwardMissing(pointer="/award")
    return found
