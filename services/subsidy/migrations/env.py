"""Alembic calls this; the work is the same for every service."""

from shared.migrations.environment import run

run()
