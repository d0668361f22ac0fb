"""python -m tests.bench [part …]: all of PARTS by default, each a module beside this one."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys

import structlog

PARTS = (
    "roster",
    "spreadsheet",
    "bank",
    "claims",
    "claim_run",
    "patterns",
    "attendance",
    "relay",
    "backlog",
    "peers",
    "rebuild",
    "latency",
    "stream",
    "totals",
    "queries",
    "memory",
    "overlap",
    "lists",
    "busy",
    "results",
    "verification",
    "credentials",
    "pages",
)

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it retries by itself, and says so line by line

for part in sys.argv[1:] or PARTS:
    asyncio.run(importlib.import_module(f"tests.bench.{part}").main())
