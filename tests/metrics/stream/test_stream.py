"""The answers while they are watched: answers that follow the totals, and the stream of changes."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import httpx
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sse_starlette.sse import AppStatus

from services.metrics.stream import usecases
from services.metrics.stream.usecases import STATES_MAX, Channel, Message, Streams
from services.metrics.totals.rules.cuts import Cut, Dimension
from services.metrics.totals.usecases import answer_cache
from services.metrics.totals.usecases.answer_cache import ANSWERS_MAX, OF_ONE_NETWORK_MAX, AnswerCache, Asked
from services.metrics.worker import SERVICE
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.edge.lanes import Lane, Limits
from tests.conftest import OpenService
from tests.support.facts import class_started, enrolment, region
from tests.support.services import ServiceUnderTest

BY_REGION = Cut((Dimension.REGION,))


@pytest.fixture
async def metrics(open_service: OpenService) -> AsyncGenerator[ServiceUnderTest]:
    metrics = await open_service(SERVICE)
    await metrics.hear(
        region("410000", reports_to=None, parent=None),
        region("419001", reports_to="419001"),
        region("410173", reports_to="410173"),
        class_started(),
    )
    async with answers_of(metrics).watching():
        yield metrics


def answers_of(metrics: ServiceUnderTest) -> AnswerCache:
    answers: AnswerCache = metrics.app.state.answers
    return answers


def streams_of(metrics: ServiceUnderTest) -> Streams:
    streams: Streams = metrics.app.state.streams
    return streams


def content(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(message.data)
    return found


def in_training(message: Message) -> dict[str, int]:
    return {cell["region"]: cell["in_training"] for cell in content(message)["cells"]}


async def begin(metrics: ServiceUnderTest, number: int, place: str) -> None:
    await metrics.hear(enrolment(number, status=EnrolmentStatus.IN_TRAINING, region=place))


async def test_the_stream_starts_with_all_cells_and_then_tells_only_those_that_changed(
    metrics: ServiceUnderTest,
) -> None:
    await begin(metrics, 1, "419001")

    async with aclosing(streams_of(metrics).messages(BY_REGION)) as messages, asyncio.timeout(10):
        first = await anext(messages)
        await begin(metrics, 2, "410173")
        then = await anext(messages)

    assert (content(first)["snapshot"], in_training(first)) == (True, {"419001": 1})
    assert (content(then)["snapshot"], in_training(then), content(then)["gone"]) == (False, {"410173": 1}, [])
    assert content(then)["total"]["in_training"] == 2
    assert first.id != then.id


async def test_who_comes_back_is_told_what_has_changed_since(metrics: ServiceUnderTest) -> None:
    await begin(metrics, 1, "419001")
    streams = streams_of(metrics)
    async with aclosing(streams.messages(BY_REGION)) as messages, asyncio.timeout(10):
        known = (await anext(messages)).id
    await begin(metrics, 2, "410173")

    async with aclosing(streams.messages(BY_REGION, known=known)) as messages, asyncio.timeout(10):
        missed = await anext(messages)  # perhaps before the change is seen
        missed = missed if in_training(missed) else await anext(messages)
    async with aclosing(streams.messages(BY_REGION, known=missed.id)) as messages, asyncio.timeout(10):
        nothing = await anext(messages)

    assert (content(missed)["snapshot"], in_training(missed)) == (False, {"410173": 1})
    assert (content(nothing)["snapshot"], content(nothing)["cells"], nothing.id) == (False, [], missed.id)


async def test_a_state_that_nobody_remembers_begins_with_a_snapshot(metrics: ServiceUnderTest) -> None:
    await begin(metrics, 1, "419001")

    async with aclosing(streams_of(metrics).messages(BY_REGION, known="of yesterday")) as messages, asyncio.timeout(10):
        first = await anext(messages)

    assert (content(first)["snapshot"], in_training(first)) == (True, {"419001": 1})


async def test_another_process_knows_a_state_by_the_same_name(metrics: ServiceUnderTest) -> None:
    await begin(metrics, 1, "419001")
    async with aclosing(streams_of(metrics).messages(BY_REGION)) as messages, asyncio.timeout(10):
        known = (await anext(messages)).id

    after_a_restart = Streams(answers_of(metrics))
    async with aclosing(after_a_restart.messages(BY_REGION, known=known)) as messages, asyncio.timeout(10):
        told = await anext(messages)

    assert (content(told)["snapshot"], content(told)["cells"]) == (False, [])


async def test_cells_that_vanish_are_told(metrics: ServiceUnderTest) -> None:
    await begin(metrics, 1, "419001")
    await begin(metrics, 2, "410173")

    async with aclosing(streams_of(metrics).messages(BY_REGION)) as messages, asyncio.timeout(10):
        await anext(messages)
        async with metrics.engine.begin() as connection:  # as after a rebuild without what was told by mistake
            await connection.execute(
                text("DELETE FROM cell USING combination AS c WHERE c.id = cell.combination AND c.region = '410173'")
            )
            await connection.execute(text("UPDATE position SET applied_at = applied_at + interval '1 second'"))
        then = await anext(messages)

    assert (content(then)["cells"], content(then)["gone"]) == ([], [{"region": "410173"}])
    assert content(then)["total"]["in_training"] == 1


async def test_a_kept_answer_follows_the_totals(metrics: ServiceUnderTest) -> None:
    async def count() -> int:
        found: int = (await metrics.http.get("/v1/totals?by=region")).json()["total"]["in_training"]
        return found

    async with aclosing(streams_of(metrics).messages(BY_REGION)) as messages, asyncio.timeout(10):
        await anext(messages)
        assert await count() == 0
        await begin(metrics, 1, "419001")
        await anext(messages)

        assert await count() == 1


async def test_what_is_streamed_is_kept_ready_however_long_nothing_changes(
    metrics: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_cache, "IDLE_SECONDS", 0.0)
    async with aclosing(streams_of(metrics).messages(BY_REGION)) as messages, asyncio.timeout(10):
        await anext(messages)
        await begin(metrics, 1, "419001")
        await anext(messages)

        assert answers_of(metrics)._kept(("totals", BY_REGION), None) is not None


async def test_made_up_questions_do_not_push_out_what_is_asked_again_and_again(metrics: ServiceUnderTest) -> None:
    answers, worked_out = answers_of(metrics), 0

    async def make(_: AsyncConnection) -> int:
        nonlocal worked_out
        worked_out += 1
        return worked_out

    async def ask(key: str, query: bytes, network: str = "10.0.0.1") -> bytes:
        return await answers.answer(key, make, asked=Asked("/v1/totals", query, network))

    async with asyncio.timeout(10):
        await answers.refreshed(since=-1)
    assert {await ask("board", spelling) for spelling in (b"by=region", b"by=%72egion", b"by=region&")} == {b"1"}
    for number in range(ANSWERS_MAX * 2):
        for network in ("10.0.0.2", "10.0.0.2"):
            await ask(f"made up {number}", b"by=day&region=%d" % number, network)

    assert answers.kept(Asked("/v1/totals", b"by=%72egion", "10.0.0.1")) == b"1"
    assert answers.kept(Asked("/v1/totals", b"by=day&region=0", "10.0.0.2")) is None
    assert await ask("board", b"by=region") == b"1"
    # Nor do they keep out what somebody else begins to ask.
    first = await ask("new", b"by=week", "10.0.0.3")
    assert answers.kept(Asked("/v1/totals", b"by=week", "10.0.0.3")) == first
    assert len(answers._answers) == OF_ONE_NETWORK_MAX + 2


async def test_one_network_that_asks_much_makes_room_for_itself(metrics: ServiceUnderTest) -> None:
    answers = answers_of(metrics)

    async def make(_: AsyncConnection) -> int:
        return 1

    async with asyncio.timeout(10):
        await answers.refreshed(since=-1)
    for number in range(OF_ONE_NETWORK_MAX):
        await answers.answer(number, make, asked=Asked("/v1/totals", b"%d" % number, "10.0.0.1"))
    assert answers.kept(Asked("/v1/totals", b"0", "10.0.0.2")) == b"1", "is everybody's from now on"
    for number in range(OF_ONE_NETWORK_MAX, OF_ONE_NETWORK_MAX + 2):
        await answers.answer(number, make, asked=Asked("/v1/totals", b"%d" % number, "10.0.0.1"))

    kept = {each for each in range(OF_ONE_NETWORK_MAX + 2) if each in answers._answers}
    assert kept == {0, *range(2, OF_ONE_NETWORK_MAX + 2)}


async def test_what_many_ask_at_once_is_worked_out_once(metrics: ServiceUnderTest) -> None:
    answers, worked_out = answers_of(metrics), 0

    async def make(_: AsyncConnection) -> int:
        nonlocal worked_out
        worked_out += 1
        return worked_out

    asked = (answers.answer("board", make, asked=Asked("/v1/totals", b"by=region", "10.0.0.1")) for _ in range(20))

    assert set(await asyncio.gather(*asked)) == {b"1"}


async def test_a_change_is_encoded_once_for_all_readers(metrics: ServiceUnderTest) -> None:
    streams = streams_of(metrics)
    async with (
        aclosing(streams.messages(BY_REGION)) as one,
        aclosing(streams.messages(BY_REGION)) as another,
        asyncio.timeout(10),
    ):
        await anext(one)
        await anext(another)

        await begin(metrics, 1, "419001")
        told, told_too = await anext(one), await anext(another)

    assert in_training(told) == {"419001": 1}
    assert told is told_too


async def test_a_reader_who_was_too_slow_for_a_change_is_told_of_it_with_the_next(metrics: ServiceUnderTest) -> None:
    streams = streams_of(metrics)
    async with (
        aclosing(streams.messages(BY_REGION)) as quick,
        aclosing(streams.messages(BY_REGION)) as slow,
        asyncio.timeout(10),
    ):
        await anext(quick)
        await anext(slow)
        for number, place in enumerate(("419001", "410173"), 1):
            await begin(metrics, number, place)
            await anext(quick)

        told = await anext(slow)

    assert (content(told)["snapshot"], in_training(told)) == (False, {"419001": 1, "410173": 1})


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("region=999999", "unknown-region"),
        ("programme=S99", "unknown-programme"),
        ("plan=HN1999", "unknown-plan"),
        ("department=宇航局", "unknown-department"),
        ("by=colour", "unknown-dimension"),
    ],
)
async def test_what_is_unknown_is_refused_before_the_stream_begins(
    metrics: ServiceUnderTest, asked: str, code: str
) -> None:
    answer = await metrics.http.get(f"/v1/stream?{asked}")

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_the_province_is_everything(metrics: ServiceUnderTest) -> None:
    await begin(metrics, 1, "419001")
    whole = Cut((Dimension.REGION,), region="410000")

    async with aclosing(streams_of(metrics).messages(whole)) as messages, asyncio.timeout(10):
        assert in_training(await anext(messages)) == {"419001": 1}


async def test_made_up_cuts_take_no_more_channels_than_there_are(
    metrics: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecases, "CHANNELS_MAX", 1)
    async with aclosing(streams_of(metrics).messages(BY_REGION)) as messages, asyncio.timeout(10):
        await anext(messages)
        refused = await metrics.http.get("/v1/stream?by=programme")
        await begin(metrics, 1, "419001")

        assert (refused.status_code, refused.json()["code"]) == (503, "busy")
        assert in_training(await anext(messages)) == {"419001": 1}


async def test_one_network_leaves_channels_to_others(
    metrics: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecases, "OF_ONE_NETWORK_MAX", 1)
    elsewhere = httpx.ASGITransport(metrics.app, client=("192.0.2.1", 1))
    async with (
        aclosing(streams_of(metrics).messages(BY_REGION, network="127.0.0.1")) as messages,
        httpx.AsyncClient(transport=elsewhere, base_url="http://test") as other,
        asyncio.timeout(10),
    ):
        await anext(messages)
        refused = await metrics.http.get("/v1/stream?by=programme")
        opened = await other.head("/v1/stream?by=programme")
        shared = await metrics.http.head("/v1/stream?by=programme")

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "120")
    assert (opened.status_code, shared.status_code) == (200, 200)


async def test_many_who_come_back_at_once_need_one_place_together(metrics: ServiceUnderTest) -> None:
    limits: Limits = metrics.app.state.limits
    limits.lanes[Lane.INTERACTIVE]._waiting_max = 0

    async with asyncio.timeout(10):
        answers = await asyncio.gather(*(metrics.http.head("/v1/stream?by=region") for _ in range(100)))

    assert {answer.status_code for answer in answers} == {200}


async def test_the_head_of_the_stream_ends(metrics: ServiceUnderTest) -> None:
    async with asyncio.timeout(10):
        answer = await metrics.http.head("/v1/stream?by=region")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_an_open_stream_ends_as_a_whole_response_when_the_service_stops(
    metrics: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server = uvicorn.Server(uvicorn.Config(metrics.app, lifespan="off", log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks, httpx.AsyncClient() as reader:
            tasks.create_task(server.serve(sockets=[listening]))
            async with reader.stream("GET", f"http://{host}:{port}/v1/stream?by=region") as response:
                lines = response.aiter_lines()
                first = await anext(lines)
                # What a signal does; this process goes on.
                monkeypatch.setattr(AppStatus, "should_exit", True)
                server.should_exit = True
                rest = [line async for line in lines]  # raises RemoteProtocolError if it is broken off

    assert (first[:3], rest[-1]) == ("id:", "")
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []


def view(cells: dict[str, int]) -> dict[str, Any]:
    rows = [{"region": region, "trainings": amount} for region, amount in sorted(cells.items())]
    return {"as_of": {}, "rows": rows, "total": {"trainings": sum(cells.values())}}


states = st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 2)), min_size=1, max_size=8)


@given(states=states, first=st.integers(0, 7), steps=st.integers(1, 4))
def test_a_reader_of_any_pace_sees_the_present_state(states: list[dict[str, int]], first: int, steps: int) -> None:
    channel, known = Channel(("region",)), None
    table: dict[str, int] = {}
    for number, cells in enumerate(states):
        channel.show(view(cells))
        if number < first or number % steps:
            continue
        message = channel.message(known)
        told, known = content(message), message.id
        if told["snapshot"]:
            table.clear()
        for gone in told["gone"]:
            table.pop(gone["region"], None)
        table.update({cell["region"]: cell["trainings"] for cell in told["cells"]})

        assert table == cells
        assert told["total"] == {"trainings": sum(cells.values())}


def test_who_is_too_far_behind_gets_all_cells_again() -> None:
    channel = Channel(("region",))
    channel.show(view({"a": 0}))
    known = channel.state
    for number in range(1, STATES_MAX + 2):
        channel.show(view({"a": number}))

    assert content(channel.message(known))["snapshot"]
