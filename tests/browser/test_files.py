"""Images and files: sent, shown again, served safely; what cannot be sent is said in a sentence."""

from __future__ import annotations

import base64

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.chat import Chat
from tests.browser.conftest import Visit

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNQifHDgxhGpQcofQAgBkUBW0GwUgAA"
    "AABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _file(name: str, content: bytes, kind: str = "") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


async def _attach(chat: Chat, *files: FilePayload) -> None:
    """Choose files as a visitor does: paper clip, button, the browser's own chooser."""
    await chat.page.get_by_role("button", name="Attach a file").click()
    async with chat.page.expect_file_chooser() as choosing:
        await chat.page.get_by_role("button", name="Choose a file").click()
    await (await choosing.value).set_files(list(files))


async def test_an_image_is_sent_and_shown_again(visit: Visit) -> None:
    """It shows at once, reaches the bot, and comes back from the server after a reload."""
    chat = await visit()
    await _attach(chat, _file("broken cup.png", PNG, "image/png"))
    await chat.delivered(1)
    await chat.hears("^Thank you, the file has arrived")
    await chat.reload()
    picture = chat.mine.get_by_role("img", name="broken cup.png")
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("naturalWidth", 10)


async def test_a_file_is_sent_and_can_be_downloaded(visit: Visit) -> None:
    """Any reader of the thread gets the same bytes, as a download that no browser runs."""
    chat = await visit()
    await _attach(chat, _file("faktura №1.pdf", PDF, "application/pdf"))
    await chat.delivered(1)
    link = chat.mine.get_by_role("link", name="Download file faktura №1.pdf")
    address = await link.evaluate("node => node.href")
    answer = await chat.page.request.get(address)
    assert await answer.body() == PDF
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (_file("setup.exe", b"MZ", "application/x-msdownload"), "setup.exe cannot be sent: only "),
        (_file("huge.png", PNG + bytes(11 * 2**20), "image/png"), "huge.png is too big: at most 1"),
        (_file("empty.png", b"", "image/png"), "empty.png is empty"),
    ],
    ids=["type", "size", "empty"],
)
async def test_what_cannot_be_sent_is_said_at_once(
    visit: Visit, file: FilePayload, sentence: str
) -> None:
    """A sentence with the reason and what is possible; nothing is sent."""
    chat = await visit()
    await _attach(chat, file)
    await expect(chat.notice).to_contain_text(sentence)
    await expect(chat.mine).to_have_count(0)
    await chat.page.get_by_role("button", name="Dismiss").click()
    await expect(chat.notice).to_be_hidden()


async def test_a_disguised_file_is_refused_by_the_server(visit: Visit) -> None:
    """The bytes decide: a program that calls itself a picture stays out, and this is said."""
    chat = await visit(losses=True)
    await _attach(chat, _file("cat.png", b"MZ\x90\x00" + bytes(400), "image/png"))
    await expect(chat.mine).to_contain_text("Not sent. cat.png cannot be sent: only PNG")
    await chat.page.get_by_role("button", name="Delete").click()
    await expect(chat.mine).to_have_count(0)
    await chat.reload()
    await expect(chat.mine).to_have_count(0)


async def test_a_file_can_be_dropped_on_the_chat(visit: Visit) -> None:
    """Dropping does what the paper clip does, and says beforehand what is taken."""
    chat = await visit()
    dropped = await chat.page.evaluate_handle(
        """() => {
            const carried = new DataTransfer();
            carried.items.add(new File(["a note"], "note.txt", { type: "text/plain" }));
            return carried;
        }"""
    )
    await chat.panel.dispatch_event("dragover", {"dataTransfer": dropped})
    await expect(chat.page.locator(".drop")).to_contain_text("up to 10 MB")
    await chat.panel.dispatch_event("drop", {"dataTransfer": dropped})
    await chat.delivered(1)
    await expect(chat.mine.get_by_role("link", name="Download file note.txt 1 kB")).to_be_visible()
