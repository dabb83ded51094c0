"""Stores what comes in: once each, in one transaction, before anybody is told that it arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from nitka.domain.customer import KnownAddress, Profile
from nitka.domain.inbound import Deleted, Edited, Ignored, Inbound, Incoming, Outcome, Reach
from nitka.domain.message import Author, Message, MessageState
from nitka.domain.text import storable
from nitka.ports import Line, Received, UnitOfWork
from nitka.service.recognise import note_profile

_ALBUM_SETTLES = timedelta(seconds=1.2)  # its parts come one by one, within a second


async def receive(uow: UnitOfWork, incoming: Incoming) -> tuple[Received | Message | None, bool]:
    """Store one incoming; the second value says whether a customer was made for it.

    Gives what was received, or the line that its customer has changed.

    The same native id again gives the first line back. Only an `Inbound` makes a line; every
    other kind stands in the inbox with its reason, so that the accounting is whole.
    """
    match incoming:
        case Inbound():
            return await _receive_line(uow, _storable(incoming))
        case Edited():
            return await _edit(uow, incoming), False
        case Deleted():
            return await _take_back(uow, incoming), False
        case Reach():
            if await _note(uow, incoming, "reach") and (at := await _address(uow, incoming)):
                await uow.customers.reach(at.id, reachable=incoming.reachable)
        case Ignored(channel=channel, account=account, native_id=native_id, reason=reason):
            await uow.inbox.note(
                channel, account, storable(native_id), outcome=Outcome.DROPPED, reason=reason
            )
    return None, False


async def _receive_line(uow: UnitOfWork, inbound: Inbound) -> tuple[Received, bool]:
    customer, address, new = await uow.customers.at(inbound.address, inbound.profile)
    await note_profile(uow, address, inbound.profile)
    known = await uow.inbox.known(inbound.address, inbound.native_id)
    if known is not None:
        return Received(known.customer_id, known, duplicate=True), False
    inbound = await _resolve_choice(uow, inbound)
    key = f"group:{inbound.address}:{inbound.group}" if inbound.group else None
    if key:
        await uow.threads.lock(customer.id)  # its first part may just be downloaded
    first = await uow.messages.with_key(key) if key else None
    if first is not None:
        return Received(customer.id, await _join(uow, inbound, first), duplicate=False), new
    line = Line(
        Author.CUSTOMER,
        inbound.text,
        MessageState.RECEIVED,
        address,
        attachments=inbound.attachments,
        payload=inbound.payload,
        native_id=inbound.message_id,
        reply_to=await _answered(uow, inbound, address),
        place=inbound.place,
        key=key,
    )
    message = await uow.messages.add(customer.id, line)
    assert message is not None  # noqa: S101  # the address is locked, so its key cannot have come
    settles = _ALBUM_SETTLES if inbound.group else timedelta(0)
    await uow.inbox.put(inbound, customer_id=customer.id, message_id=message.id, due_in=settles)
    await _have_downloaded(uow, inbound, message)
    return Received(customer.id, message, duplicate=False), new


async def _answered(uow: UnitOfWork, inbound: Inbound, address: KnownAddress) -> UUID | None:
    """Find the line that the customer replied to, among those of his address."""
    found = await uow.messages.native(address.id, inbound.answers) if inbound.answers else None
    return found.id if found else None


async def _have_downloaded(uow: UnitOfWork, inbound: Inbound, message: Message) -> None:
    if any(attachment.source for attachment in inbound.attachments):
        await uow.fetches.put(message.id, message.customer_id)


async def _resolve_choice(uow: UnitOfWork, inbound: Inbound) -> Inbound:
    """Turn a pressed button's place into its title and payload, as they were offered."""
    if inbound.choice is None:
        return inbound
    offered = await uow.messages.get(inbound.choice.message_id)
    buttons = offered.buttons if offered else ()
    if not 0 <= inbound.choice.index < len(buttons):
        return replace(inbound, payload=None)
    button = buttons[inbound.choice.index]
    return replace(inbound, text=button.title, payload=button.payload)


async def _join(uow: UnitOfWork, inbound: Inbound, first: Message) -> Message:
    """Add a later part of an album to the line that its first part made."""
    joined = replace(
        first,
        text="\n".join(text for text in (first.text, inbound.text) if text),
        attachments=(*first.attachments, *inbound.attachments),
    )
    noted = await uow.inbox.note(
        inbound.address.channel,
        inbound.address.account,
        inbound.native_id,
        outcome=Outcome.CLOSED,
        reason="part_of_album",
    )
    if not noted:
        return first
    await uow.messages.change(joined)
    await uow.inbox.delay(first.id, _ALBUM_SETTLES)
    await _have_downloaded(uow, inbound, first)
    return joined


async def _edit(uow: UnitOfWork, edited: Edited) -> Message | None:
    """Correct the line. If its turn is still to come, the bot reads the corrected text; no new
    turn begins."""
    line = await _line(uow, edited)
    known = await _note(uow, edited, "edit" if line else "edit_of_unknown")
    if line is None or not known or line.deleted:
        return None
    return await _revise(uow, replace(line, text=storable(edited.text)))


async def _take_back(uow: UnitOfWork, deleted: Deleted) -> Message | None:
    line = await _line(uow, deleted)
    known = await _note(uow, deleted, "deletion" if line else "deletion_of_unknown")
    if line is None or not known:
        return None
    return await _revise(uow, replace(line, text="", attachments=(), deleted=True))


async def _revise(uow: UnitOfWork, line: Message) -> Message:
    """Write down what a customer changed; his former words are not kept."""
    return await uow.messages.revise(line, actor=Author.CUSTOMER, keep=False)


async def _line(uow: UnitOfWork, change: Edited | Deleted) -> Message | None:
    """Find the line that is meant; its thread stays locked, so that nobody else changes it."""
    found = await uow.customers.find(change.address)
    if found is None:
        return None
    customer, address = found
    await uow.threads.lock(customer.id)
    return await uow.messages.native(address.id, storable(change.message_id))


async def _address(uow: UnitOfWork, incoming: Reach) -> KnownAddress | None:
    found = await uow.customers.find(incoming.address)
    return found[1] if found else None


async def _note(uow: UnitOfWork, incoming: Edited | Deleted | Reach, reason: str) -> bool:
    address = incoming.address
    return await uow.inbox.note(
        address.channel,
        address.account,
        storable(incoming.native_id),
        outcome=Outcome.CLOSED,
        reason=reason,
    )


def _storable(inbound: Inbound) -> Inbound:
    address = inbound.address
    return replace(
        inbound,
        address=replace(address, native_id=storable(address.native_id)),
        text=storable(inbound.text),
        native_id=storable(inbound.native_id),
        message_id=storable(inbound.message_id) if inbound.message_id else None,
        payload=storable(inbound.payload) if inbound.payload else None,
        place=storable(inbound.place) if inbound.place else None,
        group=storable(inbound.group) if inbound.group else None,
        answers=storable(inbound.answers) if inbound.answers else None,
        profile=_storable_profile(inbound.profile),
        attachments=tuple(replace(item, name=storable(item.name)) for item in inbound.attachments),
    )


def _storable_profile(profile: Profile) -> Profile:
    return replace(
        profile,
        name=storable(profile.name) if profile.name else None,
        email=storable(profile.email) if profile.email else None,
        phone=storable(profile.phone) if profile.phone else None,
        time_zone=storable(profile.time_zone) if profile.time_zone else None,
    )
