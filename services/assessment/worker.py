"""Composition root of assessment's event process, and the definition of the service."""

from __future__ import annotations

import argparse
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.assessment.bodies.usecases import moves
from services.assessment.books.store import BOOK
from services.assessment.certificates.usecases import adoption
from services.assessment.chain import usecases as chain
from services.assessment.consumers import consumers
from services.assessment.exams.usecases.files import RESULT_DECIDER
from services.assessment.settings import AssessmentSettings
from services.assessment.standards import usecases as standards
from services.assessment.supervision import usecases as supervision
from shared.books import telling as books
from shared.database import WORKER_STATEMENT_MS, make_engine
from shared.file_jobs.kinds import FileStorage
from shared.file_jobs.work import FileWorker
from shared.kernel.refusals import Refusal
from shared.persons import Persons
from shared.sealed import Seal
from shared.service import Job, Service
from shared.spreadsheets.reading import ReaderPool

log = structlog.get_logger()

_LINKED_AT_ONCE = 500
"""Certificates in one transaction."""


async def load_standards(settings: AssessmentSettings, arguments: argparse.Namespace) -> None:
    """Load the standard of a file, and log what it changed; exit code 1 if it is refused."""
    await _standard(settings, arguments, load=True)


async def compare_standards(settings: AssessmentSettings, arguments: argparse.Namespace) -> None:
    """Log what loading the standard of a file would change, and change nothing; exit code 1 if it is refused."""
    await _standard(settings, arguments, load=False)


async def _standard(settings: AssessmentSettings, arguments: argparse.Namespace, *, load: bool) -> None:
    engine, file = make_engine(settings.database_url, name="assessment standards"), Path(arguments.file)
    try:
        async with engine.begin() as connection:
            found = (
                await standards.load(connection, file, at=datetime.now(UTC))
                if load
                else await standards.compare(connection, file)
            )
        for each in found.differences:
            log.info("standard.differs", place=each.place, before=str(each.before), after=str(each.after))
        name = "standard.loaded" if load else "standard.compared"
        standard = found.standard
        log.info(name, occupation=standard.occupation, edition=standard.edition, changed=len(found.differences))
    except Refusal as refusal:
        log.error(
            "standard.refused", refusal=refusal.slug, title=refusal.title_en, cure=refusal.cure_en, **refusal.facts
        )
        raise SystemExit(1) from None
    finally:
        await engine.dispose()


async def verify_chain(settings: AssessmentSettings, arguments: argparse.Namespace) -> None:
    """Check the chain of a database or an export; exit code 1 with the first record that was touched.

    The service need not run: FROM is an export, the address of a database, or "." for the one in the settings.
    """
    source = str(arguments.source)
    if "://" not in source and source != ".":
        found = chain.verify_file(Path(source))
    else:
        async with _chained(settings, source) as connection:
            found = await chain.verify(connection)
    for each, head in sorted(found.check.heads.items()):
        log.debug("chain.head", chain=str(each), place=head.place, hash=head.hash.hex())
    if found.fault is not None:
        log.error("chain.touched", record=found.fault.record, why=found.fault.why)
        raise SystemExit(1)
    counted = {"links": found.check.links, "records": found.check.records, "adopted": found.check.adopted}
    log.info("chain.verified", **counted, unlinked=found.unlinked)


async def link_chain(settings: AssessmentSettings, _: argparse.Namespace) -> None:
    """Link certificates from before there were chains, as they are now; the same again links nothing."""
    engine, linked = make_engine(settings.database_url, name="assessment chain"), 0
    try:
        while True:
            async with engine.begin() as connection:
                found = await adoption.adopt(connection, limit=_LINKED_AT_ONCE, at=datetime.now(UTC))
            linked += found
            if found < _LINKED_AT_ONCE:
                break
    finally:
        await engine.dispose()
    log.info("chain.linked", certificates=linked)


async def export_chain(settings: AssessmentSettings, arguments: argparse.Namespace) -> None:
    """Write the chain of the database in the settings, and what its records say, to a file for verify-chain."""
    async with _chained(settings, ".") as connection:
        lines = await chain.export(connection, Path(arguments.file))
    log.info("chain.exported", lines=lines)


@asynccontextmanager
async def _chained(settings: AssessmentSettings, source: str) -> AsyncGenerator[AsyncConnection]:
    """A connection with one view of the database for as long as the check takes."""
    url = settings.database_url if source == "." else source
    engine = make_engine(url, name="assessment chain", statement_ms=WORKER_STATEMENT_MS)
    try:
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            async with connection.begin():
                yield connection
    finally:
        await engine.dispose()


def file_worker(settings: AssessmentSettings, engine: AsyncEngine) -> FileWorker:
    """The worker that processes the files of bodies."""
    persons = Persons.load(settings.keys_directory)
    return FileWorker(
        begin=engine.begin,
        deciders=[RESULT_DECIDER],
        storage=FileStorage(
            seal=Seal.load(settings.keys_directory), mark=persons.mark, rows_kept=settings.refused_rows_kept
        ),
        readers=ReaderPool(),
        now=settings.now,
    )


def jobs(settings: AssessmentSettings, engine: AsyncEngine) -> list[Job]:
    """Background jobs of assessment, except the relay."""
    files = file_worker(settings, engine)
    telling = books.work(engine, BOOK, seconds=settings.books_seconds)
    return [
        files.work(),
        files.erase(),
        moves.work(engine, settings.now),
        supervision.work(engine, settings.now),
        telling,
    ]


SERVICE = Service(
    name="assessment",
    settings=AssessmentSettings,
    consumers=consumers,
    jobs=jobs,
    extra_commands=(
        ("load-standards", "load an occupation standard from a file", ("file",), load_standards),
        ("verify-chain", "name the first record that was touched since it was linked", ("source",), verify_chain),
        ("link-chain", "link certificates from before there were chains, as they are now", (), link_chain),
        ("export-chain", "write the chain to a file that verify-chain takes", ("file",), export_chain),
        ("compare-standards", "say what loading an occupation standard would change", ("file",), compare_standards),
    ),
)
