"""Posts one part of a message, and looks up whether one had arrived before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from connectors.fields import Json, items, obj
from connectors.slack.faults import classified
from connectors.slack.fields import name_of, text, ts_of
from connectors.slack.transfer import Transfer
from nitka.errors import SendError, SendFault
from nitka.ports import Part, Sent

EVENT_TYPE = "nitka_message"
_PAGE = 100
_MOST_PAGES = 20
_SKEW = 120.0  # seconds by which Slack's clock and ours may differ


@dataclass(frozen=True, slots=True)
class Target:
    """Where a part goes: a channel, and a thread in it or None; as which bot user of ours."""

    client: AsyncWebClient
    channel: str
    thread: str | None
    bot: str | None


async def post(target: Target, part: Part, transfer: Transfer) -> Sent:
    """Send one part. Raises `SendError`."""
    if part.body.get("kind") == "file":
        file_id = await transfer.upload(target.client, part.body)
        with classified("files.completeUploadExternal"):
            await target.client.files_completeUploadExternal(
                files=[{"id": file_id, "title": str(part.body["name"])}],
                channel_id=target.channel,
                thread_ts=target.thread,
            )
        return Sent(f"{target.channel}:{file_id}")
    blocks = part.body.get("blocks")
    with classified("chat.postMessage"):
        answer = await target.client.chat_postMessage(
            channel=target.channel,
            text=str(part.body["text"]),
            blocks=list(blocks) if isinstance(blocks, list | tuple) else None,
            thread_ts=target.thread,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": part.key}},
        )
    ts = ts_of(obj(answer.data), "ts")
    return Sent(f"{target.channel}:{ts}" if ts else None)


async def look_up(target: Target, part: Part, *, delivered: frozenset[str]) -> Sent | None:
    """Find a part that had been sent already: a text by its key, a file by its name and size.

    `delivered` are ids of files that are known to belong to other parts. None also where Slack
    does not let us read the channel: then it is better to say something twice than never.
    """
    try:
        async for message in _since(target, part.body):
            if part.body.get("kind") == "file":
                found = _same_file(target, message, part.body, delivered)
            else:
                key = obj(message, "metadata", "event_payload").get("key")
                found = ts_of(message, "ts") if key == part.key else None
            if found is not None:
                return Sent(f"{target.channel}:{found}")
    except SendError as error:
        if error.fault in (SendFault.REJECTED, SendFault.CREDENTIALS):
            return None
        raise
    return None


async def _since(target: Target, body: Mapping[str, object]) -> AsyncIterator[Json]:
    """Give the messages of the place since this part's message was written."""
    at = body.get("at")
    oldest = max(0.0, float(at) - _SKEW) if isinstance(at, int | float) else 0.0
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = await _page(target, f"{oldest:.6f}", cursor)
        for message in items(page, "messages"):
            yield message
        cursor = text(obj(page, "response_metadata"), "next_cursor")
        if not cursor:
            return


async def _page(target: Target, oldest: str, cursor: str | None) -> Json:
    if target.thread is None:
        with classified("conversations.history"):
            answer = await target.client.conversations_history(
                channel=target.channel,
                oldest=oldest,
                limit=_PAGE,
                cursor=cursor,
                include_all_metadata=True,
            )
    else:
        with classified("conversations.replies"):
            answer = await target.client.conversations_replies(
                channel=target.channel,
                ts=target.thread,
                oldest=oldest,
                limit=_PAGE,
                cursor=cursor,
                include_all_metadata=True,
            )
    return obj(answer.data)


def _same_file(
    target: Target, message: Json, body: Mapping[str, object], delivered: frozenset[str]
) -> str | None:
    """Give the id of the file of this name and size that our bot has put there.

    The call that shares a file takes no key of ours, so there is nothing better to know it by.
    """
    ours = message.get("user") == target.bot if target.bot else bool(message.get("bot_id"))
    if not ours:
        return None
    for file in items(message, "files"):
        file_id = name_of(file, "id")
        same = file.get("title") == body.get("name") or file.get("name") == body.get("name")
        if file_id and same and file.get("size") == body.get("size") and file_id not in delivered:
            return file_id
    return None
