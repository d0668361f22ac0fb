"""Occupation standards: what each level's exam consists of, from the first day of an edition to the next edition.

A standard decides the marks of its own parts; a part without a mark, and an occupation without a standard, need the
mark of the pass rules. Source: domain rules §3.2, §3.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from shared.dated_rules.rules import Ground
from shared.kernel.awards import Award
from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict, Invalid

GROUND: Final = "standard"
"""The rule that is named as the ground of a result that a standard decided."""


class Part(StrEnum):
    THEORY = "theory"
    SKILLS = "skills"
    REVIEW = "review"


class WrongStandard(Invalid):
    """Facts: `place` in the file, `expected`."""

    slug = "wrong-standard"
    title_en = "The file of the standard is not as it should be."
    title_zh = "职业标准文件内容不正确。"
    cure_en = "Correct {place}: {expected}."
    cure_zh = "请更正 {place}：{expected}。"


class EditionBegins(Conflict):
    """Facts: `edition`, the other edition of the occupation with that first day."""

    slug = "edition-begins-same-day"
    title_en = "Another edition of the occupation begins on the same day."
    title_zh = "该职业已有另一版本的标准自同一日起施行。"
    cure_en = "Give the edition another first day than edition {edition}."
    cure_zh = "请填写与 {edition} 版不同的施行日期。"


@dataclass(frozen=True)
class PartRule:
    """One part of an exam; `mark_tenths` is None where the pass rules say it, `kept_months` where nothing is kept."""

    part: Part
    mark_tenths: int | None
    minutes: int | None
    kept_months: int | None


@dataclass(frozen=True)
class Route:
    """A way to be admitted; any one of a level's is enough. Source: domain rules §3.2."""

    code: str
    text: str
    min_age: int | None = None
    min_years: int | None = None
    required_level: str | None = None
    required_document: str | None = None
    status: str = "sourced"
    level_years: int | None = None
    """Years since the required level, where `min_years` counts since the required document."""


@dataclass(frozen=True)
class LevelRule:
    award: Award
    parts: tuple[PartRule, ...]
    routes: tuple[Route, ...]


@dataclass(frozen=True)
class Standard:
    """An edition for an occupation, as it was loaded the `version`-th time."""

    occupation: str
    edition: str
    name_zh: str
    first_on: date
    source: str
    levels: tuple[LevelRule, ...]
    version: int = 1
    loaded_at: datetime | None = None
    related: tuple[str, ...] = ()
    """Occupations whose certificates count for its routes beside its own. Source: domain rules §3.2."""

    @property
    def ground(self) -> str:
        """How a result names the standard that it was decided by."""
        return f"{GROUND}:{self.occupation}/{self.edition}@{self.version}"

    def level(self, award: Award) -> LevelRule | None:
        return next((each for each in self.levels if each.award is award), None)


class Exam(NamedTuple):
    """What an exam for one award consists of, by which standard."""

    standard: Standard
    level: LevelRule

    def marks(self, *, otherwise: int) -> dict[str, int]:
        """The mark of each part in tenths of a point; `otherwise` is that of the pass rules."""
        return {
            each.part.value: otherwise if each.mark_tenths is None else each.mark_tenths for each in self.level.parts
        }

    @property
    def kept_months(self) -> dict[str, int | None]:
        """The months for which each part is kept once it was passed; None for one that is not."""
        return {each.part.value: each.kept_months for each in self.level.parts}


def exam_on(standards: Iterable[Standard], award: Award, *, day: date) -> Exam | None:
    """What an exam for `award` held on `day` consists of, by the edition of that day among an occupation's `standards`.

    None if no edition has begun, or if it does not have the award: then the pass rules decide alone.
    """
    begun = [each for each in standards if each.first_on <= day]
    if not begun:
        return None
    standard = max(begun, key=lambda each: each.first_on)
    level = standard.level(award)
    return None if level is None else Exam(standard, level)


def require_sound(standard: Standard, others: Iterable[Standard]) -> None:
    """Check a standard that is to be loaded against the other editions. Raises WrongStandard, EditionBegins."""
    for each in others:
        if each.edition != standard.edition and each.first_on == standard.first_on:
            raise EditionBegins(edition=each.edition)
    awards = [each.award for each in standard.levels]
    if not awards or len(set(awards)) < len(awards):
        raise WrongStandard(place="levels", expected="each level once, at least one")
    for level in standard.levels:
        parts = [each.part for each in level.parts]
        place = f"levels.{level.award.code}.parts"
        if len(set(parts)) < len(parts) or not {Part.THEORY, Part.SKILLS} <= set(parts):
            raise WrongStandard(place=place, expected="theory and skills, and review where it is held, each once")
        codes = [each.code for each in level.routes]
        if len(set(codes)) < len(codes):
            raise WrongStandard(place=f"levels.{level.award.code}.routes", expected="each code once")


class Difference(NamedTuple):
    """One thing that loading would change: its place, and how it was and would be (None: not there)."""

    place: str
    before: object
    after: object


def differences(before: Standard | None, after: Standard) -> list[Difference]:
    """What loading `after` would change of `before`; None if the edition is new."""
    was, will = ({} if before is None else dict(_flat(before))), dict(_flat(after))
    places = [*will, *(place for place in was if place not in will)]
    return [Difference(place, was.get(place), will.get(place)) for place in places if was.get(place) != will.get(place)]


def ground_of(standard: Standard, *, on: date) -> Ground:
    """`standard` as the ground of a result of an exam on that day."""
    loaded_on = None if standard.loaded_at is None else business_day(standard.loaded_at)
    return Ground(GROUND, standard.ground.removeprefix(f"{GROUND}:"), loaded_on is not None and loaded_on > on)


def named(ground: str) -> tuple[str, str, int] | None:
    """The occupation, edition and version that a result's ground names; None if it is a row of the pass rules."""
    kind, _, name = ground.partition(":")
    if kind != GROUND or not name:
        return None
    edition, _, version = name.partition("/")[2].rpartition("@")
    return name.partition("/")[0], edition, int(version)


def _flat(standard: Standard) -> Iterator[tuple[str, object]]:
    for name in ("name_zh", "first_on", "source"):
        yield name, getattr(standard, name)
    for occupation in standard.related:
        yield f"related.{occupation}", True
    for level in standard.levels:
        code = level.award.code
        for part in level.parts:
            for name in ("mark_tenths", "minutes", "kept_months"):
                yield f"{code}.{part.part}.{name}", getattr(part, name)
            yield f"{code}.{part.part}", True
        for route in level.routes:
            yield f"{code}.{route.code}", route


def as_json(levels: Sequence[LevelRule]) -> list[dict[str, Any]]:
    """`levels` as JSON values, in which they are stored and answered."""
    return [
        {
            "award": level.award.code,
            "parts": [{**vars(part), "part": part.part.value} for part in level.parts],
            "routes": [dict(vars(route)) for route in level.routes],
        }
        for level in levels
    ]


def of_json(levels: Sequence[Mapping[str, Any]]) -> tuple[LevelRule, ...]:
    """The levels that `as_json` gave."""
    return tuple(
        LevelRule(
            Award.from_code(level["award"]),
            tuple(PartRule(**{**part, "part": Part(part["part"])}) for part in level["parts"]),
            tuple(Route(**route) for route in level["routes"]),
        )
        for level in levels
    )
