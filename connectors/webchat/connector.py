"""Web chat as a channel: sending is telling the visitor's sockets to look at their thread."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from connectors.webchat import protocol
from connectors.webchat.token import ACCOUNT
from nitka.domain.address import Address, Channel
from nitka.domain.message import Author, Message
from nitka.errors import SendError, SendFault
from nitka.ports import Capabilities, Fanout, Part, Sent, topic_of


class WebChat:
    """`ports.Connector` for the web: the thread itself is the mailbox, sockets read it."""

    channel = Channel.WEB
    account = ACCOUNT

    def __init__(self, fanout: Fanout) -> None:
        self._fanout = fanout

    def capabilities(self) -> Capabilities:
        return Capabilities(
            text_limit=protocol.TEXT_LIMIT,
            buttons=True,
            images=True,
            files=True,
            typing=True,
            edit=True,
            read_receipts=True,
        )

    def render(self, message: Message) -> Sequence[Part]:
        """Give the one part that a message is: a word to whoever shows the thread."""
        return [Part(str(message.id), {"customer": str(message.customer_id)})]

    async def send(self, address: Address, part: Part, *, doubtful: bool) -> Sent:  # noqa: ARG002
        """Wake the sockets; one that is not there now finds the line when it comes back.

        A part that is sent twice is shown once: sockets read the thread, not the part.
        """
        topic = topic_of(UUID(str(part.body["customer"])))
        await self._fanout.publish(topic, {"kind": "thread"})
        return Sent()

    async def download(self, source: str) -> bytes:
        """Refuse: what comes by the web is uploaded before it is sent."""
        raise SendError(SendFault.REJECTED, f"web chat has no {source!r}", retryable=False)

    async def typing(self, address: Address) -> None:
        frame = {"kind": "typing", "author": Author.BOT.value}
        await self._fanout.publish(topic_of(address), frame)

    async def close(self) -> None:
        return
