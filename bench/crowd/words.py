"""What a crowd says: customers' lines from the training data, the bot's from its own responses.

Names, mail addresses and numbers are made up. Everything comes from one `random.Random`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from nitka.domain.customer import Language
from nitka.settings import ROOT

_NAMES: Mapping[Language, tuple[str, str]] = {
    Language.EN: (
        "Olivia Amelia Isla Ava Grace Freya Emily Sophie Harry Oliver George Arthur Leo Oscar Jack"
        " Charlie Henry Thomas Ella Mia",
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson"
        " Evans Walker White Roberts Green Hall Wood Jackson Clarke Harrison Fletcher Doyle",
    ),
    Language.RU: (
        "Анна Мария Ольга Елена Наталья Ирина Татьяна Светлана Юлия Дарья Иван Алексей Сергей"
        " Дмитрий Андрей Михаил Павел Николай Артём Фёдор",
        "Шевченко Коваленко Бондаренко Ткаченко Мельник Кравченко Лысенко Гончар Руденко Савченко"
        " Белый Черных Дудник Литвин Журавель Соловей Мороз Сорока Заяц Гончаренко Зинченко",
    ),
    Language.PL: (
        "Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Elżbieta Zofia Piotr"
        " Krzysztof Andrzej Tomasz Paweł Michał Marcin Jakub Łukasz Stanisław",
        "Nowak Mazur Wójcik Krawczyk Woźniak Kaczmarek Pawlak Sikora Wróbel Duda Zając Król"
        " Wieczorek Stępień Pietrzak Jabłoń Wróblewicz Górka Żurek Źródło Kołodziej Bąk Dąbek Łoś",
    ),
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where it is built: much quicker
_SHARES = {Language.EN: 40, Language.PL: 35, Language.RU: 25}
_DOMAINS = ("mail.example", "post.example", "office.example", "box.test", "letters.test")
_DIALLED = {Language.EN: "+4477009", Language.PL: "+486005", Language.RU: "+380440"}
_AGENT_SAYS: Mapping[Language, Sequence[str]] = {
    Language.EN: (
        "Good afternoon, I have your order {order} in front of me.",
        "Thank you for waiting. The courier has promised delivery by tomorrow evening.",
        "I have sent a new label to {email}. Please attach it over the old one.",
        "The refund for {order} has been started, it takes up to three working days.",
        "Is there anything else I can do for you?",
    ),
    Language.RU: (
        "Добрый день, вижу Ваш заказ {order}.",
        "Спасибо за ожидание. Курьер обещает доставить посылку завтра вечером.",
        "Новую этикетку мы отправили на {email}, наклейте её поверх старой.",
        "Возврат по заказу {order} оформлен, он займёт до трёх рабочих дней.",
        "Могу ли я помочь Вам ещё чем-нибудь?",
    ),
    Language.PL: (
        "Dzień dobry, widzę zamówienie {order}.",
        "Dziękuję za cierpliwość. Kurier obiecuje dostawę jutro wieczorem.",
        "Nową etykietę wysłaliśmy na {email}, proszę nakleić ją na starą.",
        "Zwrot pieniędzy za {order} został zlecony, potrwa do trzech dni roboczych.",
        "Czy mogę pomóc w czymś jeszcze?",
    ),
}
_ORDER_TOLD: Mapping[Language, str] = {
    Language.EN: "my order number is {order}",
    Language.RU: "номер моего заказа {order}",
    Language.PL: "numer mojego zamówienia to {order}",
}
NOTES = (
    "a careful customer, please answer in short sentences",
    "called the courier, they look for the parcel",
    "please have a look, second complaint this month",
)
OUTCOMES = ("the parcel was found", "refund started", "replacement sent", "question answered")


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is, as far as he says."""

    name: str | None
    email: str | None
    phone: str | None
    language: Language
    order: str


class Words:
    """Believable words, the same for the same seed."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._said = {language: _examples(language) for language in Language}
        self._answers = {language: _responses(language) for language in Language}

    def person(self) -> Person:
        """Make somebody up. Of those who write, some never say who they are."""
        rng = self._rng
        language = rng.choices(list(_SHARES), list(_SHARES.values()))[0]
        first, last = (rng.choice(names.split()) for names in _NAMES[language])
        number = rng.randrange(10_000, 10_000_000)
        plain = _latin(f"{first}.{last}").lower()
        email = f"{plain}{rng.randrange(1000)}@{rng.choice(_DOMAINS)}"
        phone = f"{_DIALLED[language]}{rng.randrange(100_000, 1_000_000)}"
        return Person(
            f"{first} {last}" if rng.random() < 0.8 else None,
            email if rng.random() < 0.6 else None,
            phone if rng.random() < 0.4 else None,
            language,
            f"NT-{number}",
        )

    def customer_line(self, person: Person) -> str:
        """Something that customers ask; now and then the number of an order."""
        if self._rng.random() < 0.08:
            return _ORDER_TOLD[person.language].format(order=person.order)
        line = self._pick(self._said[person.language])
        if self._rng.random() < 0.3:
            line = f"{line}, {self._pick(self._said[person.language])}"
        return line

    def bot_line(self, person: Person) -> str:
        return self._fill(self._pick(self._answers[person.language]), person)

    def agent_line(self, person: Person) -> str:
        return self._fill(self._pick(_AGENT_SAYS[person.language]), person)

    def _pick(self, lines: Sequence[str]) -> str:
        return lines[int(self._rng.random() * len(lines))]

    @staticmethod
    def _fill(line: str, person: Person) -> str:
        if "{" not in line:
            return line
        email = person.email or f"{person.order.lower()}@mail.example"
        return line.format(order=person.order, order_number=person.order, email=email)


@cache
def _examples(language: Language) -> tuple[str, ...]:
    found: list[str] = []
    for path in sorted((ROOT / "data" / "nlu" / language).glob("*.yml")):
        for block in yaml.load(path.read_bytes(), Loader=_LOADER)["nlu"]:
            lines = str(block.get("examples", "")).splitlines()
            found += [line.removeprefix("- ").strip() for line in lines]
    return tuple(re.sub(r"\[([^\]]+)\][({][^)}]*[)}]", r"\1", line) for line in found if line)


@cache
def _responses(language: Language) -> tuple[str, ...]:
    found: list[str] = []
    for path in sorted((ROOT / "data" / "responses").glob("*.yml")):
        if path.stem == "labels":  # of buttons
            continue
        for variants in yaml.load(path.read_bytes(), Loader=_LOADER)["responses"].values():
            found += [str(one["text"]) for one in variants if _speaks(one, language)]
    return tuple(found)


def _speaks(variant: Mapping[str, Any], language: Language) -> bool:
    """Say whether it is in this language and tells nothing but what the crowd can fill in."""
    named = [one for one in variant.get("condition", ()) if one.get("name") == "language"]
    spoken = any(one.get("value") == language for one in named)
    slots = re.findall(r"\{(\w+)\}", variant.get("text") or "")
    return spoken and bool(variant.get("text")) and set(slots) <= {"order_number"}


_LATIN = "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya"
_CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", _LATIN.split(), strict=True))
_POLISH = dict(zip("ąćęłńóśźż", "acelnoszz", strict=True))


def _latin(name: str) -> str:
    """Give a name as people write it in their mail address."""
    letters = _CYRILLIC | _POLISH
    return "".join(letters.get(letter, letter) for letter in name.lower()).replace("-", "")
