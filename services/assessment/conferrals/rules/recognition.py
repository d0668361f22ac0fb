"""Which award a place in a contest gives, as dated rows: contest class, places, what was held before, what is given."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from services.assessment.conferrals.rules.evidence import ContestPlace
from services.assessment.pass_rules.rules import NATIONAL
from shared.dated_rules.rules import DatedValue, holding, require_room
from shared.kernel.awards import Award
from shared.kernel.refusals import Conflict, Invalid

_GIVEN: Final = frozenset(
    {
        Award.JUNIOR_WORKER,
        Award.INTERMEDIATE_WORKER,
        Award.SENIOR_WORKER,
        Award.TECHNICIAN,
        Award.SENIOR_TECHNICIAN,
    }
)


class NotRecognised(Conflict):
    """Facts: `contest`, `place`, `award`, `level`, `known`, the classes of contests with rows on that day."""

    slug = "contest-place-not-recognised"
    title_en = "No rule gives this award for that place in that contest."
    title_zh = "按规定，该竞赛名次不能直接认定为该等级。"
    cure_en = (
        "Place {place} of {contest} does not give {award} to who holds what this person holds. Contests known: {known}."
    )
    cure_zh = "{contest} 第 {place} 名不能据此认定 {award}（须考虑本人现有等级）。现有竞赛类别：{known}。"
    reference = "GET /v1/recognition-rules"


class ContestUsed(Conflict):
    """Facts: `contest`, `day`."""

    slug = "contest-place-used"
    title_en = "This place in the contest has been recognised once already."
    title_zh = "该竞赛成绩已用于直接认定，不能重复使用。"
    cure_en = "The person was given an award for {contest} of {day}: one contest gives one award."
    cure_zh = "该人已凭 {day} 的 {contest} 成绩取得等级；一次竞赛只认定一次。"


class WrongPlaces(Invalid):
    slug = "wrong-contest-places"
    title_en = "These places or awards cannot be a rule of direct recognition."
    title_zh = "所填名次或等级不能作为直接认定规则。"
    cure_en = "The last place is not before the first, the award is L2 to L6, and what must be held is below it."
    cure_zh = "最后名次不得小于最先名次，认定等级为 L2 至 L6，现有等级应低于认定等级。"


@dataclass(frozen=True, kw_only=True)
class RecognitionRow(DatedValue):
    """Places `first_place` to `last_place` of a class of contests give `award` to who holds `held` or above.

    `held` None: to whoever holds less than the award. `last_place` 0 says that nothing holds.
    """

    contest: str
    held: Award | None
    award: Award
    first_place: int
    last_place: int
    region: str
    status: str
    source: str

    @property
    def subject(self) -> tuple[str, Award | None, Award, str]:
        return self.contest, self.held, self.award, self.region

    @property
    def rule(self) -> str:
        return f"recognition.{self.contest}.{self.award.code}"

    @property
    def is_end(self) -> bool:
        return self.last_place == 0


def require_sound(row: RecognitionRow, others: Iterable[RecognitionRow]) -> None:
    """Raises WrongPlaces, RowOverlaps."""
    held, level = None if row.held is None else row.held.level, row.award.level
    below = row.held is None or (held is not None and level is not None and held < level)
    if row.award not in _GIVEN or not below or not (row.is_end or 1 <= row.first_place <= row.last_place):
        raise WrongPlaces(pointer="/last_place")
    require_room(row, others)


def recognise(
    rows: Iterable[RecognitionRow],
    place: ContestPlace,
    award: Award,
    *,
    holds: Collection[Award],
    region_and_above: Sequence[str],
) -> RecognitionRow:
    """The row of the contest's day by which the place gives `award` to who `holds` these. Raises NotRecognised.

    Rows of every region that the list lies in apply beside each other, and those of the nation.
    """
    places = {*region_and_above, NATIONAL}
    in_force = [row for row in holding(rows, on=place.held_on).values() if row.region in places]
    best = max((each.level for each in holds if each.level is not None), default=None)
    for row in sorted(in_force, key=lambda each: each.id):
        needed = None if row.held is None else row.held.level
        fits = row.contest == place.contest and row.first_place <= place.place <= row.last_place
        if fits and row.award is award and (needed is None or (best is not None and best >= needed)):
            return row
    known = sorted({row.contest for row in in_force})
    raise NotRecognised(pointer="/contest/place", contest=place.contest, place=place.place, known=known, **award.codes)
