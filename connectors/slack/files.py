"""Reads the files of a message; pure. Where a file lies is kept as `Attachment.source`.

A source is `<workspace>:<url>`, or `<workspace>:file:<file id>` where Slack wants to be asked.
Source: https://docs.slack.dev/reference/objects/file-object
"""

from __future__ import annotations

from connectors.fields import Json, items
from connectors.slack.fields import integer, name_of, text
from nitka.domain.message import Attachment, AttachmentKind

_GONE = frozenset({"tombstone", "hidden_by_limit"})
_NAME_LIMIT = 200
_URL_LIMIT = 2000


def attachments(body: Json, account: str) -> tuple[tuple[Attachment, ...], list[str]]:
    """Give a message's files, and lines for those that lie elsewhere and can only be named."""
    files: list[Attachment] = []
    links: list[str] = []
    for file in items(body, "files"):
        if file.get("mode") in _GONE:
            continue
        name = _name(file)
        if file.get("mode") == "external" or file.get("is_external") is True:
            links.append(f"{name}: {text(file, 'url_private') or text(file, 'permalink')}")
            continue
        source = _source(file, account)
        if source is None:
            continue
        media_type = text(file, "mimetype")[:100] or "application/octet-stream"
        image = media_type.startswith("image/")
        kind = AttachmentKind.IMAGE if image else AttachmentKind.FILE
        files.append(
            Attachment("", kind, name, media_type, integer(file, "size") or 0, source=source)
        )
    return tuple(files), links


def _source(file: Json, account: str) -> str | None:
    url = text(file, "url_private") or text(file, "url_private_download")
    if url and len(url) <= _URL_LIMIT:
        return f"{account}:{url}"
    file_id = name_of(file, "id")
    return f"{account}:file:{file_id}" if file_id else None


def _name(file: Json) -> str:
    name = text(file, "name") or text(file, "title") or "file"
    return " ".join(name.split())[:_NAME_LIMIT] or "file"
