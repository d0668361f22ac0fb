"""Returns of banks as files over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from services.subsidy.batches.usecases.returns import RETURN_KIND
from shared.file_jobs.answers import FileJobAnswer
from shared.file_jobs.routes import job_routes


class ReturnFileAnswer(FileJobAnswer):
    """A bank's return and its progress. If one row does not fit the batch, `problem` refuses the file as a whole.

    The report then says what is wrong with which rows. A return that was taken before has only repeated rows.
    """

    target_id: UUID | None = Field(serialization_alias="batch_id", title="Batch Id")


def _batch_id(batch_id: Annotated[UUID, Query(description="The batch whose return it is")]) -> UUID | None:
    return batch_id


routes = job_routes(
    RETURN_KIND,
    "/payment-return-files",
    tag="payment batches",
    answer=ReturnFileAnswer,
    target=_batch_id,
    describe_post="""
    Post what the bank says of each row of a batch, as finance who did not release it: the file itself is the body.

    It counts as a whole or not at all: a file that is cut short, of another batch, or with a row that was changed is
    refused, and nothing is booked. Rows that were paid become paid claims; those that failed wait to be paid again,
    once the account is corrected.
    """,
)
