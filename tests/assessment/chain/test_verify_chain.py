"""The chain of a real database: what an exam links to it, and what `verify-chain` says of touched records."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from services.assessment.certificates.usecases import adoption
from services.assessment.chain import usecases
from services.assessment.chain.rules import Entry, LinkKind, digest
from tests.assessment.centre import Centre, fail_row, pass_row

REASON = {"reason": "评分有误"}


async def a_life(centre: Centre) -> tuple[str, str]:
    """The ids of a concluded session, and of one of its certificates, to which everything happened that can."""
    session_id = await centre.examined(pass_row(1), pass_row(2), fail_row(3))
    assert (await centre.conclude(session_id)).status_code == 200
    [first, second] = await centre.certificates(session_id)
    for path in ("credential", "credential"):
        assert (await centre.post(f"/certificates/{first['id']}/{path}")).status_code == 201
    await centre.post(f"/certificates/{first['id']}/reissue", {"ground": "lost", "reason": "遗失"})
    await centre.revoke(second["id"], REASON)
    await centre.reinstate(second["id"], REASON)
    failed = (await centre.candidate_ids(session_id))["3"]
    corrected = await centre.correct(failed, {"theory": 80, "skills": 80, "reason": "漏登"})
    assert corrected.status_code == 200, corrected.text
    return session_id, first["id"]


async def verify(centre: Centre) -> usecases.Verification:
    async with centre.service.engine.begin() as connection:
        return await usecases.verify(connection)


async def touch(centre: Centre, statement: str) -> None:
    async with centre.service.engine.begin() as connection:
        await connection.exec_driver_sql(statement)


class TestAppend:
    async def test_each_step_of_an_exam_is_linked_to_the_one_before(self, centre: Centre) -> None:
        session_id, _ = await a_life(centre)

        rows = await centre.service.rows(
            "SELECT kind FROM chain_link WHERE chain = CAST(:chain AS uuid) ORDER BY place", chain=session_id
        )
        anchors = await centre.service.rows("SELECT kind FROM chain_link WHERE kind = 'anchored'")

        assert [LinkKind(row[0]).value for row in rows] == [
            "session-filed",
            "results-posted",
            "session-concluded",
            "certificate-numbered",
            "certificate-numbered",
            "credential-signed",
            "certificate-changed",
            "certificate-changed",
            "certificate-changed",
            "result-corrected",
            "certificate-numbered",
        ]
        assert len(anchors) == 2

    async def test_what_was_sent_has_a_digest_that_its_sender_can_work_out(self, centre: Centre) -> None:
        await centre.examined(pass_row(1), pass_row(2))

        [posted] = await centre.service.rows("SELECT digest FROM chain_link WHERE kind = 'results-posted'")

        assert bytes(posted[0]) == digest(["1", 60.0, 88.5, None, "2", 60.0, 88.5, None])

    async def test_links_are_never_changed(self, centre: Centre) -> None:
        await centre.session()

        for statement in ("UPDATE chain_link SET place = 7", "DELETE FROM chain_link", "TRUNCATE chain_link"):
            with pytest.raises(Exception, match="never changed"):
                await touch(centre, statement)

    async def test_a_seal_is_a_link_like_any_other(self, centre: Centre) -> None:
        session_id = await centre.session()
        entry = Entry(LinkKind.ROSTER_SEALED, f"sessions/{session_id}", digest(["roster"]))
        async with centre.service.engine.begin() as connection:
            await usecases.append(
                connection, UUID(session_id), [entry], body_id=UUID(centre.body["id"]), at=centre.service.clock.now()
            )

        found = await verify(centre)

        assert (found.fault, found.check.links) == (None, 3)


class TestVerify:
    async def test_what_happened_by_the_rules_is_in_order(self, centre: Centre) -> None:
        await a_life(centre)

        found = await verify(centre)

        assert found.fault is None
        assert (found.check.links, found.check.records, found.unlinked) == (13, 6, 0)

    @pytest.mark.parametrize(
        ("statement", "record"),
        [
            ("UPDATE certificate SET level = 6 WHERE id = '{certificate}'", "certificates/{certificate} (certificate)"),
            ("UPDATE certificate SET status = 'revoked', revoked_at = now() WHERE id = '{certificate}'",
             "certificates/{certificate} (certificate)"),
            ("UPDATE candidate SET theory = 1000", "sessions/{session} (results)"),
            ("UPDATE session SET occupation = '4-03-02-01'", "sessions/{session} (session)"),
            ("UPDATE credential SET digest = sha256('x')", "certificates/{certificate}/1 (credential)"),
            ("DELETE FROM credential", "certificates/{certificate}/1 (credential)"),
        ],
    )  # fmt: skip
    async def test_a_record_that_was_touched_is_named(self, centre: Centre, statement: str, record: str) -> None:
        session_id, certificate_id = await a_life(centre)
        values = {"session": session_id, "certificate": certificate_id}
        await touch(centre, statement.format(**values))

        found = await verify(centre)

        assert found.fault is not None
        assert found.fault.record == record.format(**values)

    async def test_a_link_that_somebody_changed_who_may_do_anything_is_named(self, centre: Centre) -> None:
        session_id, _ = await a_life(centre)
        await touch(centre, "ALTER TABLE chain_link DISABLE TRIGGER links_stay")
        await touch(centre, "UPDATE chain_link SET digest = sha256('x') WHERE kind = 'results-posted'")

        found = await verify(centre)

        assert found.fault is not None
        assert found.fault.record == f"sessions/{session_id} (results-posted, link 2 of chain {session_id})"

    async def test_a_session_that_vanished_with_its_chain_is_named(self, centre: Centre) -> None:
        session_id = await centre.session()
        await touch(centre, "ALTER TABLE chain_link DISABLE TRIGGER links_stay")
        await touch(centre, f"DELETE FROM chain_link WHERE chain = '{session_id}'")
        await touch(centre, f"DELETE FROM chain_head WHERE chain = '{session_id}'")
        await touch(centre, "TRUNCATE session CASCADE")

        found = await verify(centre)

        assert found.fault is not None
        assert found.fault.record.startswith(f"sessions/{session_id}/1 (anchored")


class TestAdoption:
    async def test_certificates_from_before_are_counted_then_linked_as_they_are_and_named_from_then_on(
        self, centre: Centre
    ) -> None:
        session_id = await centre.examined(pass_row(1), pass_row(2))
        await centre.conclude(session_id)
        await touch(centre, "ALTER TABLE chain_link DISABLE TRIGGER links_stay")
        await touch(centre, "TRUNCATE chain_link")
        await touch(centre, "TRUNCATE chain_head")
        before = await verify(centre)

        linked = []
        for _ in range(2):
            async with centre.service.engine.begin() as connection:
                linked.append(await adoption.adopt(connection, limit=500, at=centre.service.clock.now()))
        after = await verify(centre)
        [first, _] = await centre.certificates(session_id)
        await touch(centre, f"UPDATE certificate SET level = 6 WHERE id = '{first['id']}'")
        touched = await verify(centre)

        assert (before.fault, before.unlinked, before.check.adopted) == (None, 2, 0)
        assert linked == [2, 0]
        # Beside the two, the first is linked to the chain of the body.
        assert (after.fault, after.unlinked, after.check.adopted, after.check.links) == (None, 0, 2, 3)
        assert touched.fault is not None
        assert touched.fault.record == f"certificates/{first['id']} (certificate)"

    async def test_what_happens_to_an_adopted_certificate_is_linked_behind_it(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        await centre.conclude(session_id)
        await touch(centre, "ALTER TABLE chain_link DISABLE TRIGGER links_stay")
        await touch(centre, "TRUNCATE chain_link")
        await touch(centre, "TRUNCATE chain_head")
        async with centre.service.engine.begin() as connection:
            await adoption.adopt(connection, limit=500, at=centre.service.clock.now())
        [certificate] = await centre.certificates(session_id)

        await centre.revoke(certificate["id"], REASON)

        found = await verify(centre)
        assert (found.fault, found.unlinked) == (None, 0)


class TestCommand:
    async def test_a_file_or_a_database_is_verified_without_the_service(self, centre: Centre, tmp_path: Path) -> None:
        _, certificate_id = await a_life(centre)
        file = tmp_path / "chain.ndjson"
        async with centre.service.engine.begin() as connection:
            lines = await usecases.export(connection, file)
        touched = tmp_path / "touched.ndjson"
        number = _number_of(file, certificate_id)
        touched.write_bytes(file.read_bytes().replace(number, number[:-1] + b"7"))

        whole, forged = _run(str(file)), _run(str(touched))
        database = _run(str(centre.service.settings.database_url))

        assert lines == len(file.read_bytes().splitlines()) == 19
        assert (whole.returncode, database.returncode, forged.returncode) == (0, 0, 1)
        assert "chain.verified" in whole.stdout + whole.stderr
        assert "chain.touched" in forged.stdout + forged.stderr
        assert f"certificates/{certificate_id}" in forged.stdout + forged.stderr


def _number_of(file: Path, certificate_id: str) -> bytes:
    [record] = [each for each in file.read_bytes().splitlines() if f'"{certificate_id}","S0000'.encode() in each]
    place = record.index(b'"S0000')
    return record[place + 1 : place + 23]


def _run(source: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.assessment", "verify-chain", source]
    return subprocess.run(command, capture_output=True, text=True, check=False)
