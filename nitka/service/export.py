"""Everything kept of a customer as one file: data for machines, a page for people, his files.

It is made piece by piece, so that many files never are in memory together, and in a thread, so
that nobody else waits for it.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from html import escape
from typing import Any

from nitka.domain.customer import Language

Rows = Sequence[Mapping[str, object]]

_TITLES = {
    "customer": {"en": "You", "ru": "О Вас", "pl": "Dane"},
    "addresses": {"en": "Your channels", "ru": "Ваши каналы", "pl": "Kanały"},
    "claims": {
        "en": "What was stated about you, and by whom",
        "ru": "Что о Вас сообщалось и кем",
        "pl": "Co podano i kto podał",
    },
    "dismissed": {
        "en": "The same details, another person: what our team found",
        "ru": "Те же данные, но другой человек: так решили сотрудники",
        "pl": "Te same dane, inna osoba: tak uznał zespół",
    },
    "messages": {"en": "The conversation", "ru": "Беседа", "pl": "Rozmowa"},
    "remembered": {
        "en": "What the bot remembers",
        "ru": "Что помнит бот",
        "pl": "Co pamięta bot",
    },
    "understood": {
        "en": "How the bot understood your messages",
        "ru": "Как бот понял Ваши сообщения",
        "pl": "Jak bot zrozumiał wiadomości",
    },
    "requests": {
        "en": "Requests to our team",
        "ru": "Обращения к сотрудникам",
        "pl": "Zgłoszenia do zespołu",
    },
    "planned": {
        "en": "What was planned after requests",
        "ru": "Что было запланировано после обращений",
        "pl": "Co zaplanowano po zgłoszeniach",
    },
    "joins": {
        "en": "Channels that were connected",
        "ru": "Какие каналы были связаны",
        "pl": "Połączone kanały",
    },
    "audit": {
        "en": "Who did what with it",
        "ru": "Кто и что с этим делал",
        "pl": "Kto i co z tym robił",
    },
    "files": {"en": "Files", "ru": "Файлы", "pl": "Pliki"},
}
_HEAD = {
    "en": "Everything we keep of you",
    "ru": "Всё, что мы о Вас храним",
    "pl": "Wszystko, co przechowujemy",
}
_LONGEST_NAME = 100  # characters
_PACKED = ("image/", "audio/", "video/")  # gains nothing by being packed again
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;
padding:0 1rem;color:#1b1b1f}
h2{margin-top:2.5rem}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{border:1px solid #d5d5dc;padding:.35rem .6rem;text-align:left;vertical-align:top;
overflow-wrap:anywhere}th{background:#f3f3f7}
"""


async def archive(
    everything: Mapping[str, Rows],
    load: Callable[[str], Awaitable[bytes | None]],
    *,
    language: Language | None,
) -> AsyncIterator[bytes]:
    """Give the pieces of a ZIP file: `data.json`, `index.html` in the customer's language, and
    `files/`, whose bytes `load` gives by their id."""
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED) as packed:

        def written() -> None:
            packed.writestr("data.json", json.dumps(everything, ensure_ascii=False, indent=2))
            packed.writestr("index.html", page(everything, language=language or Language.EN))

        await asyncio.to_thread(written)
        yield pieces.take()
        for file in everything["files"]:
            content = await load(str(file["id"]))
            if content is not None:
                as_it_is = str(file["media_type"]).startswith(_PACKED)
                way = zipfile.ZIP_STORED if as_it_is else zipfile.ZIP_DEFLATED
                await asyncio.to_thread(packed.writestr, _name(file), content, way)
                yield pieces.take()
    yield pieces.take()


class _Pieces(io.RawIOBase):
    """What a ZIP file is written to, which nobody can go back in."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, piece: Any) -> int:
        self._written.append(bytes(piece))
        return len(self._written[-1])

    def take(self) -> bytes:
        """Give what was written since."""
        taken, self._written = b"".join(self._written), []
        return taken


def _name(file: Mapping[str, object]) -> str:
    """Give a name that stays in the folder wherever it is unpacked: its sender chose it."""
    own = re.sub(r"[^\w.()+ -]", "_", str(file["name"]))[-_LONGEST_NAME:]
    return f"files/{file['id']}-{own}"


def page(everything: Mapping[str, Rows], *, language: Language) -> str:
    """Give the page that people read: a table for each subject that has something."""
    head = escape(_HEAD[language])
    parts = [
        f"<h2>{escape(_TITLES[subject][language])}</h2>{_table(rows)}"
        for subject, rows in everything.items()
        if rows
    ]
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{head}</title>'
        f"<style>{_STYLE}</style><h1>{head}</h1>{''.join(parts)}</html>"
    )


def _table(rows: Rows) -> str:
    names = list(dict.fromkeys(name for row in rows for name, value in row.items() if _told(value)))
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        f"<tr>{''.join(f'<td>{_cell(row.get(name))}</td>' for name in names)}</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _told(value: object) -> bool:
    return value not in (None, [], {}, "")


def _cell(value: object) -> str:
    if not _told(value):
        return ""
    if isinstance(value, list | dict):
        return escape(json.dumps(value, ensure_ascii=False))
    return escape(str(value)).replace("\n", "<br>")
