"""A customer of both messengers who has himself erased, in the running service with its logs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from nitka.up.postgres import program
from tests.scenario.messengers.house import Nitka

PLANTED = ("quetzal-word", "Quirinus", "axolotl@example.com", "narwhal-file")


async def test_nothing_is_left_of_an_erased_customer(nitka: Nitka) -> None:
    """Not in PostgreSQL, nor in files, nor in what web and worker have logged; his file came."""
    quirin = nitka.telegram.person(nitka.number(), "Quirinus")
    quirin.say("quetzal-word axolotl@example.com")
    await nitka.telegram.until(lambda: quirin.texts)
    quirin.document(b"%PDF-1.4 narwhal-file", "narwhal-file.pdf")
    kept = "SELECT 1 FROM files WHERE name = 'narwhal-file.pdf'"
    await nitka.telegram.until(lambda: nitka.rows(kept))
    slack = nitka.slack.person(nitka.slack_id())
    quirin.say("link")
    await nitka.telegram.until(lambda: "link " in quirin.texts[-1])
    code = re.search(r"link ([2-9A-Z]{10})", quirin.texts[-1])
    assert code is not None
    slack.say(f"link {code[1]}")
    await nitka.slack.until(lambda: slack.texts and "Connected" in slack.texts[0])
    await nitka.slack.until(nitka.settled)
    quirin.say("/privacy")
    await nitka.telegram.until(lambda: "This is what we keep of you" in quirin.texts[-1])
    quirin.press("Send me the file")
    await nitka.telegram.until(lambda: "Shall I send it" in quirin.texts[-1])
    quirin.press("Yes, send it here")
    await nitka.telegram.until(lambda: any(m.message.get("document") for m in quirin.chat.from_bot))
    quirin.say("/privacy")
    await nitka.telegram.until(lambda: "This is what we keep of you" in quirin.texts[-1])
    quirin.press("Erase everything")
    await nitka.telegram.until(lambda: "cannot be undone" in quirin.texts[-1])
    quirin.press("Yes, erase everything")
    await nitka.telegram.until(lambda: "Erased, receipt" in quirin.texts[-1])
    assert "2 channels" in quirin.texts[-1]

    async def gone() -> bool:
        return not await nitka.rows(
            "SELECT 1 FROM addresses WHERE native_id = ANY(%s)", [str(quirin.id), slack.id]
        )

    await nitka.telegram.until(gone, seconds=60)
    stored = dump(nitka) + files(Path(nitka.servers.folder) / "home") + nitka.logs
    assert [value for value in (*PLANTED, str(quirin.id), slack.id) if value in stored] == []


def dump(nitka: Nitka) -> str:
    """Give the database as a backup would."""
    address = nitka.servers.database_url.replace("postgresql+psycopg:", "postgresql:", 1)
    told = subprocess.run(
        [program("pg_dump"), "--inserts", address], capture_output=True, text=True, check=True
    )
    return told.stdout


def files(home: Path) -> str:
    """Give every file of the service's home, with its name."""
    found = [path for path in home.rglob("*") if path.is_file()]
    return "\n".join(p.name + p.read_bytes().decode("utf-8", "replace") for p in found)
