"""What people send without a token: so many requests an hour, and a receipt by which they ask what became of it.

Each service that uses it has the table `public_lane` in its own database (shared/migrations/public_requests.py).
"""

from __future__ import annotations

import base64
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver
from shared.kernel.refusals import TooManyRequests
from shared.kernel.spelling import canonical
from shared.persons import Persons

WINDOW: Final = timedelta(hours=1)
"""The time over which requests without a token are counted."""
LOOKUPS_PER_REPORT: Final = 10
"""How many times as often what became of something may be asked for as something may be sent."""

_RECEIPT_BYTES: Final = 15
"""120 bits: cannot be guessed."""
_IPV6_PREFIX: Final = 64
"""One subscriber usually has all addresses below such a prefix."""
# A request counts only if there is room: a full lane costs one small statement and grows no further.
_TAKE: Final = """
INSERT INTO public_lane AS lane (name, begins_at, taken) VALUES ($1, $2, 1)
ON CONFLICT (name, begins_at) DO UPDATE SET taken = lane.taken + 1 WHERE lane.taken < $3
RETURNING taken
"""
_FORGET: Final = "DELETE FROM public_lane WHERE begins_at < $1"


@dataclass(frozen=True)
class Lane:
    """How many requests without a token are taken an hour: from one address, and in total."""

    per_address: int
    in_total: int

    @property
    def of_lookups(self) -> Lane:
        """The lane beside it, of those who ask what became of what they sent."""
        return Lane(self.per_address * LOOKUPS_PER_REPORT, self.in_total * LOOKUPS_PER_REPORT)


class Receipt(NamedTuple):
    """What the sender is shown once, and its keyed hash, which is all that is stored of it."""

    shown: str
    mark: UUID


async def admit(
    connection: AsyncConnection, use: str, address: str, lane: Lane, *, persons: Persons, at: datetime
) -> None:
    """Count a request without a token in the lane of its `use`. Raises TooManyRequests."""
    begins_at = at.replace(minute=0, second=0, microsecond=0)
    of_address = f"{use}/{persons.mark('address', network(address))}"
    for name, requests_max in ((of_address, lane.per_address), (use, lane.in_total)):
        taken = await (await driver(connection)).fetchval(_TAKE, name, begins_at, requests_max)
        if taken is None:
            raise TooManyRequests(retry_after_s=int((begins_at + WINDOW - at).total_seconds()) + 1)


async def forget(connection: AsyncConnection, *, at: datetime) -> None:
    """Forget counts of windows that are over."""
    await (await driver(connection)).execute(_FORGET, at - 2 * WINDOW)


def new_receipt(persons: Persons) -> Receipt:
    """A receipt that nobody has."""
    text = base64.b32encode(secrets.token_bytes(_RECEIPT_BYTES)).decode()
    return Receipt("-".join(text[start : start + 4] for start in range(0, len(text), 4)), mark_of(text, persons))


def mark_of(receipt: str, persons: Persons) -> UUID:
    """The keyed hash of a receipt, however it was typed."""
    return persons.mark("receipt", receipt_text(receipt))


def receipt_text(raw: str) -> str:
    """The receipt in `raw` without hyphens and spaces, however it was typed."""
    return canonical(raw).replace("-", "")


def network(address: str) -> str:
    """The network that counts as one address. Unreadable ones count as one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, _IPV6_PREFIX), strict=False))
