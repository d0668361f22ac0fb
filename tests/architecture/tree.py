"""The source tree, for tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SERVICES: Final = sorted(path.parent.name for path in (ROOT / "services").glob("*/__main__.py"))


def modules(folder: str) -> list[Path]:
    """Every Python file under `folder`."""
    return sorted((ROOT / folder).rglob("*.py"))


def rooms_of(service: str, room: str) -> list[Path]:
    """The modules of every topic's `room` ("rules", "usecases", "store", "routes") in the service."""
    return [path for path in modules(f"services/{service}") if room in path.relative_to(ROOT).with_suffix("").parts[3:]]


def rules_of(service: str) -> list[Path]:
    """The modules of every topic's rules in the service."""
    return rooms_of(service, "rules")


def name_of(path: Path) -> str:
    """The module's dotted name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> set[str]:
    """The dotted names that the module at `path` imports; for `from a import b` both `a` and `a.b`."""
    return set(_imported(ast.parse(path.read_text(encoding="utf-8"))))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{each.name}" for each in names)
