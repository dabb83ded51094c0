"""Signed identities: what is believed, and what is not."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from connectors.webchat.identity import Identities
from nitka.errors import ConfigError, Refused

SECRET = "the site's own secret of 32 bytes or more"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())

Token = Callable[[], str]
"""Signs when the test runs, for what is signed is good for a minute."""


def public(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def claims(**more: object) -> dict[str, object]:
    return {"sub": "42", "exp": int(time.time()) + 60, **more}


def signed(key: str | PrivateKeyTypes, algorithm: str, **more: object) -> str:
    return jwt.encode(claims(**more), key, algorithm=algorithm)  # type: ignore[arg-type]  # tests


@pytest.mark.parametrize(
    ("site_key", "token"),
    [
        pytest.param(SECRET, lambda: signed(SECRET, "HS256"), id="secret"),
        pytest.param(public(RSA), lambda: signed(RSA, "RS256"), id="rsa"),
        pytest.param(public(EC), lambda: signed(EC, "ES256"), id="p-256"),
        pytest.param(public(EC).replace("\n", "\\n"), lambda: signed(EC, "ES256"), id="one line"),
    ],
)
def test_what_the_site_signed_is_believed(site_key: str, token: Token) -> None:
    """Each kind of key has its one algorithm."""
    assert Identities(site_key).verify(token()).subject == "42"


def test_the_portrait_is_carried_over() -> None:
    """Optional claims come through, empty ones as missing."""
    token = signed(SECRET, "HS256", name=" Ola ", email="o@example.com", phone="")
    identity = Identities(SECRET).verify(token)
    assert (identity.name, identity.email, identity.phone) == ("Ola", "o@example.com", None)


def _unsigned() -> str:
    parts = [{"alg": "none", "typ": "JWT"}, claims()]
    encoded = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in parts]
    return b".".join([*encoded, b""]).decode()


def _public_key_as_secret() -> str:
    import hashlib
    import hmac

    head, body, _ = signed(SECRET, "HS256").split(".")
    mac = hmac.digest(public(RSA).encode(), f"{head}.{body}".encode(), hashlib.sha256)
    return f"{head}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def good() -> str:
    return signed(SECRET, "HS256")


@pytest.mark.parametrize(
    ("site_key", "token"),
    [
        pytest.param(SECRET, str, id="empty"),
        pytest.param(SECRET, lambda: "a.b.c", id="no JWT"),
        pytest.param(SECRET, lambda: "ż.ó.ł", id="not ASCII"),
        pytest.param(SECRET, lambda: "A" * 100_000, id="huge"),
        pytest.param(SECRET, _unsigned, id="alg none"),
        pytest.param(SECRET, lambda: good()[:-2] + "AA", id="bent"),
        pytest.param(SECRET, lambda: signed(SECRET + "x", "HS256"), id="other key"),
        pytest.param(SECRET, lambda: signed(SECRET, "HS512"), id="HS512"),
        pytest.param(SECRET, lambda: signed(RSA, "RS256"), id="RS256 for a secret"),
        pytest.param(public(RSA), lambda: signed(RSA, "RS512"), id="RS512"),
        pytest.param(public(RSA), lambda: signed(RSA, "PS256"), id="PS256"),
        pytest.param(public(RSA), _public_key_as_secret, id="confusion"),
        pytest.param(public(EC), good, id="HS256 for a public key"),
        pytest.param(SECRET, lambda: signed(SECRET, "HS256", exp=None), id="no exp"),
        pytest.param(SECRET, lambda: signed(SECRET, "HS256", exp="soon"), id="exp"),
        pytest.param(SECRET, lambda: signed(SECRET, "HS256", exp=1e300), id="huge exp"),
        pytest.param(SECRET, lambda: jwt.encode({"exp": 9e9}, SECRET), id="no sub"),
        pytest.param(SECRET, lambda: signed(SECRET, "HS256", sub=""), id="empty sub"),
        pytest.param(SECRET, lambda: signed(SECRET, "HS256", sub=" "), id="blank sub"),
        pytest.param(SECRET, lambda: signed(SECRET, "HS256", sub="4" * 201), id="long sub"),
        pytest.param(SECRET, lambda: signed(SECRET, "HS256", email=["a"]), id="list"),
        pytest.param(
            SECRET,
            lambda: signed(SECRET, "HS256", nbf=int(time.time()) + 60),
            id="not yet",
        ),
    ],
)
def test_anything_else_is_refused(site_key: str, token: Token) -> None:
    """What is not exactly right is a 401, and never an unforeseen error."""
    with pytest.raises(Refused) as refused:
        Identities(site_key).verify(token())
    assert (refused.value.status, refused.value.code) == (401, "identity_invalid")


def test_an_old_one_is_refused_by_its_name() -> None:
    """A page that was open for long can ask the site for a new one."""
    with pytest.raises(Refused) as refused:
        Identities(SECRET).verify(signed(SECRET, "HS256", exp=int(time.time()) - 1))
    assert (refused.value.status, refused.value.code) == (401, "identity_expired")


def test_without_a_key_no_identity_is_taken() -> None:
    """A site that gave no key is told so."""
    with pytest.raises(Refused) as refused:
        Identities(None).verify(good())
    assert (refused.value.status, refused.value.code) == (400, "identity_not_configured")


@pytest.mark.parametrize(
    "pem",
    [
        "-----BEGIN PUBLIC KEY-----\nrubbish\n-----END PUBLIC KEY-----",
        EC.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        public(ec.generate_private_key(ec.SECP384R1())),
    ],
    ids=["rubbish", "private", "P-384"],
)
def test_a_key_of_another_kind_stops_the_start(pem: str) -> None:
    """A wrong key is named at start, not at the first visitor."""
    with pytest.raises(ConfigError, match="NITKA_SITE_KEY"):
        Identities(pem)
