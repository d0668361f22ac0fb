"""Retakes: link a candidacy to the one before it, with the parts that are kept; and who is barred from a session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.exams.rules import resits as rules
from services.assessment.exams.rules.candidates import KeptPart
from services.assessment.exams.rules.results import parts_held
from services.assessment.exams.rules.sessions import ExamSession, RosterLine
from services.assessment.exams.store import candidates as store
from services.assessment.pass_rules.rules import PassRule
from services.assessment.persons import store as person_store
from services.assessment.standards.usecases import rule_of
from shared import heard


class Before(NamedTuple):
    """The candidacy before, and the parts of it that are kept."""

    candidate_id: UUID
    kept: Mapping[str, KeptPart]


async def before(connection: AsyncConnection, session: ExamSession, keys: Mapping[UUID, UUID]) -> dict[UUID, Before]:
    """The candidacy before this session of each human who has one; `keys` are all their keys."""
    earlier = await store.earlier(
        connection, keys, occupation=session.occupation, award=session.award, before=session.held_on
    )
    if not earlier:
        return {}
    places = {(session.held_on, session.region), *((each.held_on, each.region) for each in earlier.values())}
    of_place = await _rules(connection, session, places)
    here = parts_held(session.award, of_place[session.held_on, session.region])
    return {
        human: Before(
            each.candidate.id,
            rules.kept_parts(
                each,
                session.award,
                of_place[each.held_on, each.region],
                held_on=session.held_on,
                parts_here=here,
            ),
        )
        for human, each in earlier.items()
    }


async def barred(connection: AsyncConnection, session: ExamSession, keys: Mapping[UUID, UUID]) -> dict[UUID, date]:
    """The humans who may not sit the session because they cheated, with the last day of that."""
    cheated = [each for each in await store.cheated(connection, keys) if each.held_on <= session.held_on]
    of_place = await _rules(connection, session, {(each.held_on, each.region) for each in cheated})
    return rules.barred(cheated, of_place, day=session.held_on)


async def require_none_barred(connection: AsyncConnection, session: ExamSession, roster: Sequence[RosterLine]) -> None:
    """Raises CandidatesBarred if a candidate of the roster was found cheating in another exam since."""
    humans = await person_store.humans(connection, {each.person for each in roster})
    found = await barred(connection, session, await heard.keys_of(connection, set(humans.values())))
    rules.require_none_barred([each.local_id for each in roster if humans[each.person] in found])


async def _rules(
    connection: AsyncConnection, session: ExamSession, places: Iterable[tuple[date, str]]
) -> dict[tuple[date, str], PassRule]:
    occupation, award = session.occupation, session.award
    return {
        (day, region): await rule_of(connection, occupation=occupation, award=award, day=day, region=region)
        for day, region in places
    }
