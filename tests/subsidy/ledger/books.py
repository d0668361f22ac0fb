"""The books as an auditor reads them, and what must hold in them at any time."""

from __future__ import annotations

from typing import Any

from tests.subsidy.office import Office

_BALANCES = """
WITH side AS (
    SELECT budget_id, debit AS account, amount_fen AS amount FROM ledger_posting
    UNION ALL SELECT budget_id, credit, -amount_fen FROM ledger_posting
)
SELECT b.id, s.account, coalesce(sum(s.amount), 0)::bigint AS amount,
    b.total_fen, b.committed_fen, b.paid_fen, b.recovered_fen, b.written_off_fen, b.reserved_fen,
    b.paid_twice_fen, b.given_up_fen
FROM budget AS b LEFT JOIN side AS s ON s.budget_id = b.id
GROUP BY b.id, s.account
"""
_LINES = """
SELECT coalesce(sum(l.amount_fen) FILTER (WHERE c.status IN
        ('approved', 'paying', 'payment_failed', 'paid', 'recovered', 'written_off')), 0)::bigint AS committed,
    coalesce(sum(l.amount_fen) FILTER (WHERE c.status IN ('paid', 'recovered', 'written_off')), 0)::bigint AS paid,
    coalesce(sum(CASE WHEN l.recovered_on IS NULL THEN 0 ELSE coalesce(l.recovered_part_fen, l.amount_fen) END), 0)
        ::bigint AS recovered,
    coalesce(sum(l.written_off_fen), 0)::bigint AS written_off
FROM claim AS c JOIN claim_line AS l ON l.claim_id = c.id
"""
_DOUBLE = """
SELECT coalesce(sum(amount_fen - recovered_fen), 0)::bigint AS paid_twice,
    coalesce(sum(written_off_fen), 0)::bigint AS given_up
FROM double_payment WHERE status <> 'cancelled'
"""
_KEPT = """
SELECT count(*) FILTER (WHERE c.kept_fen <> coalesce(kept.amount_fen, 0)),
    count(*) FILTER (WHERE c.status IN ('paid', 'recovered', 'written_off') AND c.kept_fen > c.amount_fen)
FROM claim AS c
LEFT JOIN (
    SELECT against, sum(amount_fen - lapsed_fen) AS amount_fen FROM (
        SELECT against, amount_fen, lapsed_fen, reversed_on FROM line_recovery
        UNION ALL SELECT against, amount_fen, lapsed_fen, reversed_on FROM double_payment_recovery
    ) AS offsets
    WHERE reversed_on IS NULL GROUP BY against
) AS kept ON kept.against = c.id
"""


async def ledger(office: Office, **asked: Any) -> list[dict[str, Any]]:
    """The postings that are asked for, as the province sees them."""
    query = {name: str(value) for name, value in asked.items()} | {"size": "500"}
    answer = await office.service.http.get("/v1/ledger", params=query, headers=office.finance(region="410000"))
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def balanced(office: Office) -> None:
    """Debits equal credits, balances are what was posted and never below zero, and claims are what the books say."""
    books: dict[Any, dict[str, int]] = {}
    sums = dict.fromkeys(("committed", "paid", "recovered", "written_off"), 0)
    twice = dict.fromkeys(("paid_twice", "given_up"), 0)
    for row in await office.service.rows(_BALANCES):
        budget_id, account, amount, total, committed, paid, recovered, written_off, reserved, *double = tuple(row)
        paid_twice, given_up = double
        found = books.setdefault(budget_id, {})
        if not found:
            sums["committed"] += committed
            sums["paid"] += paid
            sums["recovered"] += recovered
            sums["written_off"] += written_off
            twice["paid_twice"] += paid_twice
            twice["given_up"] += given_up
        found[account] = amount
        expected = {
            "allocated": -total, "free": total - committed + recovered - paid_twice, "committed": committed - paid,
            "paid": paid - recovered - written_off, "written_off": written_off,
            "paid_twice": paid_twice - given_up, "given_up": given_up,
            "reserved": reserved, "expected": -reserved, None: 0,
        }  # fmt: skip
        assert amount == expected[account], (account, amount, expected)
        assert min(expected["free"], expected["committed"], expected["paid"], expected["paid_twice"], reserved) >= 0
    for found in books.values():
        assert sum(found.values()) == 0
    [lines] = await office.service.rows(_LINES)
    assert tuple(lines) == tuple(sums.values()), (tuple(lines), sums)
    [double_payments] = await office.service.rows(_DOUBLE)
    assert tuple(double_payments) == tuple(twice.values())
    [kept] = await office.service.rows(_KEPT)
    assert tuple(kept) == (0, 0)
