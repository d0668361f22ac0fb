"""Totals as files: the same figures as in the answers, and a dictionary of every column."""

from __future__ import annotations

import csv
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import orjson
import pytest
from pyarrow.parquet import read_table
from python_calamine import CalamineWorkbook

from services.metrics.exports.rules import columns as rules
from services.metrics.exports.rules.columns import dictionary
from services.metrics.exports.rules.parquet import Field, parquet
from services.metrics.totals.rules.cuts import COUNTED, Dimension
from services.metrics.worker import SERVICE
from shared.contracts.registry.enrolments import EnrolmentStatus
from tests.conftest import OpenService
from tests.support.facts import enrolment, programme, region
from tests.support.services import ServiceUnderTest


@pytest.fixture
async def metrics(open_service: OpenService) -> ServiceUnderTest:
    metrics = await open_service(SERVICE)
    done = EnrolmentStatus.COMPLETED
    await metrics.hear(
        region("410000", reports_to=None, parent=None),
        region("410100", reports_to="410100", name_zh="郑州市"),
        region("410102", reports_to="410100", parent="410100"),
        region("419001", reports_to="419001", name_zh="济源示范区"),
        programme("HN2025", parent=None),
        programme("S01", name_zh="先进制造业"),
        *(enrolment(number, status=done, programme="S01") for number in range(3)),
        enrolment(4, status=done, programme="S01", region="419001"),
    )
    return metrics


async def rows(metrics: ServiceUnderTest, path: str, **query: str) -> list[dict[str, str]]:
    answer = await metrics.http.get(f"/v1/{path}", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


async def test_a_file_has_the_figures_of_the_answer_with_names_beside_codes(metrics: ServiceUnderTest) -> None:
    asked = {"by": "region,programme", "plan": "HN2025"}
    answer = (await metrics.http.get("/v1/totals", params=asked)).json()

    found = await rows(metrics, "totals-file", **asked)

    assert [(row["region"], row["region_name"], row["programme_name"], row["trainings"]) for row in found] == [
        ("410100", "郑州市", "先进制造业", "3"), ("419001", "济源示范区", "先进制造业", "1"),
    ]  # fmt: skip
    assert [{name: int(row[name]) for name in COUNTED} for row in found] == [
        {name: row[name] for name in COUNTED} for row in answer["rows"]
    ]


async def test_columns_keep_their_places_whatever_the_order_of_the_question(metrics: ServiceUnderTest) -> None:
    one, other = (
        await rows(metrics, "totals-file", by="day,region"),
        await rows(metrics, "totals-file", by="region,day"),
    )

    assert list(one[0]) == list(other[0]) == ["region", "region_name", "day", *COUNTED_IN_ORDER]


COUNTED_IN_ORDER = [each.code for each in dictionary() if each.code in COUNTED]


async def test_a_workbook_brings_its_dictionary_and_what_it_is_as_of(metrics: ServiceUnderTest) -> None:
    answer = await metrics.http.get("/v1/totals-file", params={"by": "region", "format": "xlsx", "plan": "HN2025"})
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))

    assert book.sheet_names == ["totals", "dictionary", "as_of"]
    totals: list[list[Any]] = book.get_sheet_by_name("totals").to_python()
    place = totals[0].index("trainings")
    assert [(row[0], row[place]) for row in totals[1:]] == [("410100", 3.0), ("419001", 1.0)]
    about = {str(name): str(value) for name, value in book.get_sheet_by_name("as_of").to_python()[1:]}
    assert (about["plan"], about["as"]) == ("HN2025", "then")
    assert about["facts_applied"].startswith("registry ")


def test_a_parquet_file_has_values_with_their_types_and_nothing_where_nothing_is_known() -> None:
    fields = [Field("region", "text"), Field("day", "date"), Field("subsidised", "boolean"), Field("paid", "integer")]
    rows: list[list[str | int]] = [
        ["410100", "2025-03-01", "true", 123_456_789_012],
        ["济源示范区", "", "false", -5],
        ["", "1969-12-31", "", 0],
    ]

    table = read_table(BytesIO(parquet(fields, rows, about={"plan": "HN2025"})))

    assert [list(row.values()) for row in table.to_pylist()] == [
        ["410100", date(2025, 3, 1), True, 123_456_789_012],
        ["济源示范区", None, False, -5],
        [None, date(1969, 12, 31), None, 0],
    ]
    assert table.schema.metadata[b"plan"] == b"HN2025"


async def test_parquet_has_the_same_columns_and_rows_with_types_and_the_dictionary(metrics: ServiceUnderTest) -> None:
    asked = {"by": "region,subsidised,month", "plan": "HN2025"}
    table = await rows(metrics, "totals-file", **asked)

    answer = await metrics.http.get("/v1/totals-file", params=asked | {"format": "parquet"})

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vnd.apache.parquet")
    found = read_table(BytesIO(answer.content))
    as_text = [
        {name: "" if value is None else str(value).lower() if value is True or value is False else str(value)
         for name, value in row.items()}
        for row in found.to_pylist()
    ]  # fmt: skip
    assert as_text == [{name: value.strip() for name, value in row.items()} for row in table]
    [paid] = [each for each in orjson.loads(found.schema.metadata[b"dictionary"]) if each["code"] == "paid_fen"]
    assert paid["name_zh"] == "拨付金额"


async def test_the_dictionary_explains_every_column_that_a_file_may_have(metrics: ServiceUnderTest) -> None:
    found = {row["code"]: row for row in await rows(metrics, "totals-dictionary-file")}

    assert {*Dimension, *COUNTED} <= found.keys()
    assert (found["paid_fen"]["unit"], found["paid_fen"]["type"], found["paid_fen"]["name_zh"]) == (
        "fen", "integer", "拨付金额",
    )  # fmt: skip


async def test_a_file_that_would_be_too_large_is_refused(
    metrics: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "ROWS_MAX", 1)

    answer = await metrics.http.get("/v1/totals-file?by=region&plan=HN2025")

    assert (answer.status_code, answer.json()["code"], answer.json()["rows_max"]) == (422, "export-too-large", 1)
