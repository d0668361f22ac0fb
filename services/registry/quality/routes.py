"""Quality rates over HTTP: demand match, pass, level rise, employment, pay."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.registry.quality import usecases
from services.registry.quality.store.rates import Grouping
from services.registry.quality.usecases import Question
from shared.auth import CurrentCaller
from shared.forms import Day
from shared.paging import PageSize
from shared.web import Connection, Now, router

routes = router("quality")


class _Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class RateAnswer(_Answer):
    """A rate with its numerator and denominator; a suppressed rate shows neither."""

    numerator: int | None
    denominator: int | None
    suppressed: bool


class PayAnswer(_Answer):
    """The median change in pay of `n` people whose pay before and after is known, in thousandths, rounded down."""

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
    as_of: datetime = Field(description="Everything stored before this time is counted")
    followup_months: int = Field(description="As of first_on; each class is counted by the policy of its own first day")
    level_rise_months: int
    pay_months: int
    group_size_min: int
    rows: list[GroupAnswer]
    next: str | None = Field(description="Send it as `after` to get the next groups; None at the end")


@routes.get("/quality")
async def get_quality_rates(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    first_on: Day,
    last_on: Day,
    by: Grouping = Grouping.REGION,
    region: Annotated[str | None, Query(max_length=16)] = None,
    programme: Annotated[str | None, Query(max_length=16, description="With the parts of a sum")] = None,
    after: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9-]*$")] = "",
    size: PageSize = 100,
) -> QualityAnswer:
    """Quality rates of trainings that ended in the period (domain rules §5.4): of an officer's region, or of the
    institution. Rates of small groups are suppressed.
    """
    question = Question(first_on, last_on, by, region, programme)
    report = await usecases.report(connection, question, caller=caller, at=at, after=after, limit=size)
    return QualityAnswer(
        as_of=report.as_of,
        followup_months=report.policy.followup_months,
        level_rise_months=report.policy.quality_level_rise_months,
        pay_months=report.policy.followup_pay_months,
        group_size_min=report.policy.quality_group_size_min,
        rows=[GroupAnswer.model_validate(each) for each in report.groups],
        next=report.groups[-1].key if len(report.groups) == size else None,
    )
