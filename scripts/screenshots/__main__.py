"""Makes the pictures of `docs/img/` anew, from a whole Nitka that really runs.

    .venv/bin/python scripts/screenshots

Needs what `make setup` makes. Talks with the bot as a visitor does; what it answers is what is
seen. Takes a minute, and a model's training more if there is none for the present bot.
"""

from __future__ import annotations

import asyncio
import struct
import sys
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from scripts.screenshots.desk import SITE_KEY, photograph_desk  # noqa: E402
from tests.browser.chat import Chat  # noqa: E402 - the root is on the path only now
from tests.browser.find_chromium import find  # noqa: E402
from tests.browser.house import House, whole_house  # noqa: E402
from tests.browser.test_continue import Service  # noqa: E402

IMAGES = ROOT / "docs" / "img"
LARGEST = 300_000  # bytes
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Shot:
    """One picture: the page's language, what the visitor says, and how it is seen.

    `elsewhere`: with the sheet that tells how to go on in Telegram or Slack, as if both were on.
    """

    name: str
    language: str
    said: Sequence[str]
    phone: bool = False
    dark: bool = False
    elsewhere: bool = False


SHOTS = (
    Shot("chat", "en", ["Hi", "Where is my order?", "NT-99999", "NT-10001"]),
    Shot("phone-ru", "ru", ["Привет", "где мой заказ", "NT-10001"], phone=True),
    Shot("phone-pl-dark", "pl", ["gdzie jest moja paczka", "NT-10001"], phone=True, dark=True),
    Shot("continue", "en", ["Where is my order?"], elsewhere=True),
)


async def take(browser: Browser, url: str, shot: Shot) -> bytes:
    """Lead the conversation and give its picture as PNG."""
    size = {"width": 390, "height": 780} if shot.phone else {"width": 1360, "height": 800}
    context = await browser.new_context(
        viewport=size,
        device_scale_factor=1.5 if shot.phone else 1.25,
        is_mobile=shot.phone,
        has_touch=shot.phone,
        color_scheme="dark" if shot.dark else "light",
        reduced_motion="reduce",
    )
    chat = Chat(await context.new_page())
    await chat.visit(f"{url}/?lang={shot.language}")
    if shot.elsewhere:
        await Service().stand_in(chat.page)
    await chat.open()
    for text in shot.said:
        await chat.ask(text, ".")
    await chat.delivered(len(shot.said))
    await expect(chat.typing).to_be_hidden()
    if shot.elsewhere:
        await chat.page.locator("button.elsewhere").click()
        await expect(chat.page.locator(".qr")).to_be_visible()
    picture = await chat.page.screenshot(animations="disabled")
    await context.close()
    return picture


def packed(png: bytes) -> bytes:
    """Give the same picture in fewer bytes: one stream, compressed as well as zlib can."""
    kept, stream, at = [], b"", len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length
        if kind == b"IDAT":
            stream += body
        elif kind == b"IHDR":
            kept.append((kind, body))
    raw = zlib.decompress(stream)
    tries = [zlib.compressobj(9, zlib.DEFLATED, 15, 9, way) for way in (0, 1)]
    best = min((one.compress(raw) + one.flush() for one in tries), key=len)
    chunks = [*kept, (b"IDAT", best), (b"IEND", b"")]
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


async def photograph(house: House) -> dict[str, bytes]:
    """Give every picture by its file's name."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find())
        pictures = await photograph_desk(browser, house)  # first: its inbox has nobody else
        pictures |= {f"{shot.name}.png": await take(browser, house.url, shot) for shot in SHOTS}
        return {name: packed(picture) for name, picture in pictures.items()}


def main() -> int:
    """Write the pictures; 0, or 1 when one is too large for a page that is read online."""
    signed = {"NITKA_SITE_KEY": SITE_KEY}
    with tempfile.TemporaryDirectory() as home, whole_house(Path(home), signed) as house:
        pictures = asyncio.run(photograph(house))
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        (IMAGES / name).write_bytes(picture)
        sys.stdout.write(f"docs/img/{name}  {len(picture) / 1000:.0f} kB\n")
    return int(any(len(picture) > LARGEST for picture in pictures.values()))


if __name__ == "__main__":
    sys.exit(main())
