"""Certificates as PDF: set by Typst, in a thread of its own, with a font that has every character of GB 18030's names.

The font comes with a package; nothing is taken from the machine, so a certificate looks the same everywhere. A
character that the font lacks is refused before it is printed as an empty box.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import orjson
import segno
import typst
from fontTools.ttLib import TTFont

from services.assessment.credentials.rules import CharactersWithoutGlyph, NoFont

_TEMPLATE: Final = Path(__file__).parent / "certificate.typ"


def _font() -> Path:
    """The font's file. Raises NoFont if the package that brings it is not installed."""
    try:
        import pylopdf_fonts_zh_cn
    except ImportError:
        raise NoFont from None
    return Path(pylopdf_fonts_zh_cn.serif_path())


class Printer:
    """Prints one certificate after the other. The compiler releases the interpreter meanwhile, and keeps the fonts."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "printer")

    async def print(self, said: Mapping[str, Any], *, code: str) -> bytes:
        """The PDF that says `said`, with `code` as a QR code. Raises NoFont, CharactersWithoutGlyph."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._print, dict(said), code)

    def _print(self, said: dict[str, Any], code: str) -> bytes:
        texts = orjson.dumps(said).decode()
        missing = {each for each in texts if ord(each) not in self._characters}
        if missing:
            raise CharactersWithoutGlyph(characters=len(missing))
        drawn = io.BytesIO()
        segno.make(code, error="m").save(drawn, kind="svg", xmldecl=False, svgns=True)
        content = orjson.dumps(said | {"code": drawn.getvalue().decode()}).decode()
        printed = self._compiler.compile(format="pdf", sys_inputs={"said": content})
        assert isinstance(printed, bytes), "one document, without a file to write to"
        return printed

    @cached_property
    def _characters(self) -> frozenset[int]:
        with TTFont(_font(), lazy=True) as font:
            return frozenset(font.getBestCmap())

    @cached_property
    def _compiler(self) -> typst.Compiler:
        return typst.Compiler(str(_TEMPLATE), font_paths=[str(_font().parent)], ignore_system_fonts=True)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
