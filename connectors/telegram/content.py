"""What a Telegram message says: its text in readable form, its files, its sender's own phone.

Everything that people can send has a readable form here; service messages ("pinned a message")
have none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connectors.fields import Json, items, obj
from connectors.telegram.fields import integer, number, text
from connectors.telegram.rich import plain
from nitka.domain.message import Attachment, AttachmentKind

NAME_LIMIT = 120

_SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,90}")
_FILES = {
    "animation": ("animation.mp4", "video/mp4"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "document": ("file", "application/octet-stream"),
    "video": ("video.mp4", "video/mp4"),
    "video_note": ("video.mp4", "video/mp4"),
    "voice": ("voice.ogg", "audio/ogg"),
}
_ENDINGS = {
    "audio/mp4": ".m4a",
    "audio/x-m4a": ".m4a",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
}


@dataclass(frozen=True, slots=True)
class Content:
    """What was said. `phone` only if the sender shared his own contact."""

    text: str
    attachments: tuple[Attachment, ...] = ()
    phone: str | None = None


def content_of(message: Json) -> Content | None:
    """Give what a message says, or None if it says nothing (a service message)."""
    phone = _own_phone(message)
    lines = [text(message, "text"), text(message, "caption"), phone]
    for name, read in _READERS.items():
        part = obj(message, name)
        if part and not (name == "location" and obj(message, "venue")):
            lines.append(read(part) if not (name == "contact" and phone) else None)
    said = "\n".join(line for line in lines if line)
    files = tuple(_files(message))
    return Content(said, files, phone) if said or files else None


def _files(message: Json) -> Iterator[Attachment]:
    photo = _photo(message) or _photo(obj(message, "live_photo"))
    if photo is not None:
        yield photo
    elif obj(message, "live_photo"):
        yield from _file(obj(message, "live_photo"), "video.mp4", "video/mp4")
    for kind, (name, media_type) in _FILES.items():
        if not (kind == "document" and obj(message, "animation")):  # the same file, twice
            yield from _file(obj(message, kind), name, media_type)


def _photo(holder: Json) -> Attachment | None:
    """Give the largest of a photo's sizes."""
    sizes = [size for size in items(holder, "photo") if text(size, "file_id")]
    if not sizes:
        return None
    largest = max(sizes, key=lambda s: (integer(s, "width") or 0) * (integer(s, "height") or 0))
    size = max(integer(largest, "file_size") or 0, 0)
    source = text(largest, "file_id")
    return Attachment("", AttachmentKind.IMAGE, "photo.jpg", "image/jpeg", size, source)


def _file(file: Json, name: str, media_type: str) -> Iterator[Attachment]:
    source = text(file, "file_id")
    if source is None:
        return
    told = (text(file, "mime_type") or "").lower()
    if _MEDIA_TYPE.fullmatch(told):
        name = name.rpartition(".")[0] + _ENDINGS[told] if told in _ENDINGS else name
        media_type = told
    kind = AttachmentKind.IMAGE if media_type in _SHOWN else AttachmentKind.FILE
    given = file_name(text(file, "file_name") or "")
    size = max(integer(file, "file_size") or 0, 0)
    yield Attachment("", kind, given or name, media_type, size, source)


def file_name(given: str) -> str:
    """Give a file's own name, without folders, quotes and what cannot be shown."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1].replace('"', "'")
    shown = "".join(c for c in last if c.isprintable()).strip(" .")
    if len(shown) <= NAME_LIMIT:
        return shown
    stem, dot, ending = shown.rpartition(".")
    kept = dot + ending if stem and len(ending) <= 10 else ""
    return shown[: NAME_LIMIT - len(kept)] + kept


def _own_phone(message: Json) -> str | None:
    """Give the phone number of a contact that is the sender's own, in the form +48600100200.

    Telegram fills `user_id` by the number itself, so it cannot be claimed; a forwarded contact
    was shared by somebody else. https://core.telegram.org/bots/api#contact
    """
    contact = obj(message, "contact")
    own = integer(contact, "user_id")
    if own is None or own != integer(obj(message, "from"), "id") or "forward_origin" in message:
        return None
    digits = re.sub(r"[^0-9]", "", text(contact, "phone_number") or "")
    return f"+{digits}" if 7 <= len(digits) <= 15 else None


def _contact(contact: Json) -> str:
    names = [text(contact, "first_name"), text(contact, "last_name")]
    name = " ".join(part for part in names if part)
    facts = [name, text(contact, "phone_number")]
    return "👤 " + ", ".join(fact for fact in facts if fact)


def _location(location: Json) -> str | None:
    latitude, longitude = number(location, "latitude"), number(location, "longitude")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    place = f"{latitude:.6f},{longitude:.6f}"
    return f"📍 {place.replace(',', ', ')}\nhttps://maps.google.com/?q={place}"


def _venue(venue: Json) -> str:
    facts = [text(venue, "title"), text(venue, "address")]
    named = "📍 " + ", ".join(fact for fact in facts if fact)
    where = _location(obj(venue, "location"))
    return f"{named}\n{where.split(chr(10))[1]}" if where else named


def _sticker(sticker: Json) -> str:
    return text(sticker, "emoji") or "[sticker]"


def _dice(dice: Json) -> str:
    value = integer(dice, "value")
    return f"{text(dice, 'emoji') or '🎲'} {value if value is not None else '?'}"


def _poll(poll: Json) -> str:
    return _listed(f"📊 {text(poll, 'question') or ''}", poll, "options")


def _checklist(checklist: Json) -> str:
    return _listed(f"☑ {text(checklist, 'title') or ''}", checklist, "tasks")


def _listed(title: str, holder: Json, name: str) -> str:
    options = [text(option, "text") for option in items(holder, name)]
    return "\n".join([title.strip(), *(f"• {option}" for option in options if option)])


def _titled(sign: str) -> Callable[[Json], str]:
    return lambda part: f"{sign} {text(part, 'title') or ''}".strip()


_READERS: dict[str, Callable[[Json], str | None]] = {
    "rich_message": plain,
    "contact": _contact,
    "venue": _venue,
    "location": _location,
    "sticker": _sticker,
    "dice": _dice,
    "poll": _poll,
    "checklist": _checklist,
    "game": _titled("🎮"),
    "invoice": _titled("🧾"),
    "story": lambda _: "[story]",
    "paid_media": lambda _: "[paid media]",
    "gift": lambda gift: f"🎁 {text(gift, 'text') or ''}".strip(),
    "unique_gift": lambda _: "🎁",
}
