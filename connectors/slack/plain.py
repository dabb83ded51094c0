"""Makes plain text of Slack's: mentions, links and escapes become what the person saw.

Source: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re

_MARK = re.compile(r"<([^<>\n]*)>")
_SPACES = re.compile(r"[ \t]{2,}")
_SCHEME = re.compile(r"^(?:https?://|mailto:|tel:)", re.IGNORECASE)


def plain(text: str) -> str:
    """Give a message's text as its author saw it."""
    return _unescape(_MARK.sub(lambda found: _shown(found.group(1)), text)).strip()


def without_mention(text: str, bot: str | None) -> str:
    """Take out the mentions of our bot; of an unknown bot, the first mention there is."""
    if bot is None:
        stripped = re.sub(r"<@[A-Z0-9]+(?:\|[^<>\n]*)?>", " ", text, count=1)
    else:
        stripped = re.sub(rf"<@{re.escape(bot)}(?:\|[^<>\n]*)?>", " ", text)
    if stripped == text:
        return text
    return _SPACES.sub(" ", stripped).strip().lstrip(",:").strip()


def mentions(text: str, bot: str | None) -> bool:
    """Say whether our bot is mentioned."""
    return bot is not None and (f"<@{bot}>" in text or f"<@{bot}|" in text)


def _shown(mark: str) -> str:
    target, _, label = mark.partition("|")
    if target.startswith("@"):
        return f"@{label.removeprefix('@') or target[1:]}"
    if target.startswith("#"):
        return f"#{label.removeprefix('#') or target[1:]}"
    if target.startswith("!"):
        return _special(target[1:], label)
    address = _SCHEME.sub("", target) if target.startswith(("mailto:", "tel:")) else target
    if not label or _same(label, target):
        return label or address
    return f"{label} ({address})"


def _special(target: str, label: str) -> str:
    """Show `!here`, `!subteam^S1|@team`, `!date^…|fallback`."""
    kind = target.partition("^")[0]
    if kind == "date":
        return label
    return f"@{(label or kind).removeprefix('@')}"


def _same(label: str, target: str) -> bool:
    """Say whether a label only repeats its address, as Slack does it with what people type."""
    return _SCHEME.sub("", label).rstrip("/") == _SCHEME.sub("", target).rstrip("/")


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
