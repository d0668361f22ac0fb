"""The books of the subsidy as its API shows them, and what must hold in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import httpx


def listed(service: httpx.Client, path: str, **query: str) -> Iterator[Any]:
    """The rows of all pages of a list."""
    cursor: dict[str, str] = {}
    while True:
        page = service.get(path, params={"size": "500", **query, **cursor}).raise_for_status().json()
        yield from page["rows"]
        if page["next"] is None:
            return
        cursor = {"cursor": page["next"]}


def require_balanced(service: httpx.Client) -> None:
    """What each fund says of itself is what was posted in it, and nothing is below zero."""
    accounts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in listed(service, "/v1/ledger"):
        accounts[row["budget_id"]][row["debit"]] += row["amount_fen"]
        accounts[row["budget_id"]][row["credit"]] -= row["amount_fen"]
    for fund in listed(service, "/v1/budgets"):
        total, committed, paid, recovered, written_off, reserved = (
            fund[f"{name}_fen"] for name in ("total", "committed", "paid", "recovered", "written_off", "reserved")
        )
        paid_twice, given_up = fund["paid_twice_fen"], fund["given_up_fen"]
        kept = {
            "allocated": -total, "free": total - committed + recovered - paid_twice, "committed": committed - paid,
            "paid": paid - recovered - written_off, "written_off": written_off, "reserved": reserved,
            "expected": -reserved, "paid_twice": paid_twice - given_up, "given_up": given_up,
        }  # fmt: skip
        assert accounts.pop(fund["id"], Counter()) == Counter(kept)
        assert min(kept["free"], kept["committed"], kept["paid"], kept["paid_twice"], kept["reserved"]) >= 0
    assert accounts == {}
