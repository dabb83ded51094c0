"""One socket's conversation: hello, then frames in until the client goes.

What the client says is acknowledged only once it is stored, in the order it was said. A second
`hello` of the same visitor begins anew at its `after`. Close codes: 4400 no hello in time, 4401
unknown token, 1013 the storage cannot be reached (come back and send again what has no ack).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import structlog

from connectors.webchat import protocol
from connectors.webchat.protocol import Fault, Frame, Hello, Ping, Read, Say, Typing, Upload
from connectors.webchat.pump import Pace, Pump
from connectors.webchat.rate import Bucket
from connectors.webchat.token import Tokens, Visitor
from connectors.webchat.wire import Gone, Wire
from nitka.domain.inbound import Inbound
from nitka.errors import Refused, Unavailable
from nitka.ports import Front, Uploads

log = structlog.get_logger(__name__)

NO_HELLO = 4400
BAD_TOKEN = 4401
TRY_AGAIN_LATER = 1013
BROKEN = 1011

TYPING_EVERY = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Manners:
    """What one socket may do: seconds, and frames at once and per second."""

    hello_within: float = 10
    messages: tuple[float, float] = (60, 5)
    frames: tuple[float, float] = (300, 50)
    pace: Pace = field(default_factory=Pace)


class _Close(Exception):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Conversation:
    """Serves one `Wire` from its first frame to its end."""

    def __init__(
        self, wire: Wire, *, front: Front, uploads: Uploads, tokens: Tokens, manners: Manners
    ) -> None:
        self._wire, self._front, self._uploads, self._tokens = wire, front, uploads, tokens
        self._manners = manners
        self._messages = Bucket(*manners.messages)
        self._frames = Bucket(*manners.frames)
        self._typed_at = 0.0

    async def run(self) -> None:
        """Talk until the client goes or has to; never raises, but for a cancelled task."""
        close: _Close | None = None
        try:
            await self._talk()
        except* Gone:
            pass
        except* _Close as closing:
            first = _first(closing)
            close = first if isinstance(first, _Close) else None
        except* Unavailable as away:
            log.warning("socket.storage_away", reason=str(_first(away)))
            close = _Close(TRY_AGAIN_LATER, "try again later")
        except* Exception:
            log.exception("socket.broke")
            close = _Close(BROKEN, "internal error")
        if close is not None:
            await self._wire.close(close.code, close.reason)

    async def _talk(self) -> None:
        try:
            async with asyncio.timeout(self._manners.hello_within):
                hello = await self._await_hello()
        except TimeoutError:
            raise _Close(NO_HELLO, "no hello in time") from None
        visitor = self._visitor(hello)
        pump = Pump(self._wire, self._front, visitor.address, pace=self._manners.pace)
        with structlog.contextvars.bound_contextvars(channel="web", address=visitor.id):
            await pump.begin(hello.after)
            async with asyncio.TaskGroup() as both:
                both.create_task(pump.run())
                await self._read(visitor, pump)

    async def _await_hello(self) -> Hello:
        while True:
            match await self._next():
                case Hello() as hello:
                    return hello
                case Ping():
                    await self._wire.send(protocol.pong())
                case Say(id=id) | Upload(id=id):
                    await self._refuse(Fault("hello_first", "Say `hello` first.", id))
                case _:
                    await self._refuse(Fault("hello_first", "Say `hello` first."))

    def _visitor(self, hello: Hello) -> Visitor:
        visitor = self._tokens.read(hello.token)
        if visitor is None:
            raise _Close(BAD_TOKEN, "unknown token")
        return visitor

    async def _next(self) -> Frame:
        """Give the client's next good frame; the others are answered with `error`.

        A client that sends faster than it may is read more slowly, so nothing is lost.
        """
        while True:
            raw = await self._wire.receive()
            wait = self._frames.take()
            if wait > 0:
                await asyncio.sleep(wait)
                self._frames.take()
            frame = protocol.parse(raw)
            if not isinstance(frame, Fault):
                return frame
            await self._refuse(frame)

    async def _refuse(self, fault: Fault) -> None:
        await self._wire.send(protocol.error(fault))

    async def _read(self, visitor: Visitor, pump: Pump) -> None:
        while True:
            match await self._next():
                case Say() | Upload() as said:
                    await self._store(visitor, pump, said)
                case Read(seq=seq):
                    await self._front.read(visitor.address, seq=seq)
                case Typing():
                    await self._pass_on_typing(visitor)
                case Ping():
                    await self._wire.send(protocol.pong())
                case Hello() as hello if self._visitor(hello).id == visitor.id:
                    await pump.begin(hello.after)
                case Hello():
                    sentence = "This socket is another visitor's; open one of your own."
                    await self._refuse(Fault("other_visitor", sentence))

    async def _store(self, visitor: Visitor, pump: Pump, said: Say | Upload) -> None:
        """Store what was said, then acknowledge it. The same id again gets the same ack."""
        wait = self._messages.take()
        if wait > 0:
            sentence = "Too many messages at once; send this one again a little later."
            await self._refuse(Fault("rate_limited", sentence, said.id, wait))
            return
        inbound = await self._inbound(visitor, said)
        if isinstance(inbound, Fault):
            await self._refuse(inbound)
            return
        try:
            received = await self._front.receive(inbound)
        except Refused as no:
            await self._refuse(Fault(no.code, no.sentence, said.id))
            return
        if received is not None:
            await self._wire.send(protocol.ack(said.id, received.message.seq))
            pump.mine(received.customer_id)

    async def _inbound(self, visitor: Visitor, said: Say | Upload) -> Inbound | Fault:
        native_id = f"{visitor.id}:{said.id}"  # two visitors may choose the same id
        if isinstance(said, Say):
            return Inbound(
                visitor.address,
                native_id,
                said.text,
                message_id=said.id,
                payload=said.reply,
                profile=visitor.profile,
            )
        file = await self._uploads.find(said.file)
        if file is None or file.owner != str(visitor.address):
            return Fault(
                "unknown_file", "There is no such file of yours; upload it first.", said.id
            )
        return Inbound(
            visitor.address,
            native_id,
            "",
            message_id=said.id,
            attachments=(file.attachment,),
            profile=visitor.profile,
        )

    async def _pass_on_typing(self, visitor: Visitor) -> None:
        now = time.monotonic()
        if now - self._typed_at >= TYPING_EVERY:
            self._typed_at = now
            await self._front.typing(visitor.address)


def _first(group: BaseExceptionGroup[Exception]) -> Exception:
    """Give the first error itself out of a group, however deep it lies."""
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
