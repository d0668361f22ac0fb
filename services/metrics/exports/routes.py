"""GET /v1/totals-file, /v1/totals-dictionary-file."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import orjson
from fastapi import Query, Request, Response

from services.metrics.exports.rules.columns import Column, dictionary
from services.metrics.exports.rules.parquet import Field, parquet
from services.metrics.exports.usecases import Export, export
from services.metrics.totals.routes import AskedCut, KnownOn
from services.metrics.totals.usecases.answer_cache import AnswerCache
from shared.spreadsheets.listings import MEDIA_TYPES, Heading, Sheet, workbook
from shared.spreadsheets.tables import SheetFormat
from shared.web import open_router

routes = open_router("totals")

PARQUET: Final = "application/vnd.apache.parquet"
_FILE: Final = {
    media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
    for media_type in MEDIA_TYPES.values()
}
_FILE_OR_PARQUET: Final = _FILE | {PARQUET: {"schema": {"type": "string", "format": "binary"}}}


class ExportFormat(StrEnum):
    CSV = SheetFormat.CSV
    XLSX = SheetFormat.XLSX
    PARQUET = "parquet"


_DICTIONARY: Final = Sheet("dictionary", [Heading("", name) for name in Column._fields], [*dictionary()])


@routes.get("/totals-file", response_class=Response, responses={200: {"content": _FILE_OR_PARQUET}})
async def get_totals_file(
    request: Request,
    cut: AskedCut,
    format_: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.CSV,
    known_on: KnownOn = None,
) -> Response:
    """The totals of `GET /v1/totals` as a table, at an address that Excel and BI tools refresh from.

    Columns are headed by their codes and always in the same order; a workbook has the dictionary of the columns, and
    what it is as of, on further sheets. Texts and days are text, amounts whole numbers (money in fen).
    Parquet has days as days and what is not known as null; its metadata has the dictionary and what it is as of.
    """
    answers: AnswerCache = request.app.state.answers
    async with request.app.state.engines.connect() as connection:
        found = await export(connection, answers.cells, cut, today=answers.today(), known_on=known_on)
    if format_ is ExportFormat.PARQUET:
        headers = {"Content-Disposition": 'attachment; filename="totals.parquet"'}
        return Response(_parquet(found), headers=headers, media_type=PARQUET)
    sheet = Sheet("totals", [Heading("", column) for column in found.columns], found.rows)
    form = SheetFormat(format_)
    about = Sheet("as_of", [Heading("", "name"), Heading("", "value")], found.about)
    return _file("totals", workbook(form, sheet, _DICTIONARY, about, created=found.taken_at), form)


@routes.get("/totals-dictionary-file", response_class=Response, responses={200: {"content": _FILE}})
async def get_totals_dictionary_file(
    format_: Annotated[SheetFormat, Query(alias="format")] = SheetFormat.CSV,
) -> Response:
    """The dictionary of `GET /v1/totals-file`: every column with its type, unit, names and rule."""
    return _file("totals-dictionary", workbook(format_, _DICTIONARY), format_)


def _parquet(found: Export) -> bytes:
    explained = {each.code: each for each in dictionary()}
    fields = [Field(code, explained[code].type) for code in found.columns]
    columns = orjson.dumps([explained[code]._asdict() for code in found.columns]).decode()
    return parquet(fields, found.rows, about=dict(found.about) | {"dictionary": columns})


def _file(name: str, content: bytes, format_: SheetFormat) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{format_}"'}
    return Response(content, headers=headers, media_type=MEDIA_TYPES[format_])
