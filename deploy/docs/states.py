"""docs/states.md: the state machines, as diagrams and tables from the MOVES tables of the rules."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from deploy.docs.docstrings import under_fields
from deploy.docs.markdown import picture, prose, sentence, table

ROOT: Final = Path(__file__).resolve().parents[2]

HEAD: Final = """\
# States

The states of each record and the verbs that change them. Each table is the code's own `MOVES`: a verb that a state
does not list is refused with `illegal-move` (HTTP 409), and the refusal names the allowed verbs. A record begins in the
first state of its table; a state without verbs is final.

This page is generated from the code (`python -m deploy.docs`); a test compares the two.
"""

Moves = Mapping[StrEnum, Mapping[StrEnum, StrEnum]]


class Machine(NamedTuple):
    """One MOVES table and its location. A record begins in the table's first state."""

    service: str
    module: str
    about: str
    moves: Moves

    @property
    def name(self) -> str:
        return _words(type(next(iter(self.moves))).__name__.removesuffix("Status"))

    @property
    def verbs(self) -> list[StrEnum]:
        """Each verb that some state allows, in the order in which the table names them."""
        return list(dict.fromkeys(verb for allowed in self.moves.values() for verb in allowed))


def page() -> str:
    """The page in Markdown."""
    return "\n".join([HEAD, *(_part(machine) for machine in machines())])


def machines() -> list[Machine]:
    """Every state machine of every topic's rules, and of what services share."""
    return list(_machines())


def _machines() -> Iterator[Machine]:
    topics = sorted([*ROOT.glob("services/*/*/rules.py"), *ROOT.glob("services/*/*/rules/*.py")])
    for path in (*topics, *sorted(ROOT.glob("shared/*/rules.py"))):
        name = path.relative_to(ROOT)
        module = importlib.import_module(".".join(name.with_suffix("").parts))
        if isinstance(moves := getattr(module, "MOVES", None), Mapping):
            owner = name.parts[1] if name.parts[0] == "services" else "shared"
            yield Machine(owner, name.as_posix(), sentence(inspect.getdoc(module)), moves)


def _part(machine: Machine) -> str:
    heading = f"## {machine.service}: {machine.name}\n"
    about = prose(f"{machine.about} From `{machine.module}`.")
    return "\n".join([heading, about, picture(_drawn(machine)), table(*_tabled(machine)), *_notes(machine)])


def _drawn(machine: Machine) -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"    [*] --> {next(iter(machine.moves))}"
    for state, allowed in machine.moves.items():
        for verb, after in allowed.items():
            yield f"    {state} --> {after}: {verb}"
        if not allowed:
            yield f"    {state} --> [*]"


def _tabled(machine: Machine) -> tuple[list[str], list[list[str]]]:
    verbs = machine.verbs
    rows = [
        [f"`{state}`", *(f"`{allowed[verb]}`" if verb in allowed else "" for verb in verbs)]
        for state, allowed in machine.moves.items()
    ]
    return ["state", *(f"{verb}" for verb in verbs)], rows


def _notes(machine: Machine) -> Iterator[str]:
    for members in (list(machine.moves), machine.verbs):
        meanings = under_fields(type(members[0]))
        for member in members:
            if member.name in meanings:
                yield f"`{member}`: {meanings[member.name]}\n"


def _words(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
