"""`GET /api/desk/events`: what has changed, as server-sent events, while a desk is open.

An event says where to look, never what was said. Who connects (again) gets `hello` first and then
looks at everything that he shows: lines by their `seq`, so nothing is missed in between.
https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping

from fastapi import APIRouter, Depends, Request
from starlette.responses import StreamingResponse

from nitka.api.desk.gate import COOKIE, Caller, DeskGate, caller_of
from nitka.domain.staff import Right
from nitka.errors import Unavailable
from nitka.ports import Clock, Fanout, Store
from nitka.service.sign_in import SignIn
from nitka.service.tell_desk import DESK

_BEAT = 15.0  # seconds between signs of life: of ours, and of who is present


class EventsApi:
    """The live side of the desk. An open stream is what makes somebody present."""

    def __init__(
        self, gate: DeskGate, *, sign_in: SignIn, store: Store, fanout: Fanout, clock: Clock
    ) -> None:
        self._gate = gate
        self._sign_in = sign_in
        self._store = store
        self._fanout = fanout
        self._clock = clock

    def router(self) -> APIRouter:
        """Give the route, below `/api/desk`."""
        router = APIRouter(dependencies=[Depends(self._gate.needs(Right.READ))])
        router.add_api_route(
            "/events",
            self.events,
            methods=["GET"],
            response_class=StreamingResponse,
            responses={200: {"content": {"text/event-stream": {}}}},
        )
        return router

    async def events(self, request: Request) -> StreamingResponse:
        """Stream events until the browser leaves or is signed out."""
        caller, token = caller_of(request), request.cookies.get(COOKIE)
        stream = self.stream(caller, token)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def stream(self, caller: Caller, token: str | None) -> AsyncGenerator[str, None]:
        """Give events as they are written down the line."""
        loop, beats_at = asyncio.get_running_loop(), 0.0
        async with self._fanout.listen(DESK) as published:
            yield _event({"kind": "hello"})
            following = asyncio.ensure_future(anext(published, None))
            try:
                while True:
                    if loop.time() >= beats_at:
                        if not await self._still_here(caller, token):
                            return
                        beats_at = loop.time() + _BEAT
                        yield ": beat\n\n"
                    await asyncio.wait({following}, timeout=beats_at - loop.time())
                    if following.done():
                        yield _event(following.result() or {"kind": "hello"})
                        following = asyncio.ensure_future(anext(published, None))
            finally:
                following.cancel()

    async def _still_here(self, caller: Caller, token: str | None) -> bool:
        """Note that somebody is present; False once his session has ended."""
        try:
            if caller.session is not None:
                found = await self._sign_in.who(token) if token else None
                if found is None:
                    return False
            async with self._store.begin() as uow:
                await uow.accounts.seen(caller.account.id, at=self._clock.now())
        except Unavailable:  # the next beat will tell
            return True
        return True


def _event(frame: Mapping[str, object]) -> str:
    return f"data: {json.dumps(frame)}\n\n"
