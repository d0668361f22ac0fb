"""docs/states.md: the state machines, as diagrams and tables from the MOVES tables of the rules."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from deploy.docs.docstrings import under_fields
from deploy.docs.markdown import picture, prose, sentence, table
from shared.kernel.moves import REINSTATE

ROOT: Final = Path(__file__).resolve().parents[2]

HEAD: Final = """\
# States

The states of each record and the verbs that change them. Each table is the code's own `MOVES`: a verb that a state
does not list is refused with `illegal-move` (HTTP 409), and the refusal names the allowed verbs. A record begins in the
first state of its table.

A state without verbs is final. Under each table stands, for each of its final states, the way back of a record that got
there by mistake: an officer takes the step back with a reason (`reinstate`), and the record is again in the state
before it; or why there is no such way, and what is done instead.

This page is generated from the code (`python -m deploy.docs`); a test compares the two.
"""

Moves = Mapping[StrEnum, Mapping[StrEnum, StrEnum]]


class Machine(NamedTuple):
    """One MOVES table and its location. A record begins in the table's first state."""

    service: str
    module: str
    about: str
    moves: Moves
    ways_back: Collection[StrEnum]
    why_final: Mapping[StrEnum, str]

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
    """Every state machine of every topic's rules, and of what services share, each where its table stands first."""
    return list({id(machine.moves): machine for machine in reversed(list(_machines()))}.values())[::-1]


def _machines() -> Iterator[Machine]:
    topics = sorted([*ROOT.glob("services/*/*/rules.py"), *ROOT.glob("services/*/*/rules/*.py")])
    for path in (*topics, *sorted(ROOT.glob("shared/*/rules.py"))):
        name = path.relative_to(ROOT)
        module = importlib.import_module(".".join(name.with_suffix("").parts))
        if isinstance(moves := getattr(module, "MOVES", None), Mapping):
            owner = name.parts[1] if name.parts[0] == "services" else "shared"
            back, why = getattr(module, "WAYS_BACK", ()), getattr(module, "WHY_FINAL", {})
            yield Machine(owner, name.as_posix(), sentence(inspect.getdoc(module)), moves, back, why)


def _part(machine: Machine) -> str:
    heading = f"## {machine.service}: {machine.name}\n"
    about = prose(f"{machine.about} From `{machine.module}`.")
    return "\n".join(
        [heading, about, picture(_drawn(machine)), table(*_tabled(machine)), *_notes(machine), *_ways_back(machine)]
    )


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


def _ways_back(machine: Machine) -> Iterator[str]:
    for state, allowed in machine.moves.items():
        if not allowed and state in machine.ways_back:
            yield prose(f"`{state}`, if it was a mistake: `{REINSTATE}` leads back to the state before it.")
        elif not allowed:
            yield prose(f"`{state}` has no way back. {machine.why_final.get(state, '')}")


def _words(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
