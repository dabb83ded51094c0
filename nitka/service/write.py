"""What staff write: replies that have seen the newest line, and notes for colleagues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from nitka.domain.address import Channel
from nitka.domain.customer import KnownAddress
from nitka.domain.handoff import Alarm
from nitka.domain.message import Author, Message, MessageState
from nitka.domain.staff import Staff
from nitka.errors import Refused
from nitka.ports import Line, UnitOfWork
from nitka.service.attach import claim
from nitka.service.casework import Case, open_case, own_case
from nitka.service.find import unknown_customer
from nitka.service.lines import add_line, chosen_address


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply before it goes out. `seen` is the `seq` of the newest line its author has seen.

    `channel` is where to say it; None is where the customer is. `files` are ids of files that
    its author keeps for it. The same `key` is said once.
    """

    text: str
    seen: int
    channel: Channel | None = None
    files: tuple[str, ...] = ()
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Newer:
    """A reply was not sent: these lines came after the newest that its author had seen."""

    messages: Sequence[Message]


@dataclass(frozen=True, slots=True)
class _Remark:
    """A note before it is written; `facts` are for the audit."""

    staff: Staff
    text: str
    mentions: Sequence[str]
    facts: Mapping[str, object] = field(default_factory=dict)


async def reply(
    uow: UnitOfWork, handoff_id: UUID, staff: Staff, draft: Draft, *, at: datetime
) -> Message | Newer:
    """Say something to the customer as the owner of his thread, or give what must be read first.

    Raises `Refused` as `own_case` does, 409 `unreachable`, 409 `file_gone` and 422
    `idempotency_key_reused`.
    """
    key = f"reply:{staff.key}:{handoff_id}:{draft.key}" if draft.key else None
    if key is not None:
        await open_case(uow, handoff_id)  # the same reply sent twice at once: one waits here
        said = await uow.messages.with_key(key)
        if said is not None:  # also if the thread is another's by now
            return _same(said, draft)
    case = await own_case(uow, handoff_id, staff)
    newer = await _unseen(uow, case, staff, draft.seen)
    if newer:
        return Newer(newer)
    message = await _say(uow, case, staff, draft, key, at=at)
    await uow.cases.change(
        replace(
            case.handoff,
            waiting_since=None,
            first_reply_at=case.handoff.first_reply_at or at,
            alarm=Alarm.NONE,
        )
    )
    await _note_down(uow, case, "reply", staff, message)
    return message


def _same(said: Message, draft: Draft) -> Message:
    """Give the reply that was said under this key; a line that was changed since is no proof."""
    if said.text != draft.text and said.changed is None:
        sentence = "This idempotency key was used with another request."
        raise Refused("idempotency_key_reused", sentence, status=422)
    return said


async def note(
    uow: UnitOfWork, handoff_id: UUID, staff: Staff, text: str, *, mentions: Sequence[str] = ()
) -> Message:
    """Write an internal line: it has no audience and never reaches the customer."""
    case = await open_case(uow, handoff_id)
    remark = _Remark(staff, text, mentions, {"handoff": str(case.handoff.id)})
    return await _add_note(uow, case.thread.customer_id, remark)


async def note_on(
    uow: UnitOfWork, customer_id: UUID, staff: Staff, text: str, *, mentions: Sequence[str] = ()
) -> Message:
    """Write an internal line on a customer, whoever has his thread.

    Raises `Refused` 404 `unknown_customer`.
    """
    thread = await uow.threads.current(customer_id)
    if thread is None:
        raise unknown_customer()
    return await _add_note(uow, thread.customer_id, _Remark(staff, text, mentions))


async def _add_note(uow: UnitOfWork, customer_id: UUID, remark: _Remark) -> Message:
    line = Line(
        Author.AGENT,
        remark.text,
        MessageState.RECEIVED,
        None,
        author_name=remark.staff.name,
        staff=remark.staff.key,
        internal=True,
    )
    message = await uow.messages.add(customer_id, line)
    assert message is not None  # noqa: S101  # it has no key
    await uow.mentions.add(message.id, remark.mentions)
    await uow.ledger.audit(
        "note",
        actor=remark.staff.key,
        customer_id=customer_id,
        facts={
            **remark.facts,
            "message": str(message.id),
            "mentions": list(remark.mentions),
        },
    )
    return message


async def _unseen(uow: UnitOfWork, case: Case, staff: Staff, seen: int) -> Sequence[Message]:
    """Give the lines after `seen`; one's own notes are known to oneself."""
    lines = await uow.messages.after(case.thread.customer_id, seen, internal=True)
    return [line for line in lines if not (line.internal and line.staff == staff.key)]


async def _say(
    uow: UnitOfWork, case: Case, staff: Staff, draft: Draft, key: str | None, *, at: datetime
) -> Message:
    address = await where_he_is(uow, case.thread.customer_id, channel=draft.channel)
    last = await uow.cases.last_said(case.thread.customer_id, address.id)
    line = Line(
        Author.AGENT,
        draft.text,
        MessageState.PENDING,
        address,
        attachments=await claim(uow, draft.files, staff, address, at=at),
        author_name=staff.name,
        staff=staff.key,
        reply_to=last.id if last else None,
        place=last.place if last else None,
        key=key,
    )
    message = await add_line(uow, case.thread.customer_id, line)
    assert message is not None  # noqa: S101  # its key was looked for under the thread's lock
    return message


async def where_he_is(
    uow: UnitOfWork, customer_id: UUID, *, channel: Channel | None = None
) -> KnownAddress:
    """Give the address where the customer wants to be answered, else the one that he wrote from
    last, that takes messages. Raises `Refused` 409 `unreachable`.
    """
    addresses = await uow.customers.addresses(customer_id)
    chosen = await chosen_address(uow, customer_id, addresses) if channel is None else None
    for known in [chosen, *addresses]:
        if known and known.reachable and channel in (None, known.address.channel):
            return known
    sentence = "The customer has no address that takes messages"
    where = f" on {channel}." if channel else "."
    raise Refused("unreachable", sentence + where, status=409)


async def _note_down(
    uow: UnitOfWork, case: Case, action: str, staff: Staff, message: Message
) -> None:
    await uow.ledger.audit(
        action,
        actor=staff.key,
        customer_id=case.thread.customer_id,
        facts={"handoff": str(case.handoff.id), "message": str(message.id)},
    )
