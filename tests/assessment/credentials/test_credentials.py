"""Credentials that strangers verify with libraries that are not ours, status lists, and certificates on paper."""

from __future__ import annotations

import base64
import gzip
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwcrypto.jwk import JWKSet
from jwcrypto.jws import JWS, InvalidJWSSignature
from openbadgeslib.ob3.verifier import OB3Verifier
from pypdf import PdfReader

from services.assessment.credentials.rules import Publisher
from services.assessment.credentials.usecases.printer import Printer
from services.assessment.credentials.usecases.signer import Signer
from shared.kernel.callers import Role
from tests.assessment.centre import Centre, pass_row, person_key, person_row

REASON = {"reason": "评分有误"}
LOST = {"ground": "lost", "reason": "持证人遗失"}


async def certified(centre: Centre, order: int = 1, **changes: object) -> dict[str, Any]:
    session_id = await centre.examined(pass_row(order), **changes)
    await centre.conclude(session_id)
    [certificate] = await centre.certificates(session_id)
    return certificate


async def signed(centre: Centre, certificate: dict[str, Any]) -> str:
    answer = await centre.post(f"/certificates/{certificate['id']}/credential")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["credential"])


async def key_set(centre: Centre) -> JWKSet:
    answer = await centre.service.http.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    return JWKSet.from_json(answer.text)


def opened(credential: str, keys: JWKSet) -> dict[str, Any]:
    """The payload, checked by jwcrypto. Raises InvalidJWSSignature."""
    token = JWS()
    token.deserialize(credential)
    token.allowed_algs = ["EdDSA"]
    token.verify(keys.get_key(token.jose_header["kid"]))
    content: dict[str, Any] = json.loads(token.payload)
    return content


async def status_of(centre: Centre, credential: str, keys: JWKSet) -> bool:
    """Whether the list says that the credential no longer stands, read as the recommendation says."""
    entry = opened(credential, keys)["credentialStatus"]
    path = "/v1/status-lists/" + entry["statusListCredential"].rpartition("/")[2]
    served = opened((await centre.service.http.get(path)).text, keys)
    assert served["id"] == entry["statusListCredential"]
    encoded = served["credentialSubject"]["encodedList"]
    bits = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    assert (encoded[0], len(bits) * 8) == ("u", 131_072)
    index = int(entry["statusListIndex"])
    return bool(bits[index // 8] & 0x80 >> index % 8)


class TestSign:
    async def test_a_stranger_verifies_it_off_line_with_the_published_keys(self, centre: Centre) -> None:
        certificate = await certified(centre)
        keys = await key_set(centre)

        credential = await signed(centre, certificate)

        pem = keys.get_key(json.loads(_part(credential, 0))["kid"]).export_to_pem()
        verified = OB3Verifier(pem).verify(credential)
        assert verified.issuer.id == "http://127.0.0.1:8003"
        assert verified.achievement.name == "高级工 4-10-01-05"
        subject = opened(credential, keys)["credentialSubject"]
        assert subject["licenseNumber"] == certificate["number"]
        assert subject["identifier"][0]["identityHash"] == "王小明"
        assert subject["achievement"]["creator"]["name"] == "郑州评价中心"

    async def test_a_changed_payload_is_found(self, centre: Centre) -> None:
        keys = await key_set(centre)
        head, payload, signature = (await signed(centre, await certified(centre))).split(".")
        content = json.loads(_decoded(payload)) | {"name": "首席技师"}
        forged = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

        with pytest.raises(InvalidJWSSignature):
            opened(f"{head}.{forged}.{signature}", keys)

    async def test_the_same_edition_is_signed_again_as_the_same_and_the_next_one_with_another_place(
        self, centre: Centre
    ) -> None:
        certificate, keys = await certified(centre), await key_set(centre)

        first = [await signed(centre, certificate) for _ in range(2)]
        await centre.post(f"/certificates/{certificate['id']}/reissue", LOST)
        second = await signed(centre, certificate)

        assert first[0] == first[1] != second
        assert [await status_of(centre, each, keys) for each in (first[0], second)] == [True, False]

    async def test_a_revoked_certificate_is_not_signed_and_its_credential_ends_and_returns(
        self, centre: Centre
    ) -> None:
        certificate, keys = await certified(centre), await key_set(centre)
        other = await signed(centre, await certified(centre, 2, local_id="E2"))
        credential = await signed(centre, certificate)
        before = await status_of(centre, credential, keys)

        await centre.revoke(certificate["id"], REASON)
        revoked = await status_of(centre, credential, keys)
        refused = await centre.post(f"/certificates/{certificate['id']}/credential")
        await centre.reinstate(certificate["id"], REASON)

        assert (before, revoked, await status_of(centre, credential, keys)) == (False, True, False)
        assert await status_of(centre, other, keys) is False
        assert (refused.status_code, refused.json()["code"]) == (409, "certificate-does-not-stand")

    async def test_the_holder_gets_their_own_and_nobody_elses(self, centre: Centre) -> None:
        certificate = await certified(centre)
        path = f"/certificates/{certificate['id']}/credential"
        tokens = centre.service.tokens

        own = await centre.post(path, None, tokens.of(Role.HOLDER, person=str(person_key(centre.service, 1))))
        foreign = await centre.post(path, None, tokens.of(Role.HOLDER, person=str(person_key(centre.service, 2))))

        assert own.status_code == 201
        assert (foreign.status_code, foreign.json()["code"]) == (403, "foreign-person")


class TestSettledName:
    """A body gives another name for a known number, and an officer settles that it is the one of the document."""

    async def settled(self, centre: Centre, name: str = "李晓明") -> dict[str, Any]:
        session_id = await centre.session(local_id="E9", level="L3")
        [row] = await centre.batch(f"/sessions/{session_id}/candidates", [person_row(1, name=name)])
        assert [each["code"] for each in row.get("warnings", [])] == ["name-differs"], row
        [question] = (await centre.get("/name-questions?status=open")).json()["rows"]
        said = {"name": name, "reason": "已查验证件"}
        answer = await centre.post(f"/name-questions/{question['id']}/settlement", said, centre.officer())
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def listed(self, centre: Centre, headers: dict[str, str] | None = None) -> list[str]:
        answer = await centre.get("/certificates?name_differs=true", headers)
        return [row["id"] for row in answer.json()["rows"]]

    async def test_it_is_listed_until_the_body_issues_again_and_then_on_record_paper_and_credential(
        self, centre: Centre
    ) -> None:
        certificate, keys = await certified(centre), await key_set(centre)
        path, before = f"/certificates/{certificate['id']}", await signed(centre, certificate)
        assert await self.listed(centre) == []

        settled = await self.settled(centre)

        assert (settled["status"], settled["certificates_to_reissue"]) == ("corrected", 1)
        assert (await centre.get(path)).json() == certificate | {"name": "李**"}
        assert await self.listed(centre) == await self.listed(centre, centre.officer()) == [certificate["id"]]
        assert await status_of(centre, before, keys) is False

        reissued = await centre.post(f"{path}/reissue", {"ground": "name-corrected", "reason": "姓名已更正"})

        assert reissued.json() == certificate | {"name": "李**", "edition": 2}
        after = await signed(centre, certificate)
        subject = opened(after, keys)["credentialSubject"]
        assert subject["identifier"][0]["identityHash"] == "李晓明"
        assert [await status_of(centre, each, keys) for each in (before, after)] == [True, False]
        text = PdfReader(io.BytesIO((await centre.get(f"{path}/pdf")).content)).pages[0].extract_text()
        assert ("李晓明" in text, "王小明" in text) == (True, False)
        assert await self.listed(centre) == []
        [question] = (await centre.get("/name-questions")).json()["rows"]
        assert question["certificates_to_reissue"] == 0

    async def test_a_settlement_that_is_taken_back_leaves_nothing_to_issue_again(self, centre: Centre) -> None:
        await certified(centre)
        settled = await self.settled(centre)
        path = f"/name-questions/{settled['id']}/reopening"

        reopened = await centre.post(path, {"reason": "查验有误"}, centre.officer())

        assert (reopened.json()["status"], reopened.json()["certificates_to_reissue"]) == ("open", 0)
        assert await self.listed(centre) == []

    async def test_a_name_that_is_corrected_through_a_certificate_reaches_its_editions_at_once(
        self, centre: Centre
    ) -> None:
        certificate = await certified(centre)
        correction = {"name": "李晓明", "reason": "与证件不符"}

        await centre.confirm(await centre.post(f"/certificates/{certificate['id']}/correction", correction))

        assert (await centre.get(f"/certificates/{certificate['id']}")).json()["edition"] == 2
        assert await self.listed(centre) == []


class TestStatusList:
    async def test_a_copy_is_confirmed_by_its_mark_until_something_changes(self, centre: Centre) -> None:
        certificate = await certified(centre)
        await signed(centre, certificate)
        http = centre.service.http

        first = await http.get("/v1/status-lists/0")
        same = await http.get("/v1/status-lists/0", headers={"If-None-Match": first.headers["etag"]})
        await centre.revoke(certificate["id"], REASON)
        changed = await http.get("/v1/status-lists/0", headers={"If-None-Match": first.headers["etag"]})

        assert (first.status_code, same.status_code, changed.status_code) == (200, 304, 200)
        assert first.headers["cache-control"] == "public, max-age=2"
        assert first.headers["content-type"] == "application/vc+jwt"
        assert (await http.get("/v1/status-lists/7")).status_code == 404

    async def test_a_copy_is_signed_again_after_an_hour_so_that_no_old_one_hides_a_revocation(
        self, centre: Centre
    ) -> None:
        await signed(centre, await certified(centre))
        first = await centre.service.http.get("/v1/status-lists/0")
        centre.service.clock.offset = timedelta(hours=1)

        later = await centre.service.http.get("/v1/status-lists/0")

        until = [opened(each.text, await key_set(centre))["exp"] for each in (first, later)]
        assert until[0] < until[1]


class TestKeys:
    async def test_kid_leads_to_the_key(self, centre: Centre) -> None:
        kid = json.loads(_part(await signed(centre, await certified(centre)), 0))["kid"]

        answer = await centre.service.http.get(kid.removeprefix("http://127.0.0.1:8003"))

        assert answer.json()["kid"] == kid
        assert answer.json()["crv"] == "Ed25519"
        assert "d" not in answer.json()
        assert (await centre.service.http.get("/v1/credential-keys/c9")).status_code == 404

    def test_what_a_rotated_key_signed_stays_verifiable_without_its_private_half(self, tmp_path: Path) -> None:
        old, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        publisher = Publisher("https://skills.example", "技能")
        _write(tmp_path, "c1", {"c1": {"private": _private(old)}})
        before = Signer.load(tmp_path, publisher)
        assert before is not None
        credential = before.sign({"id": "urn:1"})
        _write(tmp_path, "c2", {"c2": {"private": _private(new)}, "c1": {"public": _public(old)}})
        after = Signer.load(tmp_path, publisher)
        assert after is not None

        keys = JWKSet.from_json(json.dumps(after.key_set))

        assert opened(credential, keys) == {"id": "urn:1"}
        assert opened(after.sign({"id": "urn:2"}), keys) == {"id": "urn:2"}

    def test_without_keys_there_is_no_signer(self, tmp_path: Path) -> None:
        assert Signer.load(tmp_path, Publisher("https://skills.example", "技能")) is None


class TestPrint:
    async def test_it_says_what_the_certificate_says_in_chinese_with_a_code(self, centre: Centre) -> None:
        certificate = await certified(centre)

        answer = await centre.get(f"/certificates/{certificate['id']}/pdf")

        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
        for said in ("王小明", certificate["number"], "高级工", "郑州评价中心", "照片"):
            assert said in text

    async def test_only_holder_and_body_get_it_and_only_while_it_stands(self, centre: Centre) -> None:
        certificate = await certified(centre)
        path = f"/certificates/{certificate['id']}/pdf"
        holder = centre.service.tokens.of(Role.HOLDER, person=str(person_key(centre.service, 1)))

        answers = [await centre.get(path, each) for each in (holder, centre.officer(), centre.province)]
        await centre.revoke(certificate["id"], REASON)

        assert [answer.status_code for answer in answers] == [200, 403, 403]
        assert (await centre.get(path)).json()["code"] == "certificate-does-not-stand"

    async def test_a_rare_character_of_a_name_is_printed_and_one_without_a_glyph_refused(self, centre: Centre) -> None:
        certificate = await certified(centre)
        path = f"/certificates/{certificate['id']}/pdf"
        codes = []
        for name in ("王𬭎", "王𠀡"):
            correction = {"name": name, "reason": "与证件不符"}
            await centre.confirm(await centre.post(f"/certificates/{certificate['id']}/correction", correction))
            answer = await centre.get(path)
            codes.append(answer.json()["code"] if answer.status_code != 200 else "printed")

        assert codes == ["printed", "characters-without-glyph"]

    async def test_many_are_printed_one_after_the_other(self) -> None:
        printer = Printer()
        said = {"title": "证书", "subtitle": "", "photo": "", "lines": [["姓名", "王小明"]], "foot": ""}

        printed = [await printer.print(said, code=f"https://skills.example/verify#{place}") for place in range(3)]

        printer.close()
        assert all(each.startswith(b"%PDF-") for each in printed)


def _part(credential: str, place: int) -> bytes:
    return _decoded(credential.split(".")[place])


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _write(directory: Path, current: str, keys: dict[str, dict[str, str]]) -> None:
    (directory / "credential-keys.json").write_bytes(orjson.dumps({"current": current, "keys": keys}))


def _private(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
