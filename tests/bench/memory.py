"""What the four services hold in memory when nothing happens."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path

from tests.bench.ground import SERVICES, ground

_PAGE_KB = 4


async def main() -> None:
    async with ground() as here:
        for service in SERVICES:
            here.run(service, "migrate")
        with ExitStack() as stack:
            children = {service: stack.enter_context(here.process(service, "serve")) for service in SERVICES}
            await asyncio.sleep(5)
            held = {service: _resident_mb(child.pid) for service, child in children.items()}
    parts = ", ".join(f"{service} {mb:.0f}" for service, mb in held.items())
    print(f"four services idle: {sum(held.values()):.0f} MB resident ({parts}; ceiling 600)")


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * _PAGE_KB / 1024
