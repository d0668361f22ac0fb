"""Post the sample over REST, as the services' users would: `python -m deploy.sandbox.post`.

Every request may be repeated: posting the sample again, also after an interruption, ends with the same totals.
"""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from pathlib import Path

import httpx

from deploy.local import home
from deploy.local.services import addresses
from deploy.sandbox import SAMPLE
from deploy.sandbox.claims import Claims
from deploy.sandbox.client import Client, Unanswered
from deploy.sandbox.exams import Exams
from deploy.sandbox.steps import Files, Say, walk
from deploy.sandbox.targets import Targets
from deploy.sandbox.trainings import Trainings


async def post(client: Client, say: Say, *, sample: Path = SAMPLE) -> None:
    """Post every file of the sample in chronological order. Raises Unanswered."""
    files = read(sample)
    trainings = Trainings(client, files)
    exams = Exams(client, files, trainings)
    claims = Claims(client, files, trainings, exams)
    targets = Targets(client, files)
    revised = [exams.revocations(), trainings.corrections()]
    await walk([*trainings.steps(), *exams.steps(), *claims.steps(), *revised, *targets.steps()], say)


def read(sample: Path) -> Files:
    """The rows of every file, by file name."""
    files = {}
    for file in sorted(sample.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            files[file.stem] = list(csv.DictReader(lines))
    return files


async def _main() -> int:
    try:
        async with Client(addresses(os.environ), home(os.environ) / "keys") as client:
            await post(client, print)
    except (Unanswered, httpx.TransportError) as error:
        print(f"The sample could not be posted. {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
