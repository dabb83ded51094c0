"""What staff write at the desk, beyond words: files, changes, ready replies, mentions."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp
from playwright.async_api import FilePayload, Locator, Page, expect

from tests.browser.chat import Chat
from tests.browser.conftest import DESK, PHONE
from tests.browser.desk.conftest import PASSWORD, Staffed
from tests.browser.desk.test_desk import hands_over, open_row, waiting
from tests.browser.test_access import violations
from tests.browser.test_files import PNG
from tests.platforms.telegram.people import Person

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def file(name: str, content: bytes, kind: str) -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


async def attach(page: Page, *files: FilePayload) -> None:
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="Attach files").click()
    await (await choosing.value).set_files(list(files))


async def send(page: Page, words: str) -> None:
    field = page.get_by_role("textbox", name="Reply", exact=True)
    await field.fill(words)
    await field.press("Control+Enter")
    await expect(field).to_have_value("")


async def change(line: Locator, words: str) -> None:
    await line.get_by_role("button", name="Edit").click()
    await line.get_by_role("textbox").fill(words)
    await line.get_by_role("button", name="Save").click()


async def take_back(line: Locator) -> None:
    await line.get_by_role("button", name="Take back").click()
    await line.get_by_role("button", name="Really take it back").click()


async def take_row(page: Page, words: str) -> None:
    """Take a waiting conversation by its key: an offer of it may lie over the button."""
    await open_row(page, words)
    await expect(page.locator(".lines")).to_contain_text(words)
    await page.keyboard.press("t")
    await expect(page.locator(".thread .title")).to_contain_text("You have this conversation")
    await expect(page.get_by_role("alertdialog")).to_have_count(0)


async def on_telegram(staffed: Staffed, page: Page, words: str) -> Person:
    """A customer on Telegram whom `page` has taken."""
    nitka = staffed.nitka
    nitka.turns.script = hands_over
    person = nitka.telegram.person(nitka.number())
    person.say(f"a human for {words}")
    await nitka.telegram.until(lambda: person.texts)
    await take_row(page, words)
    return person


async def on_the_web(staffed: Staffed, page: Page, words: str) -> Chat:
    """A customer on the web whom `page` has taken."""
    chat = await waiting(staffed, words)
    await take_row(page, words)
    return chat


async def test_files_reach_customers_and_are_seen_at_the_desk(
    staffed: Staffed, tmp_path: Path
) -> None:
    """By button, drop and paste; what cannot be sent says why; a reload keeps what is up."""
    olga = await staffed.at_work("Fela")
    telegram = await on_telegram(staffed, olga, "a picture by Telegram")
    await attach(olga, file("cup.png", PNG, "image/png"), file("setup.exe", b"MZ\xff\x00", ""))
    tray = olga.get_by_role("list", name="Files of this reply")
    await expect(tray.get_by_role("listitem")).to_have_count(2)
    await expect(tray.get_by_role("alert")).to_contain_text("This kind cannot be sent")
    assert await violations(olga) == []
    await olga.screenshot(path=tmp_path / "tray.png")
    await tray.get_by_role("button", name="Do without setup.exe").click()
    await expect(tray.get_by_role("listitem")).to_have_count(1)
    await olga.reload()
    await olga.locator(".row", has_text="a picture by Telegram").first.click()
    await expect(tray.get_by_role("listitem")).to_contain_text(["cup.png"])
    await attach(olga, file("faktura.pdf", PDF, "application/pdf"))
    await expect(tray.locator("progress")).to_have_count(0)
    await send(olga, "Here they are.")
    await expect(tray).to_have_count(0)
    await staffed.nitka.telegram.until(lambda: telegram.texts[-1] == "Here they are.")
    photo, document = telegram.chat.from_bot[-2:]
    assert "photo" in photo.message
    assert document.message["document"]["file_name"] == "faktura.pdf"
    line = olga.locator(".line.agent")
    await expect(line.get_by_role("img", name="cup.png")).to_have_js_property("naturalWidth", 10)
    link = await line.get_by_role("link", name="faktura.pdf").get_attribute("href")
    answer = await olga.request.get(f"{staffed.nitka.url}{link}")
    assert (await answer.body(), answer.headers["content-disposition"][:10]) == (PDF, "attachment")
    telegram.document(b"<svg onload='alert(1)'/>", "evil.svg", "image/svg+xml")
    await expect(olga.locator(".line.customer a.file")).to_contain_text("evil.svg")

    chat = await on_the_web(staffed, olga, "a picture on the web")
    for event in ("drop", "paste"):
        await olga.get_by_role("textbox", name="Reply", exact=True).evaluate(
            """(field, [event, bytes]) => {
                const given = new DataTransfer();
                given.items.add(new File([new Uint8Array(bytes)], `${event}.png`));
                const way = { bubbles: true, cancelable: true };
                field.dispatchEvent(event === "drop"
                    ? new DragEvent("drop", { ...way, dataTransfer: given })
                    : new ClipboardEvent("paste", { ...way, clipboardData: given }));
            }""",
            [event, list(PNG)],
        )
    await expect(tray.get_by_role("listitem")).to_contain_text(["drop.png", "paste.png"])
    await expect(tray.locator("progress")).to_have_count(0)
    await olga.get_by_role("button", name="Send", exact=True).click()
    for name in ("drop.png", "paste.png"):
        picture = chat.page.locator("article.agent").get_by_role("img", name=name)
        await expect(picture).to_have_js_property("naturalWidth", 10)
    await chat.field.press_sequentially("one more thing", delay=300)  # as people type
    await expect(olga.locator(".status")).to_contain_text("The customer is writing")
    await olga.screenshot(path=tmp_path / "sent.png")


async def test_what_was_said_is_changed_and_taken_back(staffed: Staffed, tmp_path: Path) -> None:
    """On the web, on Telegram and in Slack; the desk keeps what it was, and says who and when."""
    nitka = staffed.nitka
    olga, boss = await staffed.at_work("Basia"), await staffed.at_work("Szefowa", "supervisor")
    chat = await on_the_web(staffed, olga, "words to change")
    await boss.get_by_role("button", name="All", exact=True).click()
    await boss.locator(".row", has_text="words to change").first.click()
    await send(olga, "Your parcel is lots.")
    said = chat.page.locator("article.agent")
    await expect(said.locator(".text")).to_have_text(["Your parcel is lots."])
    line = olga.locator(".line.agent").last
    await line.get_by_role("button", name="Edit").click()
    await line.get_by_role("textbox").fill("Your parcel is lost.")
    await line.get_by_role("textbox").press("Control+Enter")
    await expect(said.locator(".text")).to_have_text(["Your parcel is lost."])
    await expect(said.locator(".meta")).to_contain_text("edited")
    theirs = boss.locator(".line.agent", has_text="Your parcel is lost.")
    await expect(boss.locator(".row", has_text="Your parcel is lost.")).to_be_visible()
    await theirs.get_by_role("button", name="edited").click()
    await expect(theirs.get_by_role("list", name="Before")).to_contain_text("Basia")
    await expect(theirs.get_by_role("list", name="Before")).to_contain_text("is lots.")
    assert await violations(boss) == []
    await boss.screenshot(path=tmp_path / "history.png")
    await take_back(theirs)
    await expect(said.locator(".text")).to_have_text(["Message deleted"])
    await expect(olga.locator(".line.gone")).to_contain_text("Taken back")
    await chat.page.reload()
    await chat.open()
    await expect(said.locator(".text")).to_have_text(["Message deleted"])
    bots = olga.locator(".line.bot").first
    await expect(bots.get_by_role("button", name="Edit")).to_have_count(0)

    telegram = await on_telegram(staffed, olga, "words by Telegram")
    await send(olga, "Good mornin")
    await nitka.telegram.until(lambda: telegram.texts[-1] == "Good mornin")
    await nitka.telegram.until(nitka.settled)
    line = olga.locator(".line.agent").last
    await change(line, "Good morning")
    await nitka.telegram.until(lambda: telegram.texts[-1] == "Good morning")
    await take_back(line)
    await nitka.telegram.until(lambda: "Good morning" not in telegram.texts)
    await expect(line).to_contain_text("Taken back")

    slack = nitka.slack.person(nitka.slack_id())
    slack.say("a human for words in Slack")
    await nitka.slack.until(lambda: slack.texts)
    await take_row(olga, "words in Slack")
    await attach(olga, file("faktura.pdf", PDF, "application/pdf"))
    await expect(olga.locator(".tray progress")).to_have_count(0)
    await send(olga, "Here is teh invoice")
    await nitka.slack.until(lambda: len(slack.chat.from_bot) >= 3, seconds=60)
    await nitka.slack.until(nitka.settled, seconds=60)
    line = olga.locator(".line.agent").last
    await change(line, "Here is the invoice")
    await nitka.slack.until(lambda: "Here is the invoice" in slack.texts)
    await take_back(line)
    await expect(line).to_contain_text("Taken back")
    await nitka.slack.until(lambda: len(slack.chat.from_bot) == 1)
    nitka.assert_as_specified()


async def test_ready_replies_and_mentions(staffed: Staffed, tmp_path: Path) -> None:
    """A supervisor writes them; what is not known is asked for; a mention leads to its note."""
    boss = await staffed.at_work("Kierowniczka", "supervisor")
    olga = await staffed.at_work("Oliwia")
    await boss.keyboard.press("Control+k")
    await boss.get_by_role("dialog").get_by_role("button", name="Canned replies").click()
    dialog = boss.get_by_role("dialog", name="Canned replies")
    for language, text in (
        ("EN", "Hello {name}, order {order_number} is on its way. {agent}"),
        ("PL", "Dzień dobry, zamówienie {order_number} jest w drodze. {agent}"),
    ):
        await dialog.get_by_role("button", name="New reply").click()
        await dialog.get_by_label("Name, after the slash").fill("way")
        await dialog.get_by_label("Language").select_option(language.lower())
        await dialog.get_by_label("Text").fill("{nome}")
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("There is no {nome}")
        assert await violations(boss) == []
        await boss.screenshot(path=tmp_path / f"canned-{language}.png")
        await dialog.get_by_label("Text").fill(text)
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog.get_by_label("Text")).to_have_count(0)
    await boss.screenshot(path=tmp_path / "shelf.png")
    assert await violations(boss) == []

    await olga.reload()
    telegram = await on_telegram(staffed, olga, "a ready reply")
    await olga.keyboard.press("r")
    field = olga.get_by_role("textbox", name="Reply", exact=True)
    await field.press_sequentially("/wa")
    await olga.locator(".composer .canned button").click()
    name = telegram.user["first_name"]
    await expect(field).to_have_value(
        re.compile(rf"Hello {name}.*, order {{order_number}} is on its way. Oliwia")
    )
    await field.press("Control+Enter")
    await expect(olga.get_by_role("alert")).to_contain_text("Fill in {order_number} first.")
    await olga.keyboard.type("NT-10002")
    await field.press("Control+Enter")
    await staffed.nitka.telegram.until(lambda: "order NT-10002 is on" in telegram.texts[-1])
    assert telegram.chat.actions.count("typing") >= 1

    await olga.keyboard.press("Escape")
    await olga.keyboard.press("n")
    note = olga.get_by_role("textbox", name="Note", exact=True)
    await note.fill("what do you think, @kierowniczka?")
    await note.press("Control+Enter")
    await boss.keyboard.press("Escape")
    await boss.get_by_role("button", name="Mentions, 1 unread").click()
    asked = boss.get_by_role("dialog", name="Mentions")
    await expect(asked.get_by_role("listitem")).to_contain_text("what do you think")
    assert await violations(boss) == []
    await boss.screenshot(path=tmp_path / "mentions.png")
    await asked.get_by_role("button", name="what do you think").click()
    await expect(boss.locator(".line.internal")).to_be_focused()
    await expect(boss.get_by_role("button", name="Mentions", exact=True)).to_be_visible()


async def test_ones_own_account_is_made_safe(staffed: Staffed, tmp_path: Path) -> None:
    """A new password ends the other sessions; two-factor sign-in by a QR code drawn here."""
    page = await staffed.at_work("Zofia", "admin")
    other = await staffed.page()
    await other.goto(f"{staffed.nitka.url}/desk")
    await sign_in(other, PASSWORD)
    await expect(other.get_by_role("navigation")).to_be_visible()
    await page.get_by_role("button", name="Account").click()
    dialog = page.get_by_role("dialog", name="Account")
    new = "a harbour of seven quiet moths"
    for present, wanted, sentence in (
        ("not it", new, "This is not your present password."),
        (PASSWORD, "password123456", "too easy|common|password"),
    ):
        await dialog.get_by_label("Present password").fill(present)
        await dialog.get_by_label("New password").fill(wanted)
        await dialog.get_by_role("button", name="Change password").click()
        await expect(dialog.get_by_role("alert")).to_contain_text(re.compile(sentence))
    await dialog.get_by_label("Present password").fill(PASSWORD)
    await dialog.get_by_label("New password").fill(new)
    await dialog.get_by_role("button", name="Change password").click()
    await expect(dialog.get_by_role("status")).to_contain_text("The password is changed")
    await dialog.get_by_role("button", name="Set up").click()
    secret = (await dialog.locator("code").inner_text()).replace(" ", "")
    await expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    assert await violations(page) == []
    await page.screenshot(path=tmp_path / "totp.png")
    await dialog.get_by_label("Code of your app").fill(pyotp.TOTP(secret).now())
    await dialog.get_by_role("button", name="Turn on").click()
    await expect(dialog.get_by_role("status")).to_contain_text("Two-factor sign-in is on")
    codes = await kept_codes(page, tmp_path)
    await other.reload()
    await sign_in(other, new)
    await expect(other.get_by_label("Code of your app")).to_be_visible()
    await other.get_by_role("button", name="Use a recovery code").click()
    await in_every_look(other, tmp_path / "recovery-door")
    await other.get_by_label("Recovery code").fill(codes[0].lower())
    await other.get_by_role("button", name="Sign in").click()
    await other.get_by_role("button", name="Account").click()
    anew = other.get_by_role("dialog", name="Account")
    await expect(anew).to_contain_text("Recovery codes left: 9")
    await in_every_look(other, tmp_path / "recovery-left")
    await anew.get_by_label("Password, or code of your app").fill(new)
    await anew.get_by_role("button", name="Make new ones").click()
    await expect(anew.locator(".recovery code")).to_have_count(10)
    await expect(anew.locator(".recovery")).not_to_contain_text(codes[1])
    await dialog.get_by_role("button", name="Sign out everywhere").click()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()


async def kept_codes(page: Page, folder: Path) -> list[str]:
    """Keep the recovery codes that are shown, as a file and in the clipboard."""
    dialog = page.get_by_role("dialog", name="Account")
    await expect(dialog.locator(".recovery code")).to_have_count(10)
    codes = await dialog.locator(".recovery code").all_inner_texts()
    await in_every_look(page, folder / "recovery-codes")
    async with page.expect_download() as waiting:
        await dialog.get_by_role("button", name="Download").click()
    await (await waiting.value).save_as(folder / "codes.txt")
    assert (folder / "codes.txt").read_text().split()[-10:] == codes
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await dialog.get_by_role("button", name="Copy").click()
    await expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    assert (await page.evaluate("navigator.clipboard.readText()")).split() == codes
    await dialog.get_by_role("button", name="I have kept them").click()
    await expect(dialog).to_contain_text("Recovery codes left: 10")
    return codes


async def in_every_look(page: Page, shot: Path) -> None:
    """Axe finds nothing serious, in light and dark, at the desk and on a phone."""
    for size, viewport in (("phone", PHONE), ("desk", DESK)):
        await page.set_viewport_size(viewport)  # type: ignore[arg-type]
        for scheme in ("dark", "light"):
            await page.emulate_media(color_scheme=scheme)
            assert await violations(page) == []
            await page.screenshot(path=f"{shot}-{size}-{scheme}.png")


async def sign_in(page: Page, password: str) -> None:
    await page.get_by_label("E-mail").fill("zofia@nitka.test")
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()
