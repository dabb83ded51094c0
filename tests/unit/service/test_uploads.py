"""Uploads: a file is what its bytes say, and only what is taken is kept."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import pytest

from nitka.errors import Refused
from nitka.ports import Store, StoredFile
from nitka.service.uploads import TYPES, KeptUploads, sniff

_PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + bytes(20)
_OFFICE = "application/vnd.openxmlformats-officedocument."


def _office(folder: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr(f"{folder}/document.xml", "<x/>" * 100)
    return kept.getvalue()


def _zip() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("a.txt", "x")
    return kept.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (_PNG, "image/png"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "image/jpeg"),
        (b"GIF89a" + bytes(20), "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(20), "image/webp"),
        (b"%PDF-1.7\n" + bytes(20), "application/pdf"),
        (_office("word"), f"{_OFFICE}wordprocessingml.document"),
        (_office("xl"), f"{_OFFICE}spreadsheetml.sheet"),
        (b"hello\r\n\tworld", "text/plain"),
        ("Где мой заказ? 🧵".encode(), "text/plain"),
        (b"\xef\xbb\xbfwith a byte order mark", "text/plain"),
        (b"BMW X5, order A-17: the box is damaged", "text/plain"),
        (b"MZ is not always a program", "text/plain"),
        (b"%!PS or not", "text/plain"),
    ],
)
def test_what_is_taken_is_known_by_its_bytes(content: bytes, media_type: str) -> None:
    """Every type that is taken; and text is text, however it begins."""
    assert sniff(content) == media_type
    assert media_type in TYPES


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00" + bytes(60),
        b"\x7fELF" + bytes(60),
        _zip(),
        b"BM" + bytes(60),
        b"\x00\x01\x02",
        b"text with a \x00 in it",
        b"text with an \x1b[31mescape",
        b"\xff\xfeu\x00t\x00f\x00",
        b"ID3\x04" + bytes(30),
    ],
)
def test_everything_else_is_not(content: bytes) -> None:
    """Programs, archives, unknown bytes, text with control characters."""
    assert sniff(content) not in TYPES


@dataclass
class Shelf:
    """Files and their descriptions in memory; `order` is what was done."""

    kept: dict[str, bytes] = field(default_factory=dict)
    described: dict[str, StoredFile] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    async def save(self, content: bytes) -> str:
        self.order.append("bytes")
        self.kept["f1"] = content
        return "f1"

    async def load(self, file_id: str) -> bytes | None:
        return self.kept.get(file_id)

    async def delete(self, file_id: str) -> None:
        self.kept.pop(file_id, None)

    async def add_file(self, file: StoredFile) -> None:
        self.order.append("description")
        self.described[file.id] = file

    async def file(self, file_id: str) -> StoredFile | None:
        return self.described.get(file_id)

    @property
    def ledger(self) -> Shelf:
        return self

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Shelf]:
        yield self


def _uploads(shelf: Shelf) -> KeptUploads:
    return KeptUploads(cast("Store", shelf), shelf, limit=1000)


async def test_a_file_is_kept_and_found() -> None:
    """The bytes first, then what makes them findable; the type is the bytes'."""
    shelf = Shelf()
    uploads = _uploads(shelf)
    file = await uploads.keep(_PNG, name="cat.exe", owner="web:site:ann")
    assert file == StoredFile("f1", "web:site:ann", "cat.exe", "image/png", len(_PNG))
    assert shelf.order == ["bytes", "description"]
    assert await uploads.find("f1") == file
    assert await uploads.load("f1") == (file, _PNG)


@pytest.mark.parametrize(
    ("content", "code", "status"),
    [
        (b"", "file_empty", 400),
        (b"x" * 1001, "file_too_large", 413),
        (b"\x7fELF" + bytes(60), "file_type", 415),
    ],
)
async def test_what_is_not_taken_is_refused(content: bytes, code: str, status: int) -> None:
    """With a code and a sentence, and nothing is kept."""
    shelf = Shelf()
    with pytest.raises(Refused) as raised:
        await _uploads(shelf).keep(content, name="x", owner="y")
    assert (raised.value.code, raised.value.status) == (code, status)
    assert not shelf.kept


async def test_the_limit_itself_is_taken() -> None:
    """Up to and including."""
    assert (await _uploads(Shelf()).keep(b"x" * 1000, name="x", owner="y")).size == 1000


async def test_what_is_not_there_is_none() -> None:
    """Unknown ids, ids that no database takes, and bytes that are lost."""
    shelf = Shelf()
    uploads = _uploads(shelf)
    for file_id in ("", "nobody", "a\x00b"):
        assert await uploads.find(file_id) is None
        assert await uploads.load(file_id) is None
    await uploads.keep(_PNG, name="x", owner="y")
    shelf.kept.clear()
    assert await uploads.load("f1") is None
