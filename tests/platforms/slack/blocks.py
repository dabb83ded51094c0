"""Block Kit's rules for messages: which blocks there are and how much they hold.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.platforms.journal import Json

MOST_BLOCKS = 50
_BLOCKS = frozenset(
    {
        "actions",
        "context",
        "divider",
        "file",
        "header",
        "image",
        "input",
        "markdown",
        "rich_text",
        "section",
        "table",
        "video",
    }
)
_STYLES = (None, "primary", "danger")
_OBJECTS: dict[str, frozenset[str]] = {
    "plain_text": frozenset({"type", "text", "emoji"}),
    "mrkdwn": frozenset({"type", "text", "verbatim"}),
}
_BUTTON = frozenset(
    {"type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label"}
)


def faults(blocks: object) -> list[str]:
    """Name everything wrong in the blocks of a message."""
    if not isinstance(blocks, list):
        return ["blocks: no list"]
    found = [f"{len(blocks)} blocks, at most {MOST_BLOCKS}"] if len(blocks) > MOST_BLOCKS else []
    for number, block in enumerate(blocks):
        kind = block.get("type") if isinstance(block, dict) else None
        if kind not in _BLOCKS:
            found.append(f"blocks[{number}]: there is no block {kind!r}")
        else:
            found += [f"blocks[{number}]: {fault}" for fault in _block(block)]
    named = [one["block_id"] for one in blocks if isinstance(one, dict) and "block_id" in one]
    if len(named) != len(set(named)):
        found.append("two blocks with the same block_id")
    return found


def _block(block: Json) -> Iterator[str]:
    if len(str(block.get("block_id", ""))) > 255:
        yield "block_id is longer than 255"
    kind = block["type"]
    if kind == "section":
        yield from _section(block)
    elif kind == "actions":
        yield from _actions(block)
    elif kind == "header":
        yield from _text(block.get("text"), 150, only="plain_text")
    elif kind == "context":
        yield from _amount("elements", block.get("elements"), 10)
    elif kind == "image":
        yield from _image(block)
    elif kind == "markdown" and not 1 <= len(str(block.get("text", ""))) <= 12_000:
        yield "text is not 1 to 12000 characters"


def _section(block: Json) -> Iterator[str]:
    fields = block.get("fields")
    if block.get("text") is None and not fields:
        yield "a section needs text or fields"
    if block.get("text") is not None:
        yield from _text(block["text"], 3000)
    if fields is not None:
        yield from _amount("fields", fields, 10)
        for field in fields if isinstance(fields, list) else []:
            yield from _text(field, 2000)
    accessory = block.get("accessory")
    if isinstance(accessory, dict) and accessory.get("type") == "button":
        yield from _button(accessory)


def _actions(block: Json) -> Iterator[str]:
    elements = block.get("elements")
    yield from _amount("elements", elements, 25)
    if not isinstance(elements, list):
        return
    named = [one.get("action_id") for one in elements if isinstance(one, dict)]
    given = [name for name in named if name is not None]
    if len(given) != len(set(given)):
        yield "two elements with the same action_id"
    for element in elements:
        if isinstance(element, dict) and element.get("type") == "button":
            yield from _button(element)


def _button(button: Json) -> Iterator[str]:
    yield from (f"a button has no field {name!r}" for name in button if name not in _BUTTON)
    yield from _text(button.get("text"), 75, only="plain_text")
    for name, most in (("action_id", 255), ("value", 2000), ("url", 3000)):
        if name in button and not 1 <= len(str(button[name])) <= most:
            yield f"a button's {name} is not 1 to {most} characters"
    if "url" in button and not urlsplit(str(button["url"])).scheme:
        yield "a button's url is none"
    if button.get("style") not in _STYLES:
        yield f"there is no style {button['style']!r}"


def _image(block: Json) -> Iterator[str]:
    if ("image_url" in block) == ("slack_file" in block):
        yield "an image needs image_url or slack_file"
    if not 1 <= len(str(block.get("alt_text", ""))) <= 2000:
        yield "alt_text is not 1 to 2000 characters"
    if len(str(block.get("image_url", ""))) > 3000:
        yield "image_url is longer than 3000"


def _text(text: object, most: int, *, only: str | None = None) -> Iterator[str]:
    kind = text.get("type") if isinstance(text, dict) else None
    if not isinstance(text, dict) or kind not in _OBJECTS or (only and kind != only):
        yield f"a text object must be {only or 'plain_text or mrkdwn'}"
        return
    yield from (f"{kind} has no field {name!r}" for name in text if name not in _OBJECTS[str(kind)])
    length = len(str(text.get("text", "")).encode("utf-16-le", "surrogatepass")) // 2
    if not isinstance(text.get("text"), str) or not 1 <= length <= most:
        yield f"a text of {length} characters, 1 to {most} are allowed"


def _amount(name: str, value: object, most: int) -> Iterator[str]:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        yield f"{name}: not 1 to {most}"
