"""Rasa's agent and message processor, with the errors let out.

Rasa logs an action that fails and carries on; the customer gets an empty or half answer.
Here the first failure stops the turn. Also keeps the ``language`` slot right: it is set after
the session start and before the message, and survives a restart.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import structlog
from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from engine import agenda
from engine.responses import StrictResponses
from engine.tracker_store import OpenLockStore, TravellingTrackerStore
from engine.turn import LANGUAGES, Turn, TurnFailed, current_turn

log = structlog.get_logger("nitka.engine")
LANGUAGE_SLOT = "language"


class TurnAgent(Agent):
    """An agent that holds no conversation: travelling trackers, no lock, strict answers."""

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        """Loads the model; raises what Rasa raises when it cannot be loaded."""
        self.processor = TurnProcessor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
            on_circuit_break=_too_many_actions,
        )
        self.domain = self.processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain
        if isinstance(self.nlg, StrictResponses):
            self.nlg.responses = self.domain.responses

    @classmethod
    def open(cls, model: Path, action_endpoint: Any) -> TurnAgent:
        """Returns an agent with ``model`` loaded, its parts checked to be ours.

        Rasa falls back to a store in memory without a word when a store cannot be used, and
        wraps any store to do so on errors; both would mix up customers, so neither is left.
        """
        agent = cls(
            generator=StrictResponses({}),
            tracker_store=TravellingTrackerStore(None),
            lock_store=OpenLockStore(),
            action_endpoint=action_endpoint,
        )
        agent.tracker_store = TravellingTrackerStore(None)
        agent.load_model(model)
        agent.check()
        return agent

    def check(self) -> None:
        """Raises RuntimeError unless trackers, locks and responses really are our own."""
        processor = self.processor
        if processor is None:
            raise RuntimeError("No model is loaded.")
        for part, kind in (
            (processor.tracker_store, TravellingTrackerStore),
            (processor.lock_store, OpenLockStore),
            (processor.nlg, StrictResponses),
        ):
            if type(part) is not kind:
                raise RuntimeError(
                    f"Rasa uses {type(part).__name__} instead of {kind.__name__}: not serving."
                )
        if LANGUAGE_SLOT not in {slot.name for slot in processor.domain.slots}:
            raise RuntimeError(f"The model's domain has no slot '{LANGUAGE_SLOT}'.")


class TurnProcessor(MessageProcessor):
    """A message processor that stops at the first failure and keeps the language."""

    async def fetch_tracker_and_update_session(
        self,
        sender_id: str,
        output_channel: OutputChannel | None = None,
        metadata: dict[str, Any] | None = None,  # noqa: ARG002 - the message bears it already
    ) -> DialogueStateTracker:
        """Returns the customer's tracker, session started and language slot set."""
        tracker = await super().fetch_tracker_and_update_session(sender_id, output_channel)
        _keep_language(tracker, self.domain)
        turn = current_turn()
        if turn is not None:
            agenda.note(tracker, self.domain, turn)
        return tracker

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        known = len(tracker.events)
        more = await super()._run_action(_Watched(action), tracker, output_channel, nlg, prediction)
        turn = current_turn()
        if turn is not None:
            if turn.failure is not None:
                raise turn.failure
            _follow_language(turn, list(tracker.events)[known:])
            _keep_language(tracker, self.domain)
        return more


class _Watched(Action):
    """An action whose failure is recorded in the turn before Rasa swallows it."""

    def __init__(self, action: Action) -> None:
        self._action = action

    def name(self) -> str:
        return self._action.name()

    def event_for_successful_execution(self, prediction: PolicyPrediction) -> Event:
        return self._action.event_for_successful_execution(prediction)

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        try:
            return await self._action.run(output_channel, nlg, tracker, domain)
        except (ActionExecutionRejection, TurnFailed):
            raise
        except Exception as error:
            turn = current_turn()
            if turn is not None:
                turn.fail("action_failed", f"Action '{self.name()}' failed: {error}")
            raise


def _too_many_actions(*_: Any) -> None:
    turn = current_turn()
    message = "The dialogue did not come to rest: too many actions in one turn."
    raise turn.fail("action_limit", message) if turn else RuntimeError(message)


def _follow_language(turn: Turn, events: list[Event]) -> None:
    """Takes over a language that an action has set on purpose."""
    chosen = [
        event.value
        for event in events
        if isinstance(event, SlotSet) and event.key == LANGUAGE_SLOT and event.value in LANGUAGES
    ]
    if chosen and chosen[-1] != turn.language:
        turn.language, turn.language_heard = chosen[-1], True


def _keep_language(tracker: DialogueStateTracker, domain: Domain) -> None:
    turn = current_turn()
    if turn is not None and tracker.get_slot(LANGUAGE_SLOT) != turn.language:
        tracker.update(SlotSet(LANGUAGE_SLOT, turn.language), domain)
