"""Rows to domain values. Nothing else in the store knows both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from nitka.domain.address import Address, Channel, Evidence
from nitka.domain.customer import Customer, KnownAddress, Language
from nitka.domain.handoff import Alarm, Handoff, HandoffState, Next, Reopened
from nitka.domain.message import Attachment, AttachmentKind, Author, Button, Message, MessageState
from nitka.domain.thread import Owner, Team, Thread


def customer(row: Row[Any]) -> Customer:
    return Customer(
        row.id,
        row.name,
        Language(row.language) if row.language else None,
        row.language_fixed,
        row.created_at,
        row.time_zone,
        row.email,
        row.phone,
    )


def known_address(row: Row[Any]) -> KnownAddress:
    return KnownAddress(
        row.id,
        Address(Channel(row.channel), row.account, row.native_id),
        Evidence.OWN if row.home_id == row.customer_id else Evidence.PROVED,
        row.reachable,
        row.home_id,
        row.last_inbound_at,
    )


def thread(row: Row[Any]) -> Thread:
    return Thread(
        row.customer_id,
        Owner(row.owner),
        Team(row.team) if row.team else None,
        row.seq,
        row.turn,
        row.fence,
        row.epoch,
        row.joined_into,
        row.agent,
    )


def handoff(row: Row[Any]) -> Handoff:
    return Handoff(
        row.id,
        row.customer_id,
        Team(row.team),
        row.reason,
        row.facts,
        HandoffState(row.state),
        row.opened_at,
        agent=row.agent,
        taken_at=row.taken_at,
        waiting_since=row.waiting_since,
        first_reply_at=row.first_reply_at,
        closed_at=row.closed_at,
        outcome=row.outcome,
        next=Next(row.next) if row.next else None,
        offered_to=row.offered_to,
        offered_at=row.offered_at,
        alarm=Alarm(row.alarm),
        home_id=row.home_id,
        corrected=row.corrected,
        reopened=Reopened(**row.reopened) if row.reopened else None,
        asked_at=row.asked_at,
        score=row.score,
        remark=row.remark,
        rated_at=row.rated_at,
    )


def message(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        customer_id=row.customer_id,
        seq=row.seq,
        author=Author(row.author),
        text=row.text,
        state=MessageState(row.state),
        created_at=row.created_at,
        channel=Channel(row.channel) if row.channel else None,
        address_id=row.address_id,
        author_name=row.author_name,
        payload=row.payload,
        buttons=tuple(Button(**button) for button in row.buttons),
        attachments=tuple(attachment(item) for item in row.attachments),
        native_id=row.native_id,
        reply_to=row.reply_to,
        place=row.place,
        deleted=row.deleted,
        internal=row.internal,
        staff=row.staff,
        changed=row.changed,
    )


def attachment(item: Mapping[str, Any]) -> Attachment:
    return Attachment(
        item["file_id"],
        AttachmentKind(item["kind"]),
        item["name"],
        item["media_type"],
        item["size"],
        item.get("source"),
    )


def buttons_json(buttons: Sequence[Button]) -> list[dict[str, str]]:
    return [{"title": button.title, "payload": button.payload} for button in buttons]


def attachments_json(attachments: Sequence[Attachment]) -> list[dict[str, object]]:
    return [
        {
            "file_id": item.file_id,
            "kind": item.kind,
            "name": item.name,
            "media_type": item.media_type,
            "size": item.size,
            "source": item.source,
        }
        for item in attachments
    ]
