"""What the Bot API's documentation says in prose: lengths, keyboards, markup, names.

https://core.telegram.org/bots/api
"""

from __future__ import annotations

# Words are read more easily than lists of quoted words.
# ruff: noqa: SIM905
import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from tests.platforms.journal import Fault, Json
from tests.platforms.telegram.markup import Unparsable, plain
from tests.platforms.telegram.spec import bot_api

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_ACTIONS = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document"
    " choose_sticker find_location record_video_note upload_video_note".split()
)
_BUTTON_KINDS = (
    "url callback_data web_app login_url switch_inline_query switch_inline_query_current_chat"
    " switch_inline_query_chosen_chat copy_text callback_game pay".split()
)
_PORTS = (None, 443, 80, 88, 8443)


def units(text: str) -> int:
    """Count UTF-16 code units, in which Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def faults(method: str, values: Json) -> list[Fault]:
    """Name what in a call's parameters is against the documentation's words."""
    return list(_all(method, values))


def _all(method: str, values: Json) -> Iterator[Fault]:
    yield from _texts(method, values)
    if isinstance(values.get("reply_markup"), dict):
        yield from _keyboard(values["reply_markup"])
    if method == "setWebhook":
        yield from _webhook(values)
    if method == "sendChatAction" and values.get("action") not in _ACTIONS:
        yield Fault("action", "unknown", "Bad Request: wrong parameter action in request")
    if method == "answerCallbackQuery" and units(str(values.get("text", ""))) > 200:
        yield Fault("text", "longer than 200", "Bad Request: MESSAGE_TOO_LONG")
    if method in ("getUpdates", "setWebhook"):
        for kind in values.get("allowed_updates") or []:
            if kind not in bot_api().update_kinds:
                yield Fault("allowed_updates", f"there is no update {kind}")
    if method == "getUpdates" and not 1 <= values.get("limit", 100) <= 100:
        yield Fault("limit", "not from 1 to 100")
    if method == "setMyCommands":
        yield from _commands(values.get("commands", []))
    if method == "sendMediaGroup" and not 2 <= len(values.get("media", [])) <= 10:
        yield Fault("media", "not 2 to 10", "Bad Request: wrong number of items in the album")


def _texts(method: str, values: Json) -> Iterator[Fault]:
    for name, least, most in (("text", 1, 4096), ("caption", 0, 1024)):
        text = values.get(name)
        if not isinstance(text, str) or (name == "text" and method == "answerCallbackQuery"):
            continue
        mode = values.get("parse_mode")
        if mode:
            try:
                text = plain(text, str(mode))
            except Unparsable as error:
                refusal = f"Bad Request: can't parse entities: {error}"
                yield Fault(name, f"markup does not parse: {error}", refusal)
                continue
        if least and not text.strip():
            yield Fault(name, "empty", "Bad Request: message text is empty")
        if units(text) > most:
            long = "message is too long" if name == "text" else "message caption is too long"
            yield Fault(name, f"{units(text)} units, at most {most}", f"Bad Request: {long}")
        yield from _entities(name, text, values)


def _entities(name: str, text: str, values: Json) -> Iterator[Fault]:
    listed = "entities" if name == "text" else "caption_entities"
    for entity in values.get(listed) or []:
        if entity["offset"] < 0 or entity["offset"] + entity["length"] > units(text):
            yield Fault(listed, "outside the text", "Bad Request: entity is out of range")


def _keyboard(markup: Json) -> Iterator[Fault]:
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list):
        return
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100:
        yield Fault("reply_markup", f"{len(buttons)} buttons", "Bad Request: REPLY_MARKUP_TOO_LONG")
    if any(not 1 <= len(row) <= 8 for row in rows):
        yield Fault("reply_markup", "a row that has not 1 to 8 buttons")
    for button in buttons:
        yield from _button(button)


def _button(button: Json) -> Iterator[Fault]:
    where = "reply_markup.inline_keyboard"
    if not str(button.get("text", "")).strip():
        yield Fault(where, "a button without text", "Bad Request: text buttons are unallowed")
    if sum(name in button for name in _BUTTON_KINDS) != 1:
        yield Fault(where, "a button must do exactly one thing", "Bad Request: BUTTON_TYPE_INVALID")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        yield Fault(where, "callback_data is not 1-64 bytes", "Bad Request: BUTTON_DATA_INVALID")
    if "url" in button and not urlsplit(str(button["url"])).scheme:
        yield Fault(where, "no URL", "Bad Request: BUTTON_URL_INVALID")


def _webhook(values: Json) -> Iterator[Fault]:
    if not _SECRET.fullmatch(str(values.get("secret_token", "-"))):
        allowed = "Bad Request: secret token contains unallowed characters"
        yield Fault("secret_token", "not 1-256 of A-Z a-z 0-9 _ -", allowed)
    if not 1 <= values.get("max_connections", 40) <= 100:
        yield Fault("max_connections", "not from 1 to 100")
    url = urlsplit(str(values.get("url", "")))
    if not url.netloc or _is_here(url.hostname or ""):
        return
    if url.scheme != "https":
        refusal = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
        yield Fault("url", "no https address", refusal)
    elif url.port not in _PORTS:
        refusal = (
            "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
        )
        yield Fault("url", f"port {url.port}", refusal)


def _commands(commands: list[Json]) -> Iterator[Fault]:
    if len(commands) > 100:
        yield Fault("commands", "more than 100", "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        if not _COMMAND.fullmatch(str(one.get("command", ""))):
            yield Fault("commands", f"{one}", "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(str(one.get("description", ""))) <= 256:
            yield Fault("commands", f"{one}", "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
