"""A reader's two terminals: in one the system is started, in the other the commands of pages are typed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from tests.docs.markdown import ROOT, blocks

_DONE: Final = "the piece is done"
_STARTS: Final = ("make run", "make up")


class Piece(NamedTuple):
    """What is typed while one start of the system runs: `start` is the command in the first terminal."""

    start: str
    commands: str


def pieces(pages: Sequence[str]) -> list[Piece]:
    """The blocks of pages of docs/, one page after the other, from each start of the system to the next."""
    found: list[Piece] = []
    for block in (block for page in pages for block in blocks(ROOT / "docs" / page) if block.language == "bash"):
        if block.text.startswith(_STARTS):
            found.append(Piece(block.text.strip(), ""))
        else:
            found[-1] = found[-1]._replace(commands=found[-1].commands + block.text)
    return found


@dataclass(frozen=True)
class Terminal:
    """The second terminal, whose variables and functions stay from piece to piece."""

    shell: subprocess.Popen[str]
    notes: Path

    def type(self, commands: str) -> str:
        """What the commands say. Raises AssertionError with it if one of them fails."""
        assert self.shell.stdin is not None
        assert self.shell.stdout is not None
        self.notes.write_text(commands, encoding="utf-8")
        self.shell.stdin.write(f". '{self.notes}' < /dev/null\necho '{_DONE}'\n")
        self.shell.stdin.flush()
        said: list[str] = []
        for line in self.shell.stdout:
            if line.strip() == _DONE:
                return "".join(said)
            said.append(line)
        raise AssertionError("".join(said))


@contextmanager
def terminal(environment: Mapping[str, str], notes: Path) -> Iterator[Terminal]:
    """A terminal in the root of the project that a failing command closes; `notes` is where it reads commands from."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(["bash", "-eu"], cwd=ROOT, env=environment, text=True, **pipes) as shell:  # type: ignore[call-overload]
        try:
            yield Terminal(shell, notes)
        finally:
            shell.kill()
