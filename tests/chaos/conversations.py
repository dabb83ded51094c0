"""What the visitors of the campaign say, and what the bot must answer to it.

Every conversation fills the order form in two messages, one of them wrong, and ends with a
complaint, which changes the business's systems and so must be opened once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.support.webclient import Said, WebClient


@dataclass(frozen=True, slots=True)
class Step:
    """One turn: what is said, and a pattern that the bot's answer must match.

    `half_filled`: a form waits for this very message, so a kill before it hurts most.
    """

    says: str
    expects: str
    half_filled: bool = False
    complaint: bool = False


ENGLISH = (
    Step("Hi", r"."),
    Step("where is my order", r"order number"),
    Step("NT-99999", r"can't find order NT-99999", half_filled=True),
    Step("NT-10001", r"NT-10001 left us on", half_filled=True),
    Step("I want to complain", r"what happened"),
    Step(
        "The courier threw my parcel over the fence and the teapot inside broke, order NT-10004",
        r"registered under R-\d+",
        half_filled=True,
        complaint=True,
    ),
)
RUSSIAN = (
    Step("где мой заказ", r"номер заказа"),
    Step("NT-99999", r"NT-99999 не нахожу", half_filled=True),
    Step("10007", r"NT-10007 собран", half_filled=True),
    Step(
        "Я хочу пожаловаться: курьер нахамил мне, бросил коробку у двери и уехал, заказ NT-10009",
        r"под номером R-\d+",
        complaint=True,
    ),
)
POLISH = (
    Step("gdzie jest moja paczka", r"numer zamówienia"),
    Step("NT-99999", r"Nie znajduję zamówienia NT-99999", half_filled=True),
    Step("NT-10008", r"NT-10008", half_filled=True),
    Step("dzięki", r"."),
)
CONVERSATIONS = (ENGLISH, RUSSIAN, POLISH)


async def take(client: WebClient, step: Step) -> Said:
    """Say one step's message and wait for the answer to it, which must be the expected one."""
    said = await client.say(step.says)
    await heard(client, said, step)
    return said


async def heard(client: WebClient, said: Said, step: Step) -> None:
    """Wait for the expected answer to something that was said."""

    def fits() -> bool:
        text = "\n".join(line.text for line in client.answers_to(said))
        return re.search(step.expects, text) is not None

    def over() -> bool:
        return fits() or client.owner != "bot"

    await client.until(over, f"answer /{step.expects}/ to {step.says!r}")
    await client.until(fits, f"answer /{step.expects}/ to {step.says!r}", within=10)
