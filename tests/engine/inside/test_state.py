"""A travelling, bounded tracker must never differ from one that keeps everything."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import random
from typing import Any

import pytest
from engine import state
from engine.channel import TurnOutput, run_turn
from engine.turn import BadTurn, Turn, begin, end, parse_request
from engine.understanding import understand
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ConversationPaused, ConversationResumed, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from tests.engine.body import body

INTENTS = ["greet", "order_status", "inform", "deny", "ask_human", "thanks", "out_of_scope"]
RARE = ["change_language", "start_over", "back", "nlu_fallback"]


def random_payload(dice: random.Random, *, rare: float) -> str:
    """Returns a random button, as often an answer to the form's question."""
    if dice.random() < rare:
        return f"/{dice.choice(RARE)}"
    intent = dice.choice(INTENTS)
    facts: dict[str, str] = {}
    if intent in ("inform", "order_status") and dice.random() < 0.7:
        facts["order_number"] = dice.choice(["NT-10234", "NT-90000", "NT-20345"])
    if intent == "inform" and dice.random() < 0.5:
        facts["email"] = "a@example.com"
    return f"/{intent}{json.dumps(facts)}"


class Reference:
    """Rasa with the whole conversation in memory: the tracker object itself goes on."""

    def __init__(self, agent: Any) -> None:
        self.agent = agent
        self.tracker: DialogueStateTracker | None = None

    async def turn(self, body: dict[str, Any]) -> Turn:
        """Carries out a turn on the unbounded tracker."""
        request = parse_request({**body, "state": None})
        turn = Turn(request=request, language=body["language"], tracker=self.tracker)
        token = begin(turn)
        try:
            parsed = await understand(self.agent.processor, request)
            await self.agent.handle_message(
                UserMessage(
                    request.command.raw if request.command else request.text,
                    TurnOutput(turn),
                    request.customer,
                    parsed,
                    "web",
                    request.turn_id,
                    request.metadata(turn.language),
                )
            )
        finally:
            end(token)
        self.tracker = turn.tracker
        return turn


def facts(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Returns everything about a tracker that a policy or an action can depend on."""
    loop = dataclasses.asdict(tracker.active_loop) if tracker.active_loop else None
    if loop:
        loop.pop("trigger_message")
    slots = tracker.current_slot_values()
    slots.pop("session_started_metadata")
    return {
        "slots": slots,
        "set": {name for name, one in tracker.slots.items() if one.has_been_set}
        - {"session_started_metadata"},
        "loop": loop,
        "paused": tracker.is_paused(),
        "followup": tracker.followup_action,
        "action": tracker.latest_action_name,
        "bot": tracker.latest_bot_utterance.text if tracker.latest_bot_utterance else None,
    }


def next_actions(agent: Any, tracker: DialogueStateTracker) -> Any:
    """Returns what the policies predict from here for a listening bot."""
    prediction = agent.processor._predict_next_with_tracker(tracker.copy())
    return prediction.max_confidence_index, prediction.policy_name


async def compare(agent: Any, seed: int, turns: int, rare: float, pauses: bool) -> None:
    """Plays one random conversation both ways and compares after every turn."""
    dice = random.Random(seed)
    reference = Reference(agent)
    carried: dict[str, Any] | None = None
    sizes = []
    for number in range(turns):
        request = body(payload=random_payload(dice, rare=rare), state=carried)
        if pauses and carried is not None and dice.random() < 0.08:
            paused = reference.tracker.is_paused()
            kind = ConversationResumed if paused else ConversationPaused
            reference.tracker.update(kind())
            carried["events"].append(kind().as_dict())
        answer = await run_turn(agent, parse_request(request), agent.handle_message)
        whole = await reference.turn(request)
        where = f"seed {seed}, turn {number}, {request['payload']}"
        assert answer["messages"] == whole.messages, where
        done = [effect for effect in answer["effects"] if effect["kind"] != "language"]
        assert [e["kind"] for e in done] == [e["kind"] for e in whole.effects], where
        carried = json.loads(json.dumps(answer["state"]))
        travelled = state.decode(carried, customer=body()["customer"], domain=agent.domain)
        assert facts(travelled) == facts(whole.tracker), where
        assert facts(travelled.copy()) == facts(whole.tracker.copy()), where
        assert next_actions(agent, travelled) == next_actions(agent, whole.tracker), where
        sizes.append(len(json.dumps(carried)))
    assert max(sizes[len(sizes) // 2 :]) < 40_000


@pytest.mark.parametrize(("seed", "turns", "rare"), [(1, 70, 0.0), (2, 90, 0.05), (3, 70, 0.1)])
def test_long_random_conversation_is_exact(agent: Any, seed: int, turns: int, rare: float) -> None:
    """Slots, loop, flags, follow-up and the next prediction are as with the whole history."""
    asyncio.run(compare(agent, seed, turns, rare, pauses=False))


def test_conversation_with_pauses_is_exact(agent: Any) -> None:
    """A pause and a resume written into the state survive the cut."""
    asyncio.run(compare(agent, 7, 70, 0.03, pauses=True))


def test_form_that_never_ends_stays_bounded(agent: Any) -> None:
    """A customer who answers wrongly for ever keeps the form, and the state does not grow."""

    async def play() -> list[int]:
        carried = None
        sizes = []
        for number in range(90):
            payload = "/order_status" if number == 0 else '/inform{"order_number": "NT-90000"}'
            request = body(payload=payload, state=carried)
            answer = await run_turn(agent, parse_request(request), agent.handle_message)
            assert answer["slots"]["requested_slot"] == "order_number"
            carried = answer["state"]
            sizes.append(len(json.dumps(carried)))
        return sizes

    sizes = asyncio.run(play())
    assert max(sizes[60:]) <= 1.1 * max(sizes[20:40])


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({}, "bad_state"),
        ({"version": 1}, "bad_state"),
        ({"version": 2, "events": []}, "newer_state"),
        ({"version": True, "events": []}, "bad_state"),
        ({"version": 1, "events": [1]}, "bad_state"),
        ({"version": 1, "events": [{"event": "no_such_event"}]}, "bad_state"),
        ({"version": 1, "events": [{"event": "user", "parse_data": 5}]}, "bad_state"),
    ],
)
def test_unreadable_state_is_refused(agent: Any, bent: dict[str, Any], code: str) -> None:
    """A state that is not ours, or newer than we are, is the caller's error (400)."""
    with pytest.raises(BadTurn) as caught:
        state.decode(bent, customer="c", domain=agent.domain)
    assert caught.value.code == code


def test_state_of_another_model_keeps_what_still_exists(agent: Any) -> None:
    """Slots, forms and actions that are gone are dropped; the rest goes on."""
    rows = [
        {"event": "action", "name": "action_session_start"},
        {"event": "session_started"},
        {"event": "action", "name": "action_listen"},
        {"event": "user", "text": "x", "parse_data": {"intent": {"name": "gone_intent"}}},
        {"event": "action", "name": "gone_form"},
        {"event": "active_loop", "name": "gone_form"},
        {"event": "slot", "name": "gone_slot", "value": 1},
        {"event": "slot", "name": "times", "value": "not a number"},
        {"event": "slot", "name": "order_number", "value": "NT-10234"},
        {"event": "slot", "name": "requested_slot", "value": "gone_slot"},
        {"event": "followup", "name": "gone_action"},
        {"event": "action", "name": "action_listen"},
    ]
    old = {"version": 1, "events": rows}
    tracker = state.decode(old, customer=body()["customer"], domain=agent.domain)
    assert tracker.active_loop is None
    assert tracker.get_slot("requested_slot") is None
    assert tracker.get_slot("order_number") == "NT-10234"
    assert tracker.followup_action is None
    request = body(payload="/greet", state=old)
    answer = asyncio.run(run_turn(agent, parse_request(request), agent.handle_message))
    assert [message["text"] for message in answer["messages"]] == ["Hello!"]


def test_state_does_not_carry_what_only_a_turn_needs(agent: Any) -> None:
    """Model names and long rankings are not carried from turn to turn."""
    request = body("hello there")
    answer = asyncio.run(run_turn(agent, parse_request(request), agent.handle_message))
    text = json.dumps(answer["state"])
    assert "assistant_id" not in text
    assert len(text) < 5_000


def test_slot_set_to_nothing_is_not_its_first_value(agent: Any) -> None:
    """A slot that was emptied on purpose stays emptied behind the cut."""
    tracker = DialogueStateTracker("c", agent.domain.slots)
    tracker.update(SlotSet("vip", True))
    tracker.update(SlotSet("vip", None))
    again = state.decode(state.encode(tracker), customer="c", domain=agent.domain)
    assert again.slots["vip"].has_been_set
    assert again.get_slot("vip") is None
