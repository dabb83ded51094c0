"""The engine's double: turns from a plain function, with faults on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nitka.domain.turn import Effect, Reply, TurnRequest, TurnResult
from nitka.errors import EngineError

Answer = Callable[[TurnRequest], TurnResult]


def echo(request: TurnRequest) -> TurnResult:
    """Say back what was said, counting the turns in the state."""
    count = int(str((request.state or {}).get("count", 0))) + 1
    return answer(f"{count}: {request.payload or request.text}", state={"count": count})


def answer(
    *texts: str, effects: tuple[Effect, ...] = (), state: Mapping[str, object] | None = None
) -> TurnResult:
    """Make a turn's result that says `texts`."""
    return TurnResult(
        replies=tuple(Reply(text) for text in texts),
        effects=effects,
        events=tuple({"event": "bot", "text": text} for text in texts),
        state=dict(state or {}),
        slots={},
        understanding={},
        model="scripted",
    )


class ScriptedEngine:
    """`ports.Engine` that asks `script`; `faults` are raised first, one a call.

    To a customer who waits for a person it says nothing, unless `asides` says what.
    """

    def __init__(self, script: Answer = echo) -> None:
        self.script = script
        self.faults: list[EngineError] = []
        self.asked: list[TurnRequest] = []
        self.asides: Answer = lambda _request: answer()

    async def turn(self, request: TurnRequest) -> TurnResult:
        self.asked.append(request)
        if self.faults:
            raise self.faults.pop(0)
        return self.asides(request) if request.aside else self.script(request)

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        return None
