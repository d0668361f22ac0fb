"""What both sides compute of records that count: the same statement, over their own tables."""

from __future__ import annotations

from typing import Final

NO_RECORDS: Final = "0" * 16
"""The checksum of nothing."""


def sums_of(events: str) -> str:
    """A SELECT of programme, reporting_region, plan_year, measure, records, amount and checksum, a row for each cell.

    `events` selects the first four of what counts, with `event` ("claims/0198…@3"), and the number of its `records` and
    their `amount` in that cell: an event that counts several times there, as a claim with several lines does, is one
    row. So it is once in the checksum: what is doubled or flipped behind one and the same event leaves the checksum and
    moves the sums.
    """
    # The sum of signed numbers differs from that of unsigned ones by multiples of 2^64, so without the first bit of
    # each it is the same modulo 2^63. The sum itself is numeric and does not overflow. Nothing is sorted: all of a cell
    # is added up as it is read.
    return f"""
    SELECT programme, reporting_region, plan_year, measure, records, amount,
        lpad(to_hex((total % 9223372036854775808)::bigint), 16, '0') AS checksum
    FROM (
        SELECT programme, reporting_region, plan_year, measure,
            sum(records)::bigint AS records, sum(amount)::bigint AS amount,
            sum(('x' || left(md5(event), 16))::bit(64)::bigint & 9223372036854775807) AS total
        FROM ({events}) AS event GROUP BY programme, reporting_region, plan_year, measure
    ) AS summed
    """  # noqa: S608  (of statements that are constants)
