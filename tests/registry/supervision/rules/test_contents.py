"""Contents: what looks like its type, is not empty and not too large."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.supervision.rules.contents import (
    CONTENT_BYTES_MAX,
    ContentEmpty,
    ContentNotOfType,
    ContentTooLarge,
    MediaType,
    require_readable,
)

OF_TYPE = {
    MediaType.PDF: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    MediaType.JPEG: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    MediaType.PNG: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    MediaType.TEXT: "应急预案".encode(),
}


@pytest.mark.parametrize("media_type", MediaType)
@pytest.mark.parametrize("content", MediaType)
def test_content_is_of_its_own_type_and_of_no_other(media_type: MediaType, content: MediaType) -> None:
    if media_type is content:
        require_readable(OF_TYPE[content], media_type)
    else:
        with pytest.raises(ContentNotOfType):
            require_readable(OF_TYPE[content], media_type)


@pytest.mark.parametrize(
    "content",
    ["应急预案".encode("gb18030"), "应急预案".encode("utf-16"), b"MZ\x90\x00", b"plan\x00", b"\xff\xfe"],
    ids=repr,
)
def test_a_text_that_is_not_in_utf_8_is_refused(content: bytes) -> None:
    with pytest.raises(ContentNotOfType):
        require_readable(content, MediaType.TEXT)


@given(st.text(min_size=1).filter(lambda text: text.strip() and "\0" not in text and not text.startswith("%PDF-")))
def test_any_text_in_utf_8_is_a_text(text: str) -> None:
    require_readable(text.encode(), MediaType.TEXT)


@pytest.mark.parametrize("media_type", MediaType)
@pytest.mark.parametrize("content", [b"", b" \r\n\t"])
def test_nothing_is_no_content(media_type: MediaType, content: bytes) -> None:
    with pytest.raises(ContentEmpty):
        require_readable(content, media_type)


def test_content_is_five_megabytes_at_most() -> None:
    content = b"%PDF-".ljust(CONTENT_BYTES_MAX, b"x")

    require_readable(content, MediaType.PDF)
    with pytest.raises(ContentTooLarge):
        require_readable(content + b"x", MediaType.PDF)
