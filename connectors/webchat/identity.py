"""Who a visitor is by his site's word: a JWT signed with the site's key.

The key decides the algorithm, never the token: a secret means HS256, a public key in PEM means
RS256 or ES256, and nothing else is accepted (RFC 8725, sections 3.1 and 3.2). Joining customers
by it is not done here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from nitka.errors import ConfigError, Refused

_IDENTITY_LIMIT = 8192
_LIMITS = {"sub": 200, "email": 320, "phone": 40, "name": 120}


@dataclass(frozen=True, slots=True)
class Identity:
    """What the site says of its customer, its signature checked. `subject`: the site's id.

    `digest` names what was signed, so that it is known when it comes again.
    """

    subject: str
    email: str | None
    phone: str | None
    name: str | None
    expires_at: datetime
    digest: str


class Identities:
    """Checks signed identities with the site's key; without a key none is accepted."""

    def __init__(self, site_key: str | None) -> None:
        """Raises `ConfigError` if the key looks like PEM and is no RSA or P-256 public key."""
        self._key: str | RSAPublicKey | EllipticCurvePublicKey | None = None
        self._algorithm = "HS256"
        if site_key and "-----BEGIN" in site_key:
            self._key, self._algorithm = _public_key(site_key)
        elif site_key:
            self._key = site_key

    def verify(self, token: str) -> Identity:
        """Give the identity in a JWT. Raises `Refused`, saying what is wrong with it.

        400 `identity_not_configured`; 401 `identity_expired` or `identity_invalid`.
        """
        if self._key is None:
            raise Refused(
                "identity_not_configured",
                "This service takes no signed identities: NITKA_SITE_KEY is not set.",
            )
        if len(token) > _IDENTITY_LIMIT:
            raise _invalid(f"it is longer than {_IDENTITY_LIMIT} characters")
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[self._algorithm],
                options={"require": ["exp", "sub"], "verify_aud": False, "verify_iat": False},
            )
        except jwt.ExpiredSignatureError:
            raise Refused(
                "identity_expired", "The signed identity has expired.", status=401
            ) from None
        except (jwt.InvalidTokenError, ValueError, OverflowError, RecursionError) as error:
            raise _invalid(str(error) or type(error).__name__) from None
        signed, _, _ = token.rpartition(".")  # a signature may be written in several ways
        return _identity(claims, hashlib.sha256(signed.encode()).hexdigest())


def _identity(claims: dict[str, object], digest: str) -> Identity:
    texts: dict[str, str | None] = {}
    for name, limit in _LIMITS.items():
        value = claims.get(name)
        if value is not None and not isinstance(value, str):
            raise _invalid(f"`{name}` is not text")
        text = (value or "").replace("\x00", "").strip()
        if len(text) > limit:
            raise _invalid(f"`{name}` is longer than {limit} characters")
        texts[name] = text or None
    subject, expires = texts["sub"], claims["exp"]
    if subject is None:
        raise _invalid("`sub` is empty")
    try:
        expires_at = datetime.fromtimestamp(int(str(expires).split(".")[0]), UTC)
    except (ValueError, OverflowError, OSError):
        raise _invalid("`exp` is no time") from None
    return Identity(subject, texts["email"], texts["phone"], texts["name"], expires_at, digest)


def _invalid(reason: str) -> Refused:
    return Refused(
        "identity_invalid", f"The signed identity is not accepted: {reason}.", status=401
    )


def _public_key(pem: str) -> tuple[RSAPublicKey | EllipticCurvePublicKey, str]:
    wrong = "NITKA_SITE_KEY must be a secret, or an RSA or P-256 public key in PEM"
    try:
        key = load_pem_public_key(pem.replace("\\n", "\n").encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(f"{wrong}: {error}") from None
    if isinstance(key, RSAPublicKey):
        return key, "RS256"
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key, "ES256"
    raise ConfigError(wrong)
