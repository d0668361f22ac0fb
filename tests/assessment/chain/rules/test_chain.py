"""The chain as an export: whatever is flipped, cut, moved or forged is named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from asyncpg.pgproto import pgproto
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.chain.rules import (
    BEGINNING,
    Check,
    Entry,
    Fault,
    Head,
    Item,
    Link,
    LinkKind,
    Record,
    check_lines,
    digest,
    extend,
    line,
)
from shared.kernel.awards import Award

AT = datetime(2026, 6, 30, 4, tzinfo=UTC)
SESSION, BODY = UUID(int=7), UUID(int=9)
FILED = ["E1", "4-10-01-05", 4]
RESULTS = ["a" * 64]


def certificate(place: int) -> str:
    """A subject that no single flip turns into another one."""
    return f"certificates/{str(place) * 3}"


def numbered(place: int, status: str = "valid") -> list[object]:
    return [str(UUID(int=100 + place)), f"S00004100012325300000{place}", status]


def an_export(certificates: int = 3) -> list[Item]:
    """A session that was filed, sealed, posted and concluded with certificates, of which the first was revoked."""
    subject = f"sessions/{SESSION}"
    entries = [
        Entry(LinkKind.SESSION_FILED, subject, digest(FILED)),
        Entry(LinkKind.ROSTER_SEALED, subject, digest(["roster"])),
        Entry(LinkKind.RESULTS_POSTED, subject, digest(["1", 600, 885])),
        Entry(LinkKind.SESSION_CONCLUDED, subject, digest(RESULTS)),
        *(
            Entry(LinkKind.CERTIFICATE_NUMBERED, certificate(place), digest(numbered(place)))
            for place in range(certificates)
        ),
        Entry(LinkKind.CREDENTIAL_SIGNED, f"{certificate(0)}/1", digest(["b" * 64])),
        Entry(LinkKind.CERTIFICATE_CHANGED, certificate(0), digest(numbered(0, "revoked"))),
    ]
    links = extend(SESSION, Head(0, BEGINNING), entries, at=AT)
    anchors = [Entry(LinkKind.ANCHORED, f"sessions/{SESSION}/{place}", links[place - 1].hash) for place in (1, 4)]
    records = [
        Record(SESSION, "session", subject, FILED),
        Record(SESSION, "results", subject, RESULTS),
        *(
            Record(SESSION, "certificate", certificate(place), numbered(place, "valid" if place else "revoked"))
            for place in range(certificates)
        ),
        Record(SESSION, "credential", f"{certificate(0)}/1", ["b" * 64]),
    ]
    return [*links, *records, *extend(BODY, Head(0, BEGINNING), anchors, at=AT)]


def written(items: Sequence[Item]) -> list[bytes]:
    return [line(item) + b"\n" for item in items]


def fault(lines: Sequence[bytes]) -> Fault | None:
    return check_lines(lines, Check())


EXPORT = written(an_export())


def test_digests_and_hashes_are_the_same_for_ever() -> None:
    """Stored links and kept exports hold them, so another way to write a value would look like tampering."""
    content = [UUID(int=7), pgproto.UUID(str(UUID(int=8))), "证书", 4, Award.SENIOR_WORKER, True, None, 61.5,
               date(2026, 6, 30), AT, LinkKind.ANCHORED]  # fmt: skip
    entry = Entry(LinkKind.CERTIFICATE_NUMBERED, "certificates/1", digest(content))

    links = extend(SESSION, Head(2, b"\1" * 32), [entry, entry], at=AT)

    assert entry.digest.hex() == "b40d629c50378b627c9874ef9709e2822e0d5ecf4f78ff2d1bef0cd31cc2f1c4"
    assert links[-1].hash.hex() == "ee6cce058682455a4d736ca3d5caa7462834ab31d3556385ac4510cafd082e8b"
    assert links[-1].hash == links[-1].hash_due


class TestCheck:
    def test_what_was_not_touched_is_counted(self) -> None:
        check = Check()

        assert check_lines(EXPORT, check) is None
        assert (check.links, check.records, len(check.heads)) == (11, 6, 2)

    @given(st.data())
    def test_any_flipped_byte_is_named(self, data: st.DataObject) -> None:
        content = bytearray(b"".join(EXPORT))
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= data.draw(st.integers(1, 255))

        found = fault(_lines(bytes(content)))

        assert found is not None
        number = b"".join(EXPORT)[:place].count(b"\n")
        item = an_export()[number]
        told = {f"line {number + 1}", item.subject}
        told |= {f"link {item.place} of chain"} if isinstance(item, Link) else {"is gone", "in no chain"}
        # A line feed that is no more joins a line with the next one.
        assert any(each in f"{found.record}: {found.why}" for each in told), found

    @given(st.integers(0, 255))
    def test_a_link_that_was_flipped_is_named_by_its_record(self, bit: int) -> None:
        items = an_export()
        link = items[5]
        assert isinstance(link, Link)
        flipped = bytearray(link.digest)
        flipped[bit // 8] ^= 1 << bit % 8
        forged = Link(
            link.chain, link.place, link.kind, link.subject, bytes(flipped), link.at, link.previous, link.hash
        )

        found = fault(written([*items[:5], forged, *items[6:]]))

        assert found is not None
        assert found.record.startswith(f"{certificate(1)} (certificate-numbered, link 6 ")

    @given(st.integers(0, len(EXPORT) - 1))
    def test_a_line_that_is_gone_is_noticed_unless_it_ends_the_chain_of_a_body(self, gone: int) -> None:
        found = fault([*EXPORT[:gone], *EXPORT[gone + 1 :]])

        assert (found is None) is (gone == len(EXPORT) - 1)

    @given(st.integers(0, len(EXPORT) - 2))
    def test_two_lines_that_changed_places_are_noticed(self, place: int) -> None:
        items = an_export()
        if not (isinstance(items[place], Link) and isinstance(items[place + 1], Link)):
            return
        swapped = [*EXPORT]
        swapped[place : place + 2] = reversed(swapped[place : place + 2])

        assert fault(swapped) is not None

    def test_a_record_that_says_something_else_is_named(self) -> None:
        items = an_export()
        forged = Record(SESSION, "certificate", certificate(2), numbered(9))

        found = fault(written([forged if getattr(each, "subject", "") == certificate(2) and isinstance(each, Record)
                               else each for each in items]))  # fmt: skip

        assert found == Fault(f"{certificate(2)} (certificate)", "the record does not say what its latest link says")

    def test_a_certificate_that_nobody_numbered_is_named(self) -> None:
        forged = Record(SESSION, "certificate", certificate(9), numbered(9))
        items = an_export()

        found = fault(written([*items[:-2], forged, *items[-2:]]))

        assert found == Fault(f"{certificate(9)} (certificate)", "the record is in no chain, or twice")

    def test_a_session_whose_whole_chain_was_written_again_is_named_by_the_chain_of_its_body(self) -> None:
        items = an_export()
        links = [each for each in items if isinstance(each, Link) and each.chain == SESSION]
        entries = [Entry(each.kind, each.subject, each.digest) for each in links]
        again = extend(SESSION, Head(0, BEGINNING), entries, at=datetime(2026, 7, 1, tzinfo=UTC))

        found = fault(written([*again, *items[len(links) :]]))

        assert found is not None
        assert found.record.startswith(f"sessions/{SESSION}/1 (anchored")

    def test_whoever_keeps_the_heads_notices_a_chain_that_was_cut(self) -> None:
        whole, cut = Check(), Check()
        check_lines(EXPORT, whole)

        assert check_lines(EXPORT[:-1], cut) is None
        assert cut.heads[BODY] != whole.heads[BODY]


def _lines(content: bytes) -> list[bytes]:
    parts = content.split(b"\n")
    return [*(part + b"\n" for part in parts[:-1]), *([parts[-1]] if parts[-1] else [])]
