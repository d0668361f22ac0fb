"""The outbox lets out only what a consumer can read."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.contracts.fact import Malformed
from tests.shared.backbone.ledger import Ledger


async def test_a_fact_that_no_consumer_could_read_is_refused_with_all_that_stands_beside_it(ledger: Ledger) -> None:
    with pytest.raises(Malformed, match="version"):
        await ledger.post(ledger.posted("1", 1), replace(ledger.posted("2", 1), version=0))

    assert await ledger.waiting() == 0
