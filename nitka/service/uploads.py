"""Keeps files that people send: of the types that are taken, and no larger than the limit.

A file's type is what its bytes say, never what its sender says.
"""

from __future__ import annotations

from datetime import datetime

import filetype  # type: ignore[import-untyped]  # it ships without types

from nitka.errors import Refused
from nitka.ports import Files, Store, StoredFile

TYPES = (
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "application/pdf",
    "text/plain",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
_NAMES = "PNG, JPEG, GIF, WebP, PDF, plain text, DOCX and XLSX"


class KeptUploads:
    """`ports.Uploads` over the files' bytes and their descriptions in the store."""

    types: tuple[str, ...] = TYPES

    def __init__(self, store: Store, files: Files, *, limit: int) -> None:
        """`limit` is in bytes."""
        self._store = store
        self._files = files
        self.limit = limit

    async def keep(
        self, content: bytes, *, name: str, owner: str, until: datetime | None = None
    ) -> StoredFile:
        """Keep a file: the bytes first, then the description that makes them findable.

        With `until` the sweep removes it then, unless it was sent.

        Raises `Refused`: 413 `file_too_large`, 415 `file_type`, 400 `file_empty`.
        """
        if not content:
            raise Refused("file_empty", "The file is empty.")
        if len(content) > self.limit:
            size = f"{self.limit / 1024 / 1024:.3g} MB"
            raise Refused("file_too_large", f"A file may have at most {size}.", status=413)
        media_type = sniff(content)
        if media_type not in self.types:
            raise Refused("file_type", f"These files are taken: {_NAMES}.", status=415)
        file_id = await self._files.save(content)
        file = StoredFile(file_id, owner, name, media_type, len(content))
        async with self._store.begin() as uow:
            await uow.ledger.add_file(file)
            if until is not None:
                await uow.leftovers.export(file.id, expires_at=until)
        return file

    async def find(self, file_id: str) -> StoredFile | None:
        if "\x00" in file_id:
            return None
        async with self._store.begin() as uow:
            return await uow.ledger.file(file_id)

    async def load(self, file_id: str) -> tuple[StoredFile, bytes] | None:
        file = await self.find(file_id)
        content = await self._files.load(file_id) if file else None
        return (file, content) if file and content is not None else None


def sniff(content: bytes) -> str | None:
    """Give the media type that the bytes show, `text/plain` for text in UTF-8, or None.

    Text may begin like a file that we do not take ("BM…"), and is text all the same.
    """
    kind = filetype.guess(content)
    if kind is not None and kind.mime in TYPES:
        return str(kind.mime)
    if _is_text(content):
        return "text/plain"
    return str(kind.mime) if kind is not None else None


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(c >= " " or c in "\t\r\n\f" for c in text)
