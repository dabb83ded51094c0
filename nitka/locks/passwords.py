"""Passwords by Argon2id, judged by zxcvbn; one-time passwords by time (RFC 6238); what is kept of
recovery codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken
from zxcvbn import zxcvbn

_SHORTEST = 10  # characters
_LONGEST = 200
_GOOD = 3  # of 4: "safely unguessable", https://github.com/dropbox/zxcvbn#usage
_STEP = 30  # seconds
_ISSUER = "Nitka"


class ArgonPasswords:
    """`ports.Passwords`. `secret` seals what must be read again."""

    def __init__(self, secret: str) -> None:
        self._hasher = PasswordHasher()  # the library's defaults follow RFC 9106
        self._nobody = self._hasher.hash("nobody's password")
        key = hashlib.sha256(f"totp:{secret}".encode()).digest()
        self._seal = Fernet(base64.urlsafe_b64encode(key))
        self._codes_key = hmac.digest(secret.encode(), b"nitka recovery codes", hashlib.sha256)

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def fits(self, password: str, hashed: str | None) -> bool:
        try:
            right = self._hasher.verify(hashed or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return right and hashed is not None

    def weakness(self, password: str, *, known: Sequence[str]) -> str | None:
        if len(password) < _SHORTEST:
            return f"A password has at least {_SHORTEST} characters."
        if len(password) > _LONGEST:
            return f"A password has at most {_LONGEST} characters."
        judged = zxcvbn(password[:72], user_inputs=[word for word in known if word])
        if judged["score"] >= _GOOD:
            return None
        hint = judged["feedback"]["warning"] or "This is too easy to guess."
        return f"{hint.rstrip('.')}. Add a word or two that do not belong together."

    def new_totp(self, *, account: str) -> tuple[bytes, str]:
        secret = pyotp.random_base32()
        address = pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=_ISSUER)
        return self._seal.encrypt(secret.encode()), address

    def totp_step(self, sealed: bytes, code: str, *, at: datetime) -> int | None:
        try:
            totp = pyotp.TOTP(self._seal.decrypt(sealed).decode())
        except InvalidToken:  # the key has changed: the secret cannot be read any more
            return None
        now = int(at.timestamp()) // _STEP
        for step in (now, now - 1, now + 1):
            if hmac.compare_digest(totp.at(step * _STEP).encode(), code.encode()):
                return step
        return None

    def digest(self, code: str) -> str:
        return hmac.digest(self._codes_key, code.encode(), hashlib.sha256).hex()
