"""What the measured customers say, and one way to say it to each kind of engine."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
from ruamel.yaml import YAML

from nitka.settings import ROOT

TEXTS = (
    "Hi",
    "where is my order",
    "NT-10001",
    "how much is delivery?",
    "are you a bot?",
    "what are your opening hours?",
    "where is my order NT-10003?",
    "thanks",
)
"""One conversation: a form filled, an action asked, questions answered by rule."""

TURNS_OF_A_TALK = 8


def messages() -> list[str]:
    """Give what customers wrote in the understanding tests, shuffled, each once.

    They are more than an engine remembers the meaning of: said in turn, each is read anew.
    """
    files = sorted((ROOT / "data" / "tests" / "understanding").glob("*.yml"))
    yaml = YAML(typ="safe")
    found = {str(row["text"]) for file in files for row in yaml.load(file.read_text("utf-8"))}
    mixed = sorted(found)
    random.Random(0).shuffle(mixed)
    return mixed


class Customer(Protocol):
    """One customer of one engine."""

    async def say(self, text: str) -> int:
        """Have one turn; the number of messages that the bot answered with."""
        ...


class BrokenTurn(Exception):
    """A turn that was measured gave no answer: the numbers would mean nothing."""


@dataclass
class OurCustomer:
    """A customer of our engine: his state travels with each turn, as the service does it."""

    http: httpx.AsyncClient
    engine: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    language: str | None = None
    state: Mapping[str, Any] | None = None

    async def say(self, text: str) -> int:
        turn = {
            "version": 1,
            "turn_id": str(uuid.uuid4()),
            "customer": self.id,
            "channel": "web",
            "text": text,
            "payload": None,
            "language": self.language,
            "language_fixed": False,
            "profile": {"name": None},
            "attachments": [],
            "state": self.state,
        }
        response = await self.http.post(f"{self.engine}/webhooks/nitka/turn", json=turn)
        if response.status_code != 200:
            raise BrokenTurn(f"{text!r}: HTTP {response.status_code}: {response.text[:300]}")
        answer = response.json()
        self.state, self.language = answer["state"], "en"
        return len(answer["messages"])


@dataclass
class StockCustomer:
    """A customer of a stock Rasa server, by its REST channel; the server keeps his tracker."""

    http: httpx.AsyncClient
    engine: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    _known: bool = False

    async def say(self, text: str) -> int:
        if not self._known:
            await self._choose_language()
        metadata = {
            "turn_id": str(uuid.uuid4()),
            "channel": "web",
            "language": "en",
            "profile": {"name": None},
            "attachments": [],
        }
        response = await self.http.post(
            f"{self.engine}/webhooks/rest/webhook",
            json={"sender": self.id, "message": text, "metadata": metadata},
        )
        if response.status_code != 200:
            raise BrokenTurn(f"{text!r}: HTTP {response.status_code}: {response.text[:300]}")
        return len(response.json())

    async def _choose_language(self) -> None:
        """Our responses are chosen by a slot that our own channel sets; here it is set once."""
        event = {"event": "slot", "name": "language", "value": "en"}
        answer = await self.http.post(
            f"{self.engine}/conversations/{self.id}/tracker/events", json=event
        )
        answer.raise_for_status()
        self._known = True


def client() -> httpx.AsyncClient:
    """Give an HTTP client that keeps its connections and waits long."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(timeout=120, limits=limits, trust_env=False)
