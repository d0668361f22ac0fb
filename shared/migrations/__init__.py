"""Alembic for every service: one environment, and the tables that the backbone and the edges need in each database."""
