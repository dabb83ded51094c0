"""`ports.Files` on the disk: kept for good under names that nobody guesses."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from nitka.store.files import DiskFiles


@pytest.fixture
def files(tmp_path: Path) -> DiskFiles:
    return DiskFiles(tmp_path / "up" / "loads")


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 4096])
async def test_bytes_come_back_as_they_were(files: DiskFiles, content: bytes) -> None:
    """Also for another process that shares the folder."""
    file_id = await files.save(content)
    assert await files.load(file_id) == content
    assert await DiskFiles(files._folder).load(file_id) == content


async def test_every_file_has_an_id_of_its_own(files: DiskFiles) -> None:
    """The same bytes twice are two files; ids are long and say nothing."""
    ids = await asyncio.gather(*(files.save(b"same") for _ in range(20)))
    assert len(set(ids)) == 20
    assert all(len(file_id) == 43 for file_id in ids)
    assert sorted(path.name for path in files._folder.iterdir()) == sorted(ids)


@pytest.mark.parametrize(
    "file_id",
    ["", ".", "..", "../secret", "/etc/passwd", "a" * 42, "a" * 44, "a" * 42 + "/", "a" * 43 + "\n",
     "a" * 42 + "\x00", "ą" * 43, "../" + "a" * 40],
)  # fmt: skip
async def test_no_id_leads_out_of_the_folder(files: DiskFiles, file_id: str) -> None:
    """What `save` cannot have given is None."""
    await files.save(b"x")
    (files._folder.parent / "secret").write_bytes(b"secret")
    assert await files.load(file_id) is None


async def test_an_unknown_id_is_none(files: DiskFiles) -> None:
    """Before the first file, and after."""
    assert await files.load("a" * 43) is None
    await files.save(b"x")
    assert await files.load("a" * 43) is None


async def test_a_file_is_on_the_disk_when_its_id_is_given(
    files: DiskFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes first, then the name: a power cut leaves a whole file or none."""
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def synced(number: int) -> None:
        steps.append("folder" if Path(f"/proc/self/fd/{number}").resolve().is_dir() else "bytes")
        fsync(number)

    def renamed(self: Path, target: Path) -> Path:
        steps.append("name")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    await files.save(b"x")
    assert steps == ["bytes", "name", "folder"]


async def test_a_file_that_cannot_be_written_is_not_there(
    files: DiskFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is an error for whoever saves, not half a file for whoever loads."""

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        await files.save(b"x")
    assert [path.suffix for path in files._folder.iterdir()] == [".part"]
