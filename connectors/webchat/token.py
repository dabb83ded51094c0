"""Visitors' tokens: who a browser is, signed by the service and kept by the browser.

A token is `nv1.<payload>.<signature>`: the payload holds the visitor's random id and what was
known of him when the session began, the signature is HMAC-SHA256 under a key derived from the
service's own. Nothing is stored, so any process knows any visitor, and nothing can be guessed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

from nitka.domain.address import Address, Channel
from nitka.domain.customer import Profile

ACCOUNT = "site"
TOKEN_LIMIT = 8192

_PREFIX = "nv1"
_FIELDS = {"name": "n", "locale": "l", "email": "e", "phone": "p", "page": "g"}


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser's address on the web. `subject` is the site's own customer id, once proved."""

    id: str
    profile: Profile = field(default_factory=Profile)
    subject: str | None = None

    @property
    def address(self) -> Address:
        return Address(Channel.WEB, ACCOUNT, self.id)


def new_visitor(profile: Profile, *, subject: str | None = None) -> Visitor:
    """Make a visitor with an id of 128 random bits."""
    return Visitor(secrets.token_urlsafe(16), profile, subject)


class Tokens:
    """Issues and reads visitors' tokens under one key."""

    def __init__(self, key: str) -> None:
        self._key = hmac.digest(key.encode(), b"nitka webchat visitor", hashlib.sha256)

    def issue(self, visitor: Visitor) -> str:
        """Give the visitor's token; the same visitor always gets the same one."""
        bag = {"v": visitor.id, "s": visitor.subject} | {
            short: getattr(visitor.profile, long) for long, short in _FIELDS.items()
        }
        known = {name: value for name, value in bag.items() if value is not None}
        body = _encode(json.dumps(known, sort_keys=True, separators=(",", ":")).encode())
        return f"{_PREFIX}.{body}.{self._sign(body)}"

    def read(self, token: str) -> Visitor | None:
        """Give the visitor that a token names, or None if we did not issue exactly this token."""
        parts = token.split(".") if len(token) <= TOKEN_LIMIT else []
        if len(parts) != 3 or parts[0] != _PREFIX or not token.isascii():
            return None
        _, body, signature = parts
        if not hmac.compare_digest(signature, self._sign(body)):
            return None
        bag: dict[str, str] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        profile = Profile(**{long: bag.get(short) for long, short in _FIELDS.items()})
        return Visitor(bag["v"], profile, bag.get("s"))

    def _sign(self, body: str) -> str:
        return _encode(hmac.digest(self._key, body.encode(), hashlib.sha256))


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
