"""Load occupation standards from files, compare before that, and say what an exam needs to be passed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.pass_rules import usecases as pass_rules
from services.assessment.pass_rules.rules import PassRule
from services.assessment.standards import rules, store
from services.assessment.standards.rules import (
    Difference,
    Exam,
    LevelRule,
    Part,
    PartRule,
    Route,
    Standard,
    WrongStandard,
)
from shared.dated_rules.rules import Ground
from shared.kernel.awards import Award
from shared.kernel.occupations import parse_occupation


class Comparison(NamedTuple):
    """A standard from a file, the next version of its edition, with what that would change; nothing if it is loaded."""

    standard: Standard
    differences: list[Difference]


async def rule_of(connection: AsyncConnection, *, occupation: str, award: Award, day: date, region: str) -> PassRule:
    """What an exam held on `day` in `region` needs: by the occupation's standard, or else by the pass rules alone.

    Raises NotYetReceived, PolicyUnset.
    """
    general = await pass_rules.rule_of(connection, day=day, region=region)
    exam = await exam_of(connection, occupation=occupation, award=award, day=day)
    if exam is None:
        return general
    marks = exam.marks(otherwise=general.part_tenths_min)
    return general._replace(marks=marks, standard=exam.standard.ground, kept=exam.kept_months)


async def exam_of(connection: AsyncConnection, *, occupation: str, award: Award, day: date) -> Exam | None:
    """What an exam held on `day` consists of by the occupation's standard; None where none says."""
    return rules.exam_on(await store.current(connection, occupation=occupation), award, day=day)


async def ground_of(connection: AsyncConnection, ground: str | None, *, day: date) -> Ground | None:
    """What a result of an exam held on `day` was decided by: a standard or a pass rule. Raises NotFound."""
    standard = None if ground is None else rules.named(ground)
    if standard is None:
        return await pass_rules.ground_of(connection, ground, day=day)
    occupation, edition, version = standard
    found = await store.versions(connection, occupation, edition)
    return rules.ground_of(next(each for each in found if each.version == version), on=day)


async def compare(connection: AsyncConnection, file: Path) -> Comparison:
    """The standard of a file with what loading it would change. Raises WrongStandard, EditionBegins."""
    standard = read(file)
    known = await store.current(connection, occupation=standard.occupation)
    rules.require_sound(standard, known)
    before = next((each for each in known if each.edition == standard.edition), None)
    version = 1 if before is None else before.version + 1
    return Comparison(replace(standard, version=version), rules.differences(before, standard))


async def load(connection: AsyncConnection, file: Path, *, at: datetime) -> Comparison:
    """Load the standard of a file as the next version of its edition; the same again changes nothing.

    Raises WrongStandard, EditionBegins.
    """
    found = await compare(connection, file)
    if found.differences:
        await store.add(connection, replace(found.standard, loaded_at=at))
    return found


def read(file: Path) -> Standard:
    """The standard that a TOML file says. Raises WrongStandard, MalformedOccupation, UnknownAward."""
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise WrongStandard(place=file.name, expected="a file in TOML, in UTF-8") from None
    return Standard(
        occupation=parse_occupation(_value(said, "occupation", str)),
        edition=_value(said, "edition", str),
        name_zh=_value(said, "name_zh", str),
        first_on=_value(said, "first_on", date),
        source=_value(said, "source", str),
        related=_related(said),
        levels=tuple(_level(each, place) for place, each in enumerate(_value(said, "levels", list))),
    )


def _related(said: Mapping[str, Any]) -> tuple[str, ...]:
    codes = said.get("related", [])
    if not (isinstance(codes, list) and all(isinstance(each, str) for each in codes)):
        raise WrongStandard(place="related", expected="a list of codes of occupations")
    return tuple(dict.fromkeys(parse_occupation(each) for each in codes))


def _level(said: Mapping[str, Any], place: int) -> LevelRule:
    at = f"levels[{place}]"
    return LevelRule(
        Award.from_code(_value(said, "award", str, at)),
        tuple(_part(each, f"{at}.parts[{i}]") for i, each in enumerate(_value(said, "parts", list, at))),
        tuple(_route(each, f"{at}.routes[{i}]") for i, each in enumerate(said.get("routes", []))),
    )


def _part(said: Mapping[str, Any], at: str) -> PartRule:
    _require_known(said, {"part", "pass_mark", "minutes", "kept_months"}, at)
    name = _value(said, "part", str, at)
    if name not in set(Part):
        raise WrongStandard(place=f"{at}.part", expected="theory, skills or review")
    mark = said.get("pass_mark")
    if mark is not None and not (isinstance(mark, int | float) and 0 <= mark <= 100 and float(mark * 10).is_integer()):
        raise WrongStandard(place=f"{at}.pass_mark", expected="points from 0 to 100, with one decimal place at most")
    return PartRule(
        Part(name),
        None if mark is None else round(mark * 10),
        _count(said, "minutes", at),
        _count(said, "kept_months", at),
    )


def _route(said: Mapping[str, Any], at: str) -> Route:
    _require_known(said, set(Route.__dataclass_fields__), at)
    for name in ("code", "text"):
        _value(said, name, str, at)
    for name in ("min_age", "min_years", "level_years"):
        _count(said, name, at)
    if "required_level" in said:
        Award.from_code(_value(said, "required_level", str, at))
    return Route(**said)


def _value(said: Mapping[str, Any], name: str, kind: type, at: str = "") -> Any:
    value = said.get(name)
    if not isinstance(value, kind) or value in ("", []):
        raise WrongStandard(place=f"{at}.{name}".strip("."), expected=_KINDS[kind])
    return value


_KINDS: Mapping[type, str] = {str: "a text", date: "a day, such as 2024-01-01", list: "a list with at least one entry"}


def _count(said: Mapping[str, Any], name: str, at: str) -> int | None:
    value = said.get(name)
    if value is not None and not (type(value) is int and value > 0):
        raise WrongStandard(place=f"{at}.{name}", expected="a whole number, 1 or more")
    return value


def _require_known(said: Mapping[str, Any], names: set[str], at: str) -> None:
    unknown = sorted(set(said) - names)
    if unknown:
        raise WrongStandard(place=f"{at}.{unknown[0]}", expected=f"one of {', '.join(sorted(names))}")
