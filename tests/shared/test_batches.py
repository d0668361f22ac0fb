"""Batches: each row is read and answered by itself, in the order in which it came."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter

from shared.batches import answer
from shared.form_errors import MalformedRow
from shared.kernel.outcomes import RowOutcome, RowWarning, refused
from shared.kernel.refusals import NotFound
from shared.posted import posting
from shared.rows import parse_rows


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    local_id: str
    hours: int


ROWS = TypeAdapter(Row)
GOOD = {"local_id": "a", "hours": 3}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["local_id", "hours", "x"]), inner),
    max_leaves=6,
)


def content(*outcomes: RowOutcome, dry_run: bool = False) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(bytes(answer(list(outcomes), dry_run=dry_run).body))
    return parsed


class TestParseRows:
    @given(st.lists(json_values | st.just(GOOD), max_size=12))
    def test_every_row_is_either_parsed_or_refused_at_its_place(self, rows: list[object]) -> None:
        parsed, refused = parse_rows(ROWS, rows, row_id="local_id")

        assert sorted([place for place, _ in parsed] + [outcome.row for outcome in refused]) == list(range(len(rows)))
        assert all(outcome.outcome == "refused" and outcome.refusal is not None for outcome in refused)
        answer(refused)

    def test_a_bad_row_keeps_the_callers_name_for_it(self) -> None:
        rows: list[object] = [{"local_id": "mine", "hours": "?"}, {"local_id": "x" * 65}, {"local_id": 7}, 7]

        _, refused = parse_rows(ROWS, rows, row_id="local_id")

        assert [outcome.row_id for outcome in refused] == ["mine", None, None, None]

    def test_a_bad_row_is_told_place_and_kind_but_never_the_value(self) -> None:
        _, refused = parse_rows(ROWS, [{"local_id": "a", "hours": "13912345678x", "extra": "张三"}], row_id="local_id")

        body = answer(refused).body.decode()  # type: ignore[union-attr]

        errors = json.loads(body)["rows"][0]["errors"]
        assert [(error["code"], error["pointer"]) for error in errors] == [
            ("int-parsing", "/hours"),
            ("extra-forbidden", "/extra"),
        ]
        assert "13912345678" not in body
        assert "张三" not in body


class TestAnswer:
    def test_counts_the_outcomes_and_gives_the_rows_in_order(self) -> None:
        outcomes = [
            RowOutcome(2, "refused", "c", refusal=NotFound(pointer="/local_id", what="note")),
            RowOutcome(0, "accepted", "a", id=UUID(int=1)),
            RowOutcome(1, "repeated", "b", id=UUID(int=2)),
            RowOutcome(3, "accepted", "d", id=UUID(int=3)),
        ]

        body = content(*outcomes)

        assert (body["accepted"], body["repeated"], body["refused"], body["dry_run"]) == (2, 1, 1, False)
        assert [row["row_id"] for row in body["rows"]] == ["a", "b", "c", "d"]
        assert body["rows"][1] == {"row": 1, "row_id": "b", "outcome": "repeated", "id": str(UUID(int=2))}

    def test_says_of_a_refused_row_what_a_problem_would_say(self) -> None:
        (row,) = content(RowOutcome(0, "refused", "a", refusal=NotFound(pointer="/local_id", what="note")))["rows"]

        (error,) = row["errors"]
        assert (error["code"], error["pointer"], error["what"]) == ("not-found", "/local_id", "note")
        assert error["title"]
        assert error["title_zh"]
        assert error["cure"]
        assert error["cure_zh"]

    def test_says_everything_that_speaks_against_a_row(self) -> None:
        faults = [NotFound(what="note"), MalformedRow([{"code": "missing"}, {"code": "enum"}])]

        (row,) = content(refused(0, "a", faults))["rows"]

        assert [error["code"] for error in row["errors"]] == ["not-found", "missing", "enum"]

    def test_warns_of_what_looks_odd_about_a_row_that_was_taken(self) -> None:
        warning = RowWarning("odd", "C16", "Odd.", "可疑。", {"trainees": 3}, "/phone")

        first, second = content(RowOutcome(0, "accepted", warnings=(warning,)), RowOutcome(1, "accepted"))["rows"]

        assert first["warnings"] == [
            {
                "code": "odd", "check": "C16", "title": "Odd.", "title_zh": "可疑。", "pointer": "/phone",
                "trainees": 3,
            }
        ]  # fmt: skip
        assert "warnings" not in second

    def test_is_an_answer_of_zero_rows_too(self) -> None:
        assert content(dry_run=True) == {"accepted": 0, "repeated": 0, "refused": 0, "dry_run": True, "rows": []}


def test_the_description_of_a_batch_names_a_model_of_the_rows() -> None:
    described = posting(Row)

    content = described["requestBody"]["content"]
    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/RowBatch"}
    schema = described.batch.model_json_schema()
    assert schema["properties"]["rows"]["maxItems"] == 1000
    assert set(schema["$defs"]["Row"]["properties"]) == {"local_id", "hours"}
