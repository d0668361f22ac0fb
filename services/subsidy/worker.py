"""Composition root of the subsidy's event process, and the definition of the service."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from services.subsidy.app import make_app
from services.subsidy.books.store import BOOK
from services.subsidy.claims.usecases.steps import let_expire
from services.subsidy.consumers import consumers
from services.subsidy.objections.usecases import erase
from services.subsidy.policy import usecases as policy
from services.subsidy.review.usecases import approve_published
from services.subsidy.settings import SubsidySettings
from shared.books import telling as books
from shared.database import make_engine
from shared.kernel.refusals import Refusal
from shared.service import Job, Service

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


def jobs(settings: SubsidySettings, engine: AsyncEngine) -> list[Job]:
    """Background jobs of the subsidy, except the relay."""
    telling = books.work(engine, BOOK, seconds=settings.books_seconds)
    expiry, approval = let_expire(engine, settings.now), approve_published(engine, settings.now)
    return [expiry, approval, erase(engine, settings.now), telling]


SERVICE = Service(
    name="subsidy",
    settings=SubsidySettings,
    make_app=make_app,
    consumers=consumers,
    jobs=jobs,
    extra_commands=(("load-policy", "load policy rows from a plan's directory", ("directory",), load_policy),),
)
