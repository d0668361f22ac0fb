"""Content of uploaded documents and photos: media type, size, and whether they match."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from shared.kernel.refusals import Invalid

CONTENT_BYTES_MAX: Final = 5 * 1024 * 1024


class ContentEmpty(Invalid):
    slug = "content-empty"
    title_en = "The file has no content."
    title_zh = "文件内容为空。"
    cure_en = "Choose the file again; it may be empty, or may not have been read completely."
    cure_zh = "请重新选择文件，原文件可能为空或未读取完整。"


class ContentTooLarge(Invalid):
    """Facts: `bytes_max`."""

    slug = "content-too-large"
    title_en = "The file is larger than {bytes_max} bytes."
    title_zh = "文件超过 {bytes_max} 字节的上限。"
    cure_en = "Reduce the size of its pictures, or split it into several documents."
    cure_zh = "请压缩图片后重新保存，或拆分为多个文件。"


class ContentNotOfType(Invalid):
    """Facts: `media_type`."""

    slug = "content-not-of-type"
    title_en = "The content does not match its media type."
    title_zh = "文件内容与所填类型不符。"
    cure_en = "Send a PDF, JPEG, PNG or UTF-8 text file with its own media type; renaming a file does not convert it."
    cure_zh = "请提交 PDF、JPEG、PNG 或 UTF-8 文本，并填写对应类型；仅修改扩展名不会转换格式。"


class MediaType(StrEnum):
    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TEXT = "text/plain"


EXTENSIONS: Final = {MediaType.PDF: "pdf", MediaType.JPEG: "jpg", MediaType.PNG: "png", MediaType.TEXT: "txt"}
_BEGINNINGS: Final = {
    MediaType.PDF: b"%PDF-",
    MediaType.JPEG: b"\xff\xd8\xff",
    MediaType.PNG: b"\x89PNG\r\n\x1a\n",
}


def require_readable(content: bytes, media_type: MediaType) -> None:
    """Check the type and size of `content`. Raises ContentEmpty, ContentTooLarge, ContentNotOfType."""
    if not content.strip():
        raise ContentEmpty(pointer="/content")
    if len(content) > CONTENT_BYTES_MAX:
        raise ContentTooLarge(pointer="/content", bytes_max=CONTENT_BYTES_MAX)
    if not _looks_like(content, media_type):
        raise ContentNotOfType(pointer="/content", media_type=media_type.value)


def _looks_like(content: bytes, media_type: MediaType) -> bool:
    if media_type is not MediaType.TEXT:
        return content.startswith(_BEGINNINGS[media_type])
    if b"\0" in content or content.startswith(tuple(_BEGINNINGS.values())):
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
