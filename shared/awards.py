"""How requests and answers name an award: by `award`, and a level by `level` too, as before there were other awards."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from shared.forms import PLAIN
from shared.kernel.awards import Award, award_asked

GivenAward = Annotated[
    str,
    Field(
        max_length=40,
        examples=["L4"],
        description="What the training leads to: a level, or a kind without one such as special_ability (/v1/awards)",
    ),
    PLAIN,
]
GivenLevel = Annotated[
    str,
    Field(max_length=8, examples=["L4"], description="The same as award, for a level; one of the two is needed"),
    PLAIN,
]

AnsweredAward = Annotated[str, Field(description="What the training leads to: a level, or a kind without one")]
AnsweredLevel = Annotated[str | None, Field(description="The same as award if it is a level, otherwise null")]

AwardQuery = Annotated[
    str | None, Query(max_length=40, examples=["L4"], description="A level, or a kind without one: see /v1/awards")
]
LevelQuery = Annotated[str | None, Query(max_length=8, examples=["L4"], description="The same as award, for a level")]


def award_in_query(award: AwardQuery = None, level: LevelQuery = None) -> Award | None:
    """What a list is narrowed to. Raises UnknownAward, UnknownLevel, AwardContradictsLevel."""
    return award_asked(award=award, level=level)


AskedAward = Annotated[Award | None, Depends(award_in_query)]
