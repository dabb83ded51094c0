"""Channels: ways in and out of the thread, and the thread as they see it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from nitka.domain.address import Address, Channel
from nitka.domain.inbound import Incoming
from nitka.domain.message import Attachment, AttachmentKind, Message
from nitka.domain.thread import Owner, Team


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can show: asked before rendering, never found out by failing."""

    text_limit: int
    buttons: bool
    images: bool
    files: bool
    typing: bool
    edit: bool
    read_receipts: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took the message; `native_id` is the platform's id of it, if it has one."""

    native_id: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One call's worth of a message, as a connector renders it for its platform.

    `body` is the connector's own and holds JSON values only. `key` names this part for ever: the
    same message gives the same parts under the same keys, so that one can be looked up again.
    """

    key: str
    body: Mapping[str, object]


class Connector(Protocol):
    """One channel. No retry, no storage, no engine, no business rule."""

    @property
    def channel(self) -> Channel: ...

    @property
    def account(self) -> str:
        """Our own side of the channel's addresses."""
        ...

    def capabilities(self) -> Capabilities: ...

    def render(self, message: Message) -> Sequence[Part]:
        """Turn a message into at least one part, degraded to what the channel can show; pure."""
        ...

    async def send(self, address: Address, part: Part, *, doubtful: bool) -> Sent:
        """Hand one part to the platform. Raises `SendError`.

        `doubtful`: an earlier try ended without an answer, so look first whether it arrived,
        where the platform lets one look.
        """
        ...

    async def download(self, source: str) -> bytes:
        """Fetch the bytes of an attachment that a customer sent. Raises `SendError`."""
        ...

    async def typing(self, address: Address) -> None:
        """Show that an answer is being written, where the channel can; never raises."""
        ...

    async def close(self) -> None: ...


class Amending(Protocol):
    """A channel that can change what it has sent (`Capabilities.edit`).

    Calls raise `SendError`; what is as it shall be already is no error.
    """

    def render(self, message: Message) -> Sequence[Part]: ...

    def same_kind(self, one: Part, other: Part) -> bool:
        """Say whether one part can be changed into the other."""
        ...

    async def change(self, address: Address, part: Part, native_id: str) -> None:
        """Show a part that was sent as this one."""
        ...

    async def withdraw(self, address: Address, part: Part, native_id: str) -> None:
        """Take a part that was sent off the screen."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """An inbound is stored and cannot be lost any more. `duplicate`: it had been before."""

    customer_id: UUID
    message: Message
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Position:
    """Where a customer's thread stands, as seen from one of his addresses.

    `epoch` changes with every join and split, and all line numbers with it; `told_epoch` is the
    one of the numbers that the address has been shown.
    """

    customer_id: UUID
    seq: int
    owner: Owner
    team: Team | None
    epoch: int = 0
    told_epoch: int = 0


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file's description; the bytes are kept by `Files`. `owner` is the uploader's address, or
    its id; `staff:<key>` for a file that staff have not sent yet."""

    id: str
    owner: str
    name: str
    media_type: str
    size: int
    withdrawn: bool = False  # staff took the line back that it stood in

    @property
    def attachment(self) -> Attachment:
        """Give the file as it goes with a message."""
        kind = AttachmentKind.IMAGE if self.media_type.startswith("image/") else AttachmentKind.FILE
        return Attachment(self.id, kind, self.name, self.media_type, self.size)


class Front(Protocol):
    """The thread as a connector sees it. The implementation is `nitka.service.front`."""

    async def receive(self, incoming: Incoming) -> Received | None:
        """Store what came in; None if it made no line. Raises `Unavailable`: nothing is stored."""
        ...

    async def position(self, address: Address, *, anew: bool = False) -> Position | None:
        """Say where the thread of an address stands, or None if nobody wrote from there yet.

        `anew`: the address is about to be shown all of it, under the numbers of now.
        """
        ...

    async def lines(
        self, customer_id: UUID, *, after: int, epoch: int | None = None
    ) -> Sequence[Message]:
        """Give up to 200 lines after a `seq`, in order and without gaps.

        Raises `Renumbered` if the thread is not in this epoch any more.
        """
        ...

    async def changes(self, customer_id: UUID, *, after: int) -> Sequence[Message]:
        """Give up to 200 lines that were changed after a number, `Message.changed`, in order."""
        ...

    async def read(self, address: Address, *, seq: int) -> None:
        """Note that the person has seen everything up to `seq`."""
        ...

    async def typing(self, address: Address) -> None:
        """Pass on that the person is writing; lost when nobody looks."""
        ...

    def listen(
        self, topic: str
    ) -> AbstractAsyncContextManager[AsyncIterator[Mapping[str, object]]]:
        """Hear what is published on a topic (`topic_of`), from the moment the block is entered."""
        ...


def topic_of(subject: UUID | Address) -> str:
    """Name the topic of a customer's thread, or of an address that has no customer yet.

    Published there: `{"kind": "thread"}` (there are new lines), `{"kind": "changed", "line"}`,
    `{"kind": "typing", "author"}`, `{"kind": "state", "owner", "team"}`, `{"kind": "bound"}` (the
    address has a customer now), `{"kind": "reset"}` (a join or a split: begin anew).
    """
    return f"customer:{subject}" if isinstance(subject, UUID) else f"address:{subject}"


class Uploads(Protocol):
    """Files that people send. The implementation is `nitka.service.uploads`."""

    limit: int  # bytes
    types: tuple[str, ...]  # media types that are taken

    async def keep(
        self, content: bytes, *, name: str, owner: str, until: datetime | None = None
    ) -> StoredFile:
        """Keep a file, for good or, unless it is sent, `until` then.

        Raises `Refused`: 413 `file_too_large`, 415 `file_type`, 400 `file_empty`.
        """
        ...

    async def find(self, file_id: str) -> StoredFile | None: ...

    async def load(self, file_id: str) -> tuple[StoredFile, bytes] | None: ...


class Listener(Protocol):
    """A connector that fetches by itself (long polling, Socket Mode) instead of being called."""

    async def listen(self, front: Front) -> None:
        """Receive until cancelled; runs in one process at a time. Comes back by itself from every
        fault of the platform; raises `ConfigError` for credentials that it refuses."""
        ...
