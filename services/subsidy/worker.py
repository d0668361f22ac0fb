"""Composition root of the subsidy's event process, and the definition of the service."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from services.subsidy.batches.usecases import settlement
from services.subsidy.batches.usecases.returns import return_decider
from services.subsidy.books.store import BOOK
from services.subsidy.claims.usecases.steps import let_expire
from services.subsidy.consumers import consumers
from services.subsidy.external_lists.usecases import match_decider
from services.subsidy.objections.usecases import erase
from services.subsidy.offsets import usecases as offsets
from services.subsidy.policy import usecases as policy
from services.subsidy.review.usecases import approve_published
from services.subsidy.settings import SubsidySettings
from shared.books import telling as books
from shared.database import make_engine
from shared.file_jobs.kinds import FileStorage
from shared.file_jobs.work import FileWorker
from shared.kernel.refusals import Refusal
from shared.persons import Persons
from shared.sealed import Seal
from shared.service import Job, Service
from shared.spreadsheets.reading import ReaderPool

log = structlog.get_logger()


async def load_policy(settings: SubsidySettings, arguments: argparse.Namespace) -> None:
    """Load the policy rows from the given directory and log what changed; exit code 1 if they are refused."""
    engine = make_engine(settings.database_url, name="subsidy policy")
    try:
        async with engine.begin() as connection:
            loaded = await policy.load(connection, Path(arguments.directory), at=datetime.now(UTC))
        log.info("policy.loaded", rows=loaded.rows, changed=loaded.changed)
    except Refusal as refusal:
        log.error("policy.refused", refusal=refusal.slug, title=refusal.title_en, cure=refusal.cure_en, **refusal.facts)
        raise SystemExit(1) from None
    finally:
        await engine.dispose()


def file_worker(settings: SubsidySettings, engine: AsyncEngine) -> FileWorker:
    """The worker that processes what banks return, and lists of other authorities."""
    persons = Persons.load(settings.keys_directory)
    return FileWorker(
        begin=engine.begin,
        deciders=[return_decider(persons), match_decider(persons, settings.now)],
        storage=FileStorage(
            seal=Seal.load(settings.keys_directory), mark=persons.mark, rows_kept=settings.refused_rows_kept
        ),
        readers=ReaderPool(),
        now=settings.now,
    )


def jobs(settings: SubsidySettings, engine: AsyncEngine) -> list[Job]:
    """Background jobs of the subsidy, except the relay."""
    telling = books.work(engine, BOOK, seconds=settings.books_seconds)
    expiry, approval = let_expire(engine, settings.now), approve_published(engine, settings.now)
    files, returns = file_worker(settings, engine), settlement.work(engine, settings.now)
    lapsing = offsets.work(engine, settings.now)
    return [expiry, approval, erase(engine, settings.now), telling, files.work(), files.erase(), returns, lapsing]


SERVICE = Service(
    name="subsidy",
    settings=SubsidySettings,
    consumers=consumers,
    jobs=jobs,
    extra_commands=(("load-policy", "load policy rows from a plan's directory", ("directory",), load_policy),),
)
