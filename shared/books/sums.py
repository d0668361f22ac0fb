"""What both sides compute of records that count: the same statement, over their own tables."""

from __future__ import annotations

from typing import Final

NO_RECORDS: Final = "0" * 16
"""The checksum of nothing."""


def sums_of(records: str) -> str:
    """A SELECT of programme, reporting_region, plan_year, measure, records, amount and checksum, a row for each cell.

    `records` selects the first four of what counts, with `event` ("claims/0198…@3") and `amount`. An event that counts
    several times in a cell, as a claim with several lines does, is once in its checksum: what is doubled or flipped
    behind one and the same event leaves the checksum and moves the sums.
    """
    # The sum of signed numbers differs from that of unsigned ones by multiples of 2^64, so without the first bit of
    # each it is the same modulo 2^63. The sum itself is numeric and does not overflow.
    return f"""
    SELECT programme, reporting_region, plan_year, measure, records, amount,
        lpad(to_hex((total % 9223372036854775808)::bigint), 16, '0') AS checksum
    FROM (
        SELECT programme, reporting_region, plan_year, measure, count(*) AS records, sum(amount)::bigint AS amount,
            sum(DISTINCT ('x' || left(md5(event), 16))::bit(64)::bigint & 9223372036854775807) AS total
        FROM ({records}) AS record GROUP BY programme, reporting_region, plan_year, measure
    ) AS summed
    """  # noqa: S608  (of statements that are constants)
