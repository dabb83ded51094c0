"""Changes and takes back what was posted. https://docs.slack.dev/reference/methods/chat.update

A workspace may let nobody change or delete messages, or not after some time; Slack says so then.
"""

from __future__ import annotations

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from connectors.slack.faults import classified, code_of
from nitka.ports import Part

_GONE = frozenset({"message_not_found", "file_not_found", "file_deleted"})


def same_kind(one: Part, other: Part) -> bool:
    """Say whether both are a text, or both the same file."""
    return all(one.body.get(name) == other.body.get(name) for name in ("kind", "file_id"))


async def change(client: AsyncWebClient, part: Part, native_id: str) -> None:
    """Show a text that was posted as this part's. Raises `SendError`."""
    channel, _, ts = native_id.partition(":")
    blocks = part.body.get("blocks")
    with classified("chat.update"):
        await client.chat_update(
            channel=channel,
            ts=ts,
            text=str(part.body["text"]),
            blocks=list(blocks) if isinstance(blocks, list | tuple) else None,
        )


async def withdraw(client: AsyncWebClient, part: Part, native_id: str) -> None:
    """Delete a text or a file that was posted; one that is gone is no error."""
    channel, _, name = native_id.partition(":")
    is_file = part.body.get("kind") == "file"
    with classified("files.delete" if is_file else "chat.delete"):
        try:
            if is_file:
                await client.files_delete(file=name)
            else:
                await client.chat_delete(channel=channel, ts=name)
        except SlackApiError as error:
            if code_of(error) not in _GONE:
                raise
