"""Nothing that names a person leaves the place where it is sealed: not to tables, the log, log lines or answers."""

from __future__ import annotations

import logging

import asyncpg
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from shared.database import make_engine
from tests.registry.school import School, trainee
from tests.support.services import ServiceUnderTest

PHONE = "13915927364"
NAME = "欧阳修竹"
EVIDENCE = "残疾人证第二级"
GROUP = "compulsory_detox"
GROUPS = [{"group": GROUP, "evidence": EVIDENCE, "dated_on": "2025-01-02"}]
PEOPLE = [trainee(number, name=NAME, phone=PHONE, groups=GROUPS) for number in range(1, 4)]
WRONG = [
    trainee(4, document_number="410102199003070010", name=NAME, phone=PHONE),
    trainee(5, name=NAME, phone=PHONE + "9"),
    trainee(6, name=NAME, document_number=["410102199003070011"], phone=PHONE),
]

_COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type IN ('text', 'bytea', 'ARRAY', 'jsonb', 'json', 'character varying', 'uuid')
"""


def secrets() -> list[str]:
    numbers = [row["document_number"] for row in [*PEOPLE, *WRONG]]
    flat = [number for each in numbers for number in (each if isinstance(each, list) else [each])]
    return [*(str(number) for number in flat), NAME, PHONE, EVIDENCE, GROUP]


async def dump(url: str) -> bytes:
    """Every value of every column that can hold text, of every table."""
    engine = make_engine(url, name="dump")
    pieces: list[bytes] = []
    try:
        async with engine.connect() as connection:
            for table, column in (await connection.execute(text(_COLUMNS))).all():
                values = await connection.scalars(text(f'SELECT "{column}" FROM "{table}"'))
                pieces.extend(value if isinstance(value, bytes) else str(value).encode() for value in values)
    finally:
        await engine.dispose()
    return b"\n".join(pieces)


def assert_silent(content: bytes | str) -> None:
    for secret in secrets():
        for form in (secret.encode(), secret.encode("unicode_escape"), secret.encode("utf-16-le")):
            assert form not in (content.encode() if isinstance(content, str) else content)


async def live(school: School) -> str:
    """Everything that can happen to trainees; the answers that came back, as one text."""
    class_id = await school.run()
    answers = [
        await school.enrol(class_id, *PEOPLE, *WRONG, headers=school.headers | {"Idempotency-Key": "roster"}),
        await school.enrol(class_id, *PEOPLE, *WRONG, headers=school.headers | {"Idempotency-Key": "roster"}),
        await school.enrol(class_id, *PEOPLE, *WRONG, params={"mode": "validate"}),
        await school.post(f"classes/{class_id}/enrolments", {"rows": PEOPLE, NAME: PHONE}),
        await school.conclude(class_id, T1=60, T2=1),
        await school.registry.http.get(f"/v1/classes/{class_id}/enrolments", headers=school.headers),
    ]
    await school.post(f"enrolments/{answers[0].json()['rows'][0]['id']}/withdrawal")
    return "\n".join(answer.text for answer in answers if answer.status_code == 200)


class TestPersonalData:
    async def test_is_in_no_column_of_the_database_in_clear(self, school: School) -> None:
        await live(school)

        content = await dump(school.registry.settings.database_url)

        assert b"T1" in content
        assert "郑州学校".encode() in content
        assert_silent(content)

    async def test_is_in_no_record_of_the_log(self, school: School) -> None:
        await live(school)
        await school.registry.settle()

        content = await dump(school.registry.settings.log_url)

        assert content.count(b"registry.trainee-enrolled.v1") == 4
        assert_silent(content)

    async def test_is_in_no_log_line(self, school: School, caplog: pytest.LogCaptureFixture) -> None:
        with capture_logs() as lines, caplog.at_level(logging.DEBUG):
            await live(school)
            await school.registry.settle()

        assert {line["event"] for line in lines} >= {"request.answered"}
        assert_silent(str(lines) + caplog.text)

    async def test_is_masked_in_answers(self, school: School) -> None:
        seen = await live(school)

        assert f"{PEOPLE[0]['document_number']}"[:6] in seen
        assert '"name":"欧***"' in seen.replace(" ", "")
        assert_silent(seen)

    async def test_stays_out_of_the_answer_and_the_log_when_storing_fails(self, school: School) -> None:
        class_id = await school.file()
        engine = make_engine(school.registry.settings.database_url, name="saboteur")
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE enrolment ADD CONSTRAINT sabotage CHECK (version > 1)"))
        await engine.dispose()

        with capture_logs() as lines:
            answer = await school.enrol(class_id, *PEOPLE)

        assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
        assert_silent(answer.text + str(lines))

    async def test_is_shown_to_the_school_and_officers_only(self, school: School) -> None:
        class_id = await school.file()
        stranger = School(school.registry, "01980000-0000-7000-8000-000000000001")

        answer = await school.registry.http.get(f"/v1/classes/{class_id}/enrolments", headers=stranger.headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "foreign-organisation")


async def test_the_search_would_find_what_it_searches_for(registry: ServiceUnderTest) -> None:
    connection = await asyncpg.connect(registry.settings.database_url)
    await connection.execute("INSERT INTO trainee VALUES (gen_random_uuid(), 'resident_id', $1)", NAME.encode())
    await connection.close()

    with pytest.raises(AssertionError):
        assert_silent(await dump(registry.settings.database_url))
