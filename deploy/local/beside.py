"""What is counted beside the sample: rows that the user of a run has posted, kept apart from the sample's totals."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from deploy.local.totals import sum_of
from deploy.sandbox.expected import Totals


class Beside:
    """A note in the run's directory: whether the sample is posted, and if it is not, what was counted before it."""

    def __init__(self, note: Path) -> None:
        self._note = note

    def before_posting(self, live: Totals, sample: Totals) -> Totals:
        """What `live` counts beside the sample.

        After a posting that was interrupted, it is what was counted before that began: which part of the sample had
        arrived cannot be told.
        """
        try:
            kept = json.loads(self._note.read_text(encoding="utf-8"))
        except FileNotFoundError:
            own = {} if live == sample else live
            self._write(is_posted=False, own=own)
            return own
        if kept["is_posted"]:
            taken_off = {cell: Counter({name: -n for name, n in amounts.items()}) for cell, amounts in sample.items()}
            return sum_of(live, taken_off)
        return {(programme, region): Counter(amounts) for programme, region, amounts in kept["own"]}

    def posted(self) -> None:
        """The whole sample is counted."""
        self._write(is_posted=True, own={})

    def _write(self, *, is_posted: bool, own: Totals) -> None:
        rows = [[*cell, amounts] for cell, amounts in sorted(own.items())]
        draft = self._note.with_suffix(".new")
        draft.write_text(json.dumps({"is_posted": is_posted, "own": rows}), encoding="utf-8")
        draft.replace(self._note)
