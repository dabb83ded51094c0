"""Workspaces that installed the app: what is kept of each, encrypted; where, is somebody else's.

The key is derived from the service's own, so a copy of the database alone opens no workspace.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, field
from typing import Protocol

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@dataclass(frozen=True, slots=True)
class Installation:
    """One workspace's grant. `team` is the workspace's id, `bot_user` our bot's user id there."""

    team: str
    team_name: str
    bot_user: str
    bot_token: str = field(repr=False)
    scopes: str = ""


class Installations(Protocol):
    """Keeps one sealed installation a workspace. Raises `Unavailable`."""

    async def get(self, team: str) -> bytes | None: ...

    async def put(self, team: str, sealed: bytes) -> None:
        """Keep a workspace's installation instead of an earlier one."""
        ...

    async def remove(self, team: str) -> None: ...


class Vault:
    """Seals installations (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, key: str) -> None:
        """`key` is the service's secret; the vault's own is derived from it."""
        derived = HKDF(
            algorithm=SHA256(), length=32, salt=None, info=b"nitka slack installations 1"
        ).derive(key.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def seal(self, installation: Installation) -> bytes:
        return self._fernet.encrypt(json.dumps(asdict(installation)).encode())

    def open(self, sealed: bytes) -> Installation | None:
        """Give what was sealed, or None if it was under another key or has been changed."""
        try:
            return Installation(**json.loads(self._fernet.decrypt(sealed)))
        except (InvalidToken, TypeError, ValueError):
            return None
