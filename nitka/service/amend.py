"""Changes and takes back what was said: at the desk, in the thread, and on the customer's channel.

The platform is asked first, and nothing is written unless it agrees: what the thread shows is what
the customer sees. A crash between the two is mended by doing it once more, because a platform that
has it already says so (docs/adr/0014).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from nitka.domain.address import Channel
from nitka.domain.message import Author, Message
from nitka.domain.staff import Account, Right
from nitka.errors import Refused, SendError
from nitka.ports import (
    Amending,
    Fanout,
    Job,
    Part,
    Queue,
    Revision,
    Store,
    UnitOfWork,
    Way,
    topic_of,
)
from nitka.service.lease import hold

_PATIENCE = 5.0  # seconds to wait while something is being delivered to the same customer
_TRY_EVERY = 0.1
_CALL_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class _Change:
    """What shall become of a line: other words, or with None nothing any more."""

    account: Account
    text: str | None

    def of(self, line: Message) -> Message:
        if self.text is None:
            return replace(line, text="", attachments=(), buttons=(), deleted=True)
        return replace(line, text=self.text)


class Amend:
    """Edits and takes back lines of staff; supervisors also the bot's and each other's."""

    def __init__(
        self, store: Store, *, queue: Queue, fanout: Fanout, channels: Mapping[Channel, Amending]
    ) -> None:
        """`channels` are those that can change what they have sent; the web needs none."""
        self._store = store
        self._queue = queue
        self._fanout = fanout
        self._channels = channels

    async def edit(self, message_id: UUID, account: Account, text: str) -> Message:
        """Say a line in other words. Raises `Refused`: 404 `unknown_message`, 403 `not_your_line`,
        409 `on_its_way`, `not_delivered`, `not_editable`, `channel_refuses`, 503 `channel_busy`."""
        return await self._carry_out(message_id, _Change(account, text))

    async def take_back(self, message_id: UUID, account: Account) -> Message:
        """Take a line back; once more changes nothing. Raises as `edit` does."""
        return await self._carry_out(message_id, _Change(account, None))

    async def history(self, message_id: UUID) -> tuple[Message, list[Revision]]:
        """Give a line and what it was before, the oldest first. Raises `Refused` 404."""
        async with self._store.begin() as uow:
            line = await uow.messages.get(message_id)
            if line is None:
                raise _unknown()
            return line, list(await uow.messages.history(message_id))

    async def _carry_out(self, message_id: UUID, change: _Change) -> Message:
        async with self._store.begin() as uow:
            line = await _line(uow, message_id, change)
        if line.channel in (None, Channel.WEB):
            return await self._write(line, change, None)
        until = time.monotonic() + _PATIENCE
        while True:
            async with hold(self._queue, Job.DELIVERY, line.customer_id) as mine:
                if mine:
                    return await self._between_deliveries(message_id, change)
            if time.monotonic() > until:
                raise _on_its_way()
            await asyncio.sleep(_TRY_EVERY)

    async def _between_deliveries(self, message_id: UUID, change: _Change) -> Message:
        """Change a line while nothing is sent to its customer."""
        async with self._store.begin() as uow:
            line = await _line(uow, message_id, change)
            way = await uow.outbox.way(message_id)
        if line.deleted:
            return line
        if way is not None and not way.waits:
            await self._on_the_channel(line, way, change)
        return await self._write(line, change, way)

    async def _on_the_channel(self, line: Message, way: Way, change: _Change) -> None:
        if way.in_doubt:
            raise _on_its_way()
        if way.dead and change.text is not None:
            sentence = "It was not delivered, so there is nothing to change: write it anew."
            raise Refused("not_delivered", sentence, status=409)
        if way.dead and not way.natives:
            return
        channel = self._channels.get(way.address.address.channel)
        if channel is None:
            raise _not_editable("This channel cannot change what was sent.")
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                if change.text is None:
                    await _withdraw(channel, line, way)
                else:
                    await _reword(channel, line, change.of(line), way)
        except TimeoutError:
            raise _busy(line) from None
        except SendError as error:
            raise (_busy(line) if error.retryable else _refuses(line, error)) from None

    async def _write(self, line: Message, change: _Change, way: Way | None) -> Message:
        """Write the change down, unless somebody else has taken the line back meanwhile."""
        async with self._store.begin() as uow:
            line = await _line(uow, line.id, change)
            if line.deleted:
                return line
            if way is not None and way.waits:
                now = await uow.outbox.way(line.id)
                if now is None or not now.waits:
                    raise _on_its_way()
                if change.text is None:
                    await uow.outbox.drop(line.id)
            if change.text is None:
                for file in line.attachments:
                    await uow.ledger.withdraw_file(file.file_id)
            changed = await uow.messages.revise(change.of(line), actor=change.account.email)
            await uow.ledger.audit(
                "take_back" if change.text is None else "edit",
                actor=change.account.email,
                customer_id=line.customer_id,
                facts={"message": str(line.id)},
            )
        frame = {"kind": "changed", "line": str(line.id)}
        await self._fanout.publish(topic_of(line.customer_id), frame)
        return changed


async def _line(uow: UnitOfWork, message_id: UUID, change: _Change) -> Message:
    """Give a line that the account may change; its thread is locked, wherever a join took it."""
    line = await uow.messages.get(message_id)
    while line is not None:
        thread = await uow.threads.current(line.customer_id)
        again = await uow.messages.get(message_id)
        if again is None or thread is None or again.customer_id == thread.customer_id:
            line = again
            break
        line = again
    if line is None:
        raise _unknown()
    _check_right(line, change.account)
    if line.deleted and change.text is not None:
        raise Refused("deleted", "This has been taken back.", status=409)
    return line


def _check_right(line: Message, account: Account) -> None:
    if line.author is Author.AGENT and line.staff == account.staff.key:
        return
    if line.author not in (Author.AGENT, Author.BOT):
        sentence = "Only what staff or the bot have said can be changed."
        raise Refused("not_your_line", sentence, status=403)
    if not account.may(Right.DIRECT):
        sentence = "This is not yours: a supervisor can change it."
        raise Refused("not_your_line", sentence, status=403)


async def _withdraw(channel: Amending, line: Message, way: Way) -> None:
    parts = channel.render(line)
    natives = _natives(line, way, parts)
    if not natives:
        raise _not_editable("It is not known where on the channel it stands.")
    for part, native_id in zip(parts, natives, strict=False):
        if native_id is not None:
            await channel.withdraw(way.address.address, part, native_id)


async def _reword(channel: Amending, line: Message, other: Message, way: Way) -> None:
    before, after = channel.render(line), channel.render(other)
    same = [channel.same_kind(one, two) for one, two in zip(before, after, strict=False)]
    if len(before) != len(after) or not all(same):
        raise _not_editable("At this length it would be other messages there: take it back first.")
    natives = _natives(line, way, before)
    if len(natives) != len(after) or None in natives:
        raise _not_editable("It is not known where on the channel it stands.")
    for old, new, native_id in zip(before, after, natives, strict=True):
        if old.body != new.body and native_id is not None:
            await channel.change(way.address.address, new, native_id)


def _natives(line: Message, way: Way, parts: Sequence[Part]) -> Sequence[str | None]:
    """Give where the parts stand; of what was sent long ago only the first part's place is kept."""
    return way.natives or ([line.native_id] if len(parts) == 1 else [])


def _unknown() -> Refused:
    return Refused("unknown_message", "There is no such message.", status=404)


def _on_its_way() -> Refused:
    return Refused("on_its_way", "It is being sent just now: try again in a moment.", status=409)


def _not_editable(sentence: str) -> Refused:
    return Refused("not_editable", sentence, status=409)


def _busy(line: Message) -> Refused:
    sentence = f"{line.channel} cannot be reached just now; nothing was changed. Try again."
    return Refused("channel_busy", sentence, status=503)


def _refuses(line: Message, error: SendError) -> Refused:
    sentence = f"{line.channel} does not let it be changed any more ({error.detail})."
    return Refused("channel_refuses", sentence, status=409)
