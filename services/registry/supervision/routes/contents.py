"""Files on the wire: base64 inside a request, raw bytes in an answer."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Final

from fastapi import Response
from pydantic import Field

from services.registry.supervision.rules.contents import CONTENT_BYTES_MAX, EXTENSIONS, ContentTooLarge, MediaType
from shared.forms import ENCRYPTED
from shared.kernel.refusals import Invalid

FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {each.value: {"schema": {"type": "string", "format": "binary"}} for each in MediaType},
        "description": "The content, as it was sent",
    }
}
_BASE64_MAX: Final = (CONTENT_BYTES_MAX + 2) // 3 * 4
"""Base64 takes four characters for three bytes."""
Base64 = Annotated[
    str,
    Field(
        description=f"The file in base64, at most {CONTENT_BYTES_MAX} bytes before encoding",
        json_schema_extra={"contentEncoding": "base64", "maxLength": _BASE64_MAX},
    ),
    ENCRYPTED,
]


class ContentNotBase64(Invalid):
    slug = "content-not-base64"
    title_en = "The content is not valid base64."
    title_zh = "文件内容不是有效的 base64 编码。"
    cure_en = "Encode the bytes of the file in base64 (RFC 4648 §4), without line breaks and without a prefix."
    cure_zh = "请将文件字节按 base64（RFC 4648 §4）编码，不含换行和前缀。"


def decode(content: str) -> bytes:
    """The bytes of base64 `content`. Raises ContentNotBase64, ContentTooLarge."""
    # Longer text is certainly too large and is not decoded.
    if len(content) > _BASE64_MAX:
        raise ContentTooLarge(pointer="/content", bytes_max=CONTENT_BYTES_MAX)
    try:
        return base64.b64decode(content, validate=True)
    except (ValueError, binascii.Error):
        raise ContentNotBase64(pointer="/content") from None


def as_file(content: bytes, media_type: MediaType, name: str) -> Response:
    """`content` as a download called `name`, so that a browser never renders it as a page of this service."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{EXTENSIONS[media_type]}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type.value, headers=headers)
