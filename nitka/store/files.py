"""Keeps the bytes of uploads on disk, one file each, under unguessable names."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from pathlib import Path

_ID = re.compile(r"[A-Za-z0-9_-]{43}")


class DiskFiles:
    """`ports.Files` in a folder that all processes of the service share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def save(self, content: bytes) -> str:
        """Keep the bytes; they are on the disk, not only in its cache, when this returns."""
        file_id = secrets.token_urlsafe(32)
        await asyncio.to_thread(self._write, file_id, content)
        return file_id

    async def load(self, file_id: str) -> bytes | None:
        if not _ID.fullmatch(file_id):
            return None
        try:
            return await asyncio.to_thread((self._folder / file_id).read_bytes)
        except FileNotFoundError:
            return None

    async def delete(self, file_id: str) -> None:
        if _ID.fullmatch(file_id):
            await asyncio.to_thread((self._folder / file_id).unlink, missing_ok=True)

    def _write(self, file_id: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / file_id
        with path.with_suffix(".part").open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.with_suffix(".part").replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name, too
        finally:
            os.close(folder)
