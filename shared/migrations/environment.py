"""Runs a service's Alembic migrations over the connection it is handed; each service's env.py calls `run`."""

from __future__ import annotations

from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine


async def upgrade(engine: AsyncEngine, service: str) -> None:
    """Migrate the database of `service` to its newest revision. Concurrent calls take turns."""
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('migrations'))"))
        await connection.run_sync(_upgrade, service)


def _upgrade(connection: Connection, service: str) -> None:
    config = Config()
    root = Path(__file__).resolve().parents[2]
    config.set_main_option("script_location", str(root / "services" / service / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def run() -> None:
    """What an env.py does: migrate over the connection in the configuration."""
    context.configure(connection=context.config.attributes["connection"], version_table_schema="public")
    context.run_migrations()
