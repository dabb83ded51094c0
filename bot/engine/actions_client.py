"""How the engine calls the action server: kept-alive, timed, validated quickly, sent small.

Rasa opens a new connection for every call, holds the answer against a JSON schema (30 ms) before
it reads it, and posts the whole domain. :func:`install` makes Rasa's remote actions ours.
"""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import aiohttp
import rasa
from rasa.core.actions import action as rasa_action
from rasa.core.actions import forms as rasa_forms
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from engine import state
from engine.turn import ACTIONS_AWAY, current_turn

TIME_LIMIT = timedelta(seconds=10)
_SENT_DOMAIN = ("forms", "slots", "actions", "intents", "entities")
_REJECTED = 400
_KEEP_ALIVE_SECONDS = 4.0  # below the action server's own 5 s, so that it never closes first


class ActionEndpoint(EndpointConfig):
    """The action server, over one kept-alive session.

    Every failure is recorded in the running turn, also where Rasa would only log it. A 400
    is not a failure: it is how an action declines to run.
    """

    def __init__(self, url: str, time_limit: timedelta = TIME_LIMIT) -> None:
        super().__init__(url)
        self._time_limit = time_limit
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        *_method: Any,
        **kwargs: Any,
    ) -> Any:
        """Posts ``json`` and returns the parsed answer; other options of Rasa's are not needed.

        Raises ClientResponseError for a status of 400 or more, aiohttp's errors for a
        connection that fails, and ClientResponseError 504 after the time limit.
        """
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._time_limit.total_seconds()),
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=_KEEP_ALIVE_SECONDS),
            )
        name = kwargs.get("json", {}).get("next_action", "?")
        try:
            try:
                return await self._post(kwargs.get("json"))
            except aiohttp.ServerDisconnectedError:
                # A kept connection that the server has just closed; actions are idempotent.
                return await self._post(kwargs.get("json"))
        except ClientResponseError as error:
            if error.status != _REJECTED:
                _failed(name, f"the action server answered {error.status}")
            raise
        except asyncio.TimeoutError:
            _failed(name, f"no answer within {self._time_limit.total_seconds():g} s")
            raise ClientResponseError(504, "timeout", "") from None
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as error:
            _failed(name, f"the action server at {self.url} is away: {error}", code=ACTIONS_AWAY)
            raise
        except (aiohttp.ClientError, ValueError) as error:
            _failed(name, f"the action server at {self.url} cannot be used: {error}")
            raise

    async def _post(self, body: Any) -> Any:
        assert self._session is not None  # noqa: S101 - set by the caller
        data = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        async with self._session.post(self.url, data=data, headers=headers) as response:
            content = await response.read()
            if response.status >= _REJECTED:
                raise ClientResponseError(
                    response.status, response.reason or "", content.decode(errors="replace")
                )
            return json.loads(content)

    async def close(self) -> None:
        """Closes the kept connections."""
        if self._session is not None:
            await self._session.close()


class TurnAction(RemoteAction):
    """A custom action: posts bounded events and the part of the domain that forms need."""

    def _action_call_format(self, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
        return {
            "next_action": self._name,
            "sender_id": tracker.sender_id,
            "tracker": tracker.current_state(EventVerbosity.ALL),
            "domain": _sent_domain(domain),
            "version": rasa.__version__,
        }

    def _validate_action_result(self, result: dict[str, Any]) -> bool:
        reason = unreadable(result)
        if reason is not None:
            message = f"Action '{self._name}' answered what Rasa cannot read: {reason}"
            turn = current_turn()
            raise turn.fail("action_failed", message) if turn else ValueError(message)
        return True


_sent: list[tuple[Domain, dict[str, Any]]] = []  # the latest domain; hashing one is slow


def unreadable(result: Any) -> str | None:
    """Returns what is wrong with an action's answer; None if Rasa can read all of it."""
    if not isinstance(result, dict):
        return "it is no object."
    for part in ("events", "responses"):
        rows = result.get(part, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            return f"`{part}` is no list of objects."
    problems = (_trouble_with(row) for row in result.get("events", []))
    return next((problem for problem in problems if problem), None)


def _trouble_with(row: dict[str, Any]) -> str | None:
    try:
        state.read_event(row)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        return f"the event {json.dumps(row)[:200]} ({error!r})."
    return None


def _sent_domain(domain: Domain) -> dict[str, Any]:
    if not _sent or _sent[0][0] is not domain:
        whole = domain.as_dict()
        _sent[:] = [(domain, {key: whole[key] for key in _SENT_DOMAIN if key in whole})]
    return _sent[0][1]


def install() -> None:
    """Makes every custom action that Rasa builds from now on a :class:`TurnAction`."""
    rasa_action.RemoteAction = TurnAction  # type: ignore[misc]  # the one place Rasa offers
    rasa_forms.RemoteAction = TurnAction  # type: ignore[misc]


def _failed(action: str, reason: str, *, code: str = "action_failed") -> None:
    turn = current_turn()
    if turn is not None:
        turn.fail(code, f"Action '{action}' failed: {reason}.")
