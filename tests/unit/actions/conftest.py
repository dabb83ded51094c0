"""A customer's turn for an action under test, a shop in memory, and a fixed day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action import BotAction
from actions.scripted import ScriptedShop
from actions.shop import Order, OrderState, Product

TODAY = date(2026, 11, 22)


@dataclass
class Ran:
    """What an action said, asked of the service, and remembered."""

    events: list[dict[str, Any]]
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def said(self) -> list[str]:
        """Names of the responses, in order."""
        return [m["response"] for m in self.messages if m["response"]]

    @property
    def effects(self) -> list[dict[str, Any]]:
        """Effects, in order."""
        return [m["custom"]["nitka_effect"] for m in self.messages if m["custom"]]

    def slot(self, name: str) -> Any:
        """The value that a slot is set to; KeyError when it is not touched."""
        return {e["name"]: e["value"] for e in self.events if e["event"] == "slot"}[name]

    @property
    def left_form(self) -> bool:
        """Whether the open form is ended."""
        return any(e["event"] == "active_loop" and e["name"] is None for e in self.events)


Run = Callable[..., Any]


@pytest.fixture
def run() -> Run:
    """Runs an action on one message: `await run(action, "text", intent="…", form="…", …)`."""

    async def _run(
        action: BotAction,
        text: str = "",
        *,
        intent: str = "inform",
        confidence: float = 0.9,
        entities: dict[str, str] | None = None,
        slots: dict[str, Any] | None = None,
        form: str | None = None,
        before: list[dict[str, Any]] | None = None,
        now: list[str] | None = None,
        ranking: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> Ran:
        user = {"event": "user", "text": text}
        tracker = Tracker(
            "customer-1",
            {"language": "en", **(slots or {})},
            {
                "text": text,
                "intent": {"name": intent, "confidence": confidence},
                "entities": [{"entity": k, "value": v} for k, v in (entities or {}).items()],
                "intent_ranking": [{"name": name, "confidence": 0.3} for name in ranking or []],
                "metadata": {"turn_id": "turn-1", **(metadata or {})},
            },
            [
                {"event": "user", "text": "before"},
                *(before or []),
                {"event": "action", "name": "action_listen"},
                user,
                *({"event": "action", "name": name} for name in now or []),
            ],
            False,
            None,
            {"name": form} if form else {},
            "action_listen",
        )
        dispatcher = CollectingDispatcher()
        events = await action.run(dispatcher, tracker, {})
        return Ran(events, dispatcher.messages)

    return _run


@pytest.fixture
def today() -> date:
    """The fixed day."""
    return TODAY


@pytest.fixture
def shop() -> ScriptedShop:
    """Four orders and three products."""

    def order(number: str, state: OrderState, due: int | None, **dates: date) -> Order:
        expected = None if due is None else TODAY + timedelta(days=due)
        placed = TODAY - timedelta(days=9)
        return Order(number, state, placed, placed, expected_on=expected, **dates)

    def product(sku: str, name: str, stock: int) -> Product:
        return Product(sku, name, "About.", Decimal("10.00"), Decimal("2.50"), stock, 2)

    return ScriptedShop(
        [
            order("NT-10001", OrderState.SHIPPED, 2),
            order("NT-10002", OrderState.DELIVERED, -3, delivered_on=TODAY - timedelta(days=4)),
            order("NT-10004", OrderState.DELAYED, 5),
            order("NT-10009", OrderState.SHIPPED, -3),
        ],
        [
            product("KET-01", "Enamel kettle", 3),
            product("KET-02", "Electric kettle", 3),
            product("BLE-01", "Blender", 0),
        ],
    )
