"""Quality rates over HTTP: demand match, pass, level rise, employment, pay."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.registry.quality import usecases
from services.registry.quality.store.rates import By
from services.registry.quality.usecases import Question
from shared.auth import CurrentCaller
from shared.forms import Day
from shared.paging import PageSize
from shared.web import Connection, Now, router

routes = router("quality")


class _Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class RateAnswer(_Answer):
    """A rate as its parts; of a suppressed one nothing is told."""

    numerator: int | None
    denominator: int | None
    suppressed: bool


class PayAnswer(_Answer):
    """The median change in thousandths, rounded down, of `n` people whose pay before and after is known."""

    median_permille: int | None
    n: int | None
    suppressed: bool


class GroupAnswer(_Answer):
    key: str
    demand_match: RateAnswer = Field(description="Completed in a needed occupation or for a signed order, of completed")
    passed_of_started: RateAnswer = Field(description="Passed the end test or certified, of all who began")
    passed_of_tested: RateAnswer = Field(description="The same, of those whose result is known")
    level_rise: RateAnswer = Field(description="Completers with a higher level than at entry, whose months are over")
    level_rise_waiting: int | None = Field(description="Completers whose months are not over; None: suppressed")
    employment: RateAnswer = Field(description="In work, of completers who had none at entry and whose months are over")
    employment_waiting: int | None = Field(description="Had no work, and their months are not over; None: suppressed")
    pay: PayAnswer


class QualityAnswer(BaseModel):
    as_of: datetime = Field(description="All that was stored before is counted")
    followup_months: int = Field(description="What holds on first_on; each class is counted by its own first day")
    level_rise_months: int
    pay_months: int
    group_size_min: int
    rows: list[GroupAnswer]
    next: str | None = Field(description="Send it as `after` for the groups that follow; None at the end")


@routes.get("/quality")
async def get_quality_rates(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    first_on: Day,
    last_on: Day,
    by: By = By.REGION,
    region: Annotated[str | None, Query(max_length=16)] = None,
    programme: Annotated[str | None, Query(max_length=16, description="With the parts of a sum")] = None,
    after: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9-]*$")] = "",
    size: PageSize = 100,
) -> QualityAnswer:
    """Of trainings that ended in the window (domain rules §5.4): for officers their region's, for institutions their
    own. Small groups are suppressed.
    """
    question = Question(first_on, last_on, by, region, programme)
    told = await usecases.tell(connection, question, caller=caller, at=at, after=after, limit=size)
    return QualityAnswer(
        as_of=told.as_of,
        followup_months=told.policy.followup_months,
        level_rise_months=told.policy.quality_level_rise_months,
        pay_months=told.policy.followup_pay_months,
        group_size_min=told.policy.quality_group_size_min,
        rows=[GroupAnswer.model_validate(each) for each in told.groups],
        next=told.groups[-1].key if len(told.groups) == size else None,
    )
