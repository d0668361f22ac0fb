"""python -m tests.contracts.write_golden: a golden file for each fact that has none. Those that exist stay as they are.

A golden file is what a publisher of that day wrote. Code may change; what lies in the logs does not.
"""

from __future__ import annotations

from pathlib import Path

from shared.contracts import assessment, metrics, registry, subsidy  # noqa: F401  (a fact is known once its module is imported)
from shared.contracts.fact import encode
from tests.contracts.samples import published, sample

GOLDEN = Path(__file__).parent / "golden"


def main() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for name, cls in published().items():
        path = GOLDEN / f"{name}.json"
        if not path.exists():
            path.write_bytes(encode(sample(cls)) + b"\n")
            print(f"wrote {path.name}")  # noqa: T201


if __name__ == "__main__":
    main()
