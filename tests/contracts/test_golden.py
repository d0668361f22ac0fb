"""What was once written to a log is read for ever, and says the same."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import FieldInfo

from shared.contracts.fact import Fact, Malformed, UnknownType, decode, encode
from tests.contracts.samples import published, sample, structs_in
from tests.contracts.write_golden import GOLDEN

TYPES = sorted(published())
MEMBERS = st.sampled_from(["type", "data", "subject", "version", "time", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(MEMBERS, inner),
    max_leaves=20,
)


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.json").read_bytes().removesuffix(b"\n")


def as_written(value: Any, like: Any) -> Any:
    """`value` without the fields that `like` has not, at any depth."""
    match value, like:
        case dict(), dict():
            return {name: as_written(each, like[name]) for name, each in value.items() if name in like}
        case list() | tuple(), list():
            assert len(value) == len(like)
            return [as_written(each, other) for each, other in zip(value, like, strict=True)]
    return value


def content(fact: Fact, like: dict[str, Any]) -> Any:
    """The fields of `fact` that `like` has."""
    return as_written(msgspec.to_builtins(fact), like)


def later_fields(value: Any, like: Any, struct: Any) -> list[FieldInfo]:
    """The fields of `struct` that its JSON form `value` has and `like`, which was written before, has not."""
    fields = {field.name: field for field in msgspec.structs.fields(struct)}
    found = [fields[name] for name in value.keys() - like.keys()]
    for name in value.keys() & like.keys():
        for inner in structs_in(fields[name].type):
            for each, other in zip(value[name], like[name], strict=True):
                found += later_fields(each, other, inner)
    return found


def test_every_fact_has_a_golden_file_and_every_file_a_fact() -> None:
    assert sorted(path.stem for path in GOLDEN.iterdir()) == TYPES


@pytest.mark.parametrize("name", TYPES)
class TestGolden:
    def test_is_read_as_what_was_meant(self, name: str) -> None:
        written = json.loads(golden(name))

        fact = decode(golden(name))

        assert type(fact) is published()[name]
        assert content(fact, written["data"]) == content(sample(type(fact)), written["data"])
        assert (fact.subject, fact.version) == (written["subject"], written["version"])

    def test_is_written_again_as_it_is_but_for_fields_with_a_default_that_came_later(self, name: str) -> None:
        fact = decode(golden(name))
        written, again = json.loads(golden(name)), json.loads(encode(fact))

        later = later_fields(again["data"], written["data"], type(fact))

        assert all(not field.required for field in later)
        if later:
            assert again | {"data": as_written(again["data"], written["data"])} == written
        else:
            assert encode(fact) == golden(name)

    def test_is_a_cloud_event(self, name: str) -> None:
        event = json.loads(golden(name))

        assert event["specversion"] == "1.0"
        assert event["id"] == f"{event['subject']}@{event['version']}"
        assert event["source"] == "/" + name.split(".")[0]
        assert event["type"] == name
        assert event["datacontenttype"] == "application/json"

    def test_survives_fields_that_a_newer_publisher_adds(self, name: str) -> None:
        event = json.loads(golden(name))
        event |= {"traceparent": "00-1-2-00"}
        event["data"] |= {"added_later": {"nested": [1]}}

        assert decode(json.dumps(event).encode()) == decode(golden(name))


class TestDecode:
    @given(st.binary(max_size=200))
    def test_says_of_any_bytes_that_they_are_no_event(self, event: bytes) -> None:
        with pytest.raises((Malformed, UnknownType)):
            decode(event)

    @given(JSON)
    def test_says_of_any_json_that_it_is_no_event(self, value: object) -> None:
        with pytest.raises((Malformed, UnknownType)):
            decode(json.dumps(value).encode())

    @given(st.sampled_from(TYPES), st.data())
    def test_never_quotes_what_it_found(self, name: str, draw: st.DataObject) -> None:
        event = json.loads(golden(name))
        field = draw.draw(st.sampled_from(sorted(event["data"])))
        event["data"][field] = {"410102199003070011": ["13912345678"]}

        with pytest.raises(Malformed) as refused:
            decode(json.dumps(event).encode())

        assert field in str(refused.value)
        assert "410102199003070011" not in str(refused.value)
        assert "13912345678" not in str(refused.value)

    @pytest.mark.parametrize(
        ("name", "field", "value"),
        [
            ("registry.trainee-enrolled.v1", "level", 9),
            ("registry.trainee-enrolled.v1", "level", 0),
            ("registry.trainee-enrolled.v1", "level", True),
            ("registry.trainee-enrolled.v1", "level", "4"),
            ("registry.trainee-enrolled.v1", "level", 4.0),
            ("registry.trainee-enrolled.v1", "region", "41010"),
            ("registry.trainee-enrolled.v1", "region", "410102\n"),
            ("registry.trainee-enrolled.v1", "programme", "S01\n"),
            ("registry.trainee-enrolled.v1", "occupation", "4-10-01-5"),
            ("registry.trainee-enrolled.v1", "tags", ["S"] * 21),
            ("registry.trainee-enrolled.v1", "person", "591d78c5"),
            ("registry.trainee-enrolled.v1", "effective_on", "2025-02-29"),
            ("registry.trainee-enrolled.v1", "effective_on", 0),
            ("registry.trainee-enrolled.v1", "status", "enrolled"),
            ("registry.indicator-listed.v1", "target", "many"),
            ("registry.indicator-listed.v1", "target", "NaN"),
            ("registry.flag-raised.v1", "check", "C1"),
            ("registry.listing-opened.v1", "project", "x"),
            ("subsidy.claim-paid.v1", "amount_fen", -1),
            ("subsidy.claim-paid.v1", "lines", [{}]),
        ],
    )
    def test_refuses_what_is_out_of_bounds(self, name: str, field: str, value: object) -> None:
        event = json.loads(golden(name))
        event["data"][field] = value

        with pytest.raises(Malformed):
            decode(json.dumps(event).encode())

    def test_refuses_a_wrong_code_each_time_and_names_its_place(self) -> None:
        event = json.loads(golden("registry.trainee-enrolled.v1"))
        event["data"]["region"] = "41010"

        for _ in range(2):
            with pytest.raises(Malformed, match=r"\$\.data\.region: Expected"):
                decode(json.dumps(event).encode())

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("subject", "x"),
            ("subject", "claims/1\n"),
            ("subject", "Claims/1"),
            ("subject", "claims/" + "1" * 120),
            ("version", 0),
            ("version", "1"),
            ("version", True),
            ("time", "2025-03-20T09:30:15"),
            ("time", 0),
            ("data", None),
        ],
    )
    def test_refuses_an_envelope_that_is_out_of_bounds(self, member: str, value: object) -> None:
        event = json.loads(golden("registry.persons-merged.v1")) | {member: value}

        with pytest.raises(Malformed, match=member):
            decode(json.dumps(event).encode())

    @pytest.mark.parametrize("member", ["subject", "version", "time", "data"])
    def test_refuses_an_envelope_that_lacks_a_member(self, member: str) -> None:
        event = json.loads(golden("registry.persons-merged.v1"))
        del event[member]

        with pytest.raises(Malformed, match=member):
            decode(json.dumps(event).encode())

    def test_says_of_a_type_from_a_newer_publisher_that_it_is_unknown_whatever_it_carries(self) -> None:
        event = {"type": "registry.trainee-enrolled.v2", "data": None}

        with pytest.raises(UnknownType, match=r"^registry\.trainee-enrolled\.v2$"):
            decode(json.dumps(event).encode())

    def test_says_of_what_is_nested_too_deep_that_it_is_no_event(self) -> None:
        deep = b'"x":' + b"[" * 100_000 + b"]" * 100_000 + b',"data"'
        event = golden("registry.persons-merged.v1").replace(b'"data"', deep)

        with pytest.raises(Malformed):
            decode(event)
