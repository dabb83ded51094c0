"""Files over HTTP: one upload read no further than its limit, and a file as it is served.

Web chat and the desk share it; it knows no store and no session.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from nitka.errors import Refused
from nitka.ports import StoredFile

OVERHEAD = 16 * 1024  # what multipart adds to the file's own bytes
NAME_LIMIT = 200
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_KEPT_AS = frozenset({*_SHOWN, "application/pdf", "text/plain"})
UPLOAD_BODY: dict[str, object] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
}
"""The body of an upload, for OpenAPI."""


async def read_upload(request: Request, *, limit: int) -> tuple[str, bytes]:
    """Read the one file of a multipart request: its name and its bytes, at most `limit`.

    Raises `Refused`: 413 `file_too_large` as soon as that is known, 400 `bad_upload` for anything
    that is no multipart body with a file in its field `file`.
    """
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit + OVERHEAD:
        raise _too_large(limit)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise _bad("the request is not multipart/form-data")
    try:
        async with aclosing(_at_most(request, limit)) as body:
            parser = MultiPartParser(request.headers, body, max_files=1, max_fields=4)
            form = await parser.parse()
    except (MultiPartException, KeyError, ValueError, ClientDisconnect) as error:
        raise _bad(getattr(error, "message", "") or "the body is bent") from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise _bad("there is no file in the field `file`")
        content = await file.read(limit + 1)
        if len(content) > limit:
            raise _too_large(limit)
        return file_name(file.filename), content
    finally:
        await form.close()


async def _at_most(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > limit + OVERHEAD:
            raise _too_large(limit)
        yield chunk


def _too_large(limit: int) -> Refused:
    size = f"{limit / 1024 / 1024:.3g} MB"
    return Refused("file_too_large", f"A file may have at most {size}.", status=413)


def _bad(reason: str) -> Refused:
    return Refused("bad_upload", f"The upload cannot be read: {reason.rstrip('.')}.")


def file_name(given: str | None) -> str:
    """Give a file's own name, without folders and without what cannot be shown."""
    last = (given or "").replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in last if c.isprintable()).strip(" .")
    if len(shown) > NAME_LIMIT:
        stem, dot, ending = shown.rpartition(".")
        keep = dot + ending if stem and len(ending) <= 10 else ""
        shown = shown[: NAME_LIMIT - len(keep)] + keep
    return shown or "file"


def serve(file: StoredFile, content: bytes, *, anywhere: bool = False) -> Response:
    """Answer with a file that somebody sent, so that no browser ever runs anything in it.

    Only pictures that cannot hold a script are shown; a messenger's word on a type that a browser
    might run (HTML, SVG) is not passed on. `anywhere`: pages of other origins may show it.
    """
    way = "inline" if file.media_type in _SHOWN else "attachment"
    kind = file.media_type if _harmless(file.media_type) else "application/octet-stream"
    plain = "".join(c if c.isascii() and c not in '"\\' else "_" for c in file.name)
    named = f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    return Response(
        content,
        media_type=kind,
        headers={
            "Content-Disposition": named,
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "cross-origin" if anywhere else "same-origin",
            "Cache-Control": "private, max-age=31536000, immutable" if anywhere else "no-store",
        },
    )


def _harmless(media_type: str) -> bool:
    office = media_type.startswith("application/vnd.openxmlformats-officedocument.")
    return office or media_type in _KEPT_AS or media_type.startswith(("audio/", "video/"))
