"""Web chat as a channel: sending is telling the visitor's sockets to look at their thread."""

from __future__ import annotations

from connectors.webchat import protocol
from nitka.domain.address import Address, Channel
from nitka.domain.message import Author, Message
from nitka.ports import Capabilities, Fanout, Sent, topic_of


class WebChat:
    """`ports.Connector` for the web: the thread itself is the mailbox, sockets read it."""

    channel = Channel.WEB

    def __init__(self, fanout: Fanout) -> None:
        self._fanout = fanout

    def capabilities(self) -> Capabilities:
        return Capabilities(
            text_limit=protocol.TEXT_LIMIT,
            buttons=True,
            images=True,
            files=True,
            typing=True,
            edit=False,
            read_receipts=True,
        )

    async def send(self, address: Address, message: Message) -> Sent:  # noqa: ARG002
        """Wake the sockets; one that is not there now finds the line when it comes back."""
        await self._fanout.publish(topic_of(message.customer_id), {"kind": "thread"})
        return Sent()

    async def typing(self, address: Address) -> None:
        frame = {"kind": "typing", "author": Author.BOT.value}
        await self._fanout.publish(topic_of(address), frame)

    async def close(self) -> None:
        return
