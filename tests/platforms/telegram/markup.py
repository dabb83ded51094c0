"""Telegram's three ways of markup, read as the Bot API reads them.

`plain` gives the text that remains; `Unparsable` says what the Bot API would say.
https://core.telegram.org/bots/api#formatting-options
"""

from __future__ import annotations

# Words are read more easily than lists of quoted words.
# ruff: noqa: SIM905
import html
import re

_TAG = re.compile(
    r"<(/?)([a-zA-Z0-9-]+)((?:\s+[a-zA-Z-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+))?)*)\s*>"
)
_TAGS = frozenset(
    "b strong i em u ins s strike del a code pre blockquote"
    " tg-spoiler tg-emoji span tg-time".split()
)
_ENTITY = re.compile(r"&(lt|gt|amp|quot|#[0-9]+|#[xX][0-9a-fA-F]+);")
_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_V2_MARKS = ("__", "||", "*", "_", "~")
_LINK = re.compile(r"\]\(((?:\\.|[^)\\])*)\)")


class Unparsable(Exception):
    """The markup is broken; the message is what follows "can't parse entities: "."""


def plain(text: str, mode: str) -> str:
    """Give the text without its markup. Raises `Unparsable`, also for an unknown mode."""
    readers = {"html": _html, "markdownv2": _v2, "markdown": _legacy}
    reader = readers.get(mode.lower())
    if reader is None:
        raise Unparsable("unsupported parse_mode")
    return reader(text)


def _html(text: str) -> str:
    shown: list[str] = []
    open_tags: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != "<":
            end = text.find("<", at)
            end = len(text) if end < 0 else end
            shown.append(_ENTITY.sub(lambda found: html.unescape(found[0]), text[at:end]))
            at = end
            continue
        found = _TAG.match(text, at)
        if found is None:
            raise Unparsable(f'Unsupported start tag "" at byte offset {_byte(text, at)}')
        _step(found[1] == "/", found[2].lower(), open_tags, _byte(text, at))
        at = found.end()
    if open_tags:
        raise Unparsable(f'Can\'t find end tag corresponding to start tag "{open_tags[-1]}"')
    return "".join(shown)


def _step(closes: bool, name: str, open_tags: list[str], offset: int) -> None:
    if name not in _TAGS:
        raise Unparsable(f'Unsupported start tag "{name}" at byte offset {offset}')
    if not closes:
        open_tags.append(name)
    elif not open_tags or open_tags.pop() != name:
        raise Unparsable(f'Unmatched end tag at byte offset {offset}, found "</{name}>"')


def _v2(text: str) -> str:
    """Read MarkdownV2: whatever is reserved is markup or stands behind a backslash."""
    shown: list[str] = []
    marks: list[str] = []
    at = 0
    line_starts = True
    while at < len(text):
        sign = text[at]
        if sign == "\\" and at + 1 < len(text) and 0 < ord(text[at + 1]) < 127:
            shown.append(text[at + 1])
            at += 2
        elif text.startswith("```", at) or sign == "`":
            at = _code(text, at, shown)
        elif sign == ">" and line_starts:
            at += 1
            continue
        elif sign == "[" or text.startswith("![", at):
            marks.append("[")
            at += 1 if sign == "[" else 2
        elif sign == "]" and marks and marks[-1] == "[":
            found = _LINK.match(text, at)
            if found is None:
                raise Unparsable(f"Can't find end of a URL at byte offset {_byte(text, at)}")
            marks.pop()
            at = found.end()
        elif sign in _RESERVED:
            at += len(_toggle(text, at, marks))
        else:
            shown.append(sign)
            at += 1
        line_starts = at > 0 and text[at - 1 : at] == "\n"
    if marks:
        raise Unparsable(f"Can't find end of the entity that begins with {marks[-1]}")
    return "".join(shown)


def _toggle(text: str, at: int, marks: list[str]) -> str:
    mark = next((mark for mark in _V2_MARKS if text.startswith(mark, at)), None)
    if mark is None:
        raise Unparsable(
            f"Character '{text[at]}' is reserved and must be escaped with the preceding '\\'"
        )
    if marks and marks[-1] == mark:
        marks.pop()
    elif mark in marks:
        raise Unparsable(f"Can't find end of the entity before byte offset {_byte(text, at)}")
    else:
        marks.append(mark)
    return mark


def _code(text: str, at: int, shown: list[str]) -> int:
    fence = "```" if text.startswith("```", at) else "`"
    at += len(fence)
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            shown.append(text[at + 1])
            at += 2
        elif text.startswith(fence, at):
            return at + len(fence)
        else:
            shown.append(text[at])
            at += 1
    raise Unparsable("Can't find end of code entity")


def _legacy(text: str) -> str:
    """Read the old Markdown: marks do not nest."""
    shown: list[str] = []
    at = 0
    while at < len(text):
        sign = text[at]
        if sign == "\\" and text[at + 1 : at + 2] in ("_", "*", "`", "["):
            shown.append(text[at + 1])
            at += 2
        elif sign in "_*`[":
            closing = "```" if text.startswith("```", at) else {"[": "]"}.get(sign, sign)
            start = at + (3 if closing == "```" else 1)
            end = text.find(closing, start)
            if end < 0:
                raise Unparsable(
                    f"Can't find end of the entity starting at byte offset {_byte(text, at)}"
                )
            shown.append(text[start:end])
            at = end + len(closing)
            if sign == "[" and (found := re.compile(r"\(([^)]*)\)").match(text, at)):
                at = found.end()
        else:
            shown.append(sign)
            at += 1
    return "".join(shown)


def _byte(text: str, at: int) -> int:
    return len(text[:at].encode())
