"""One-time codes: gives them out, and joins whoever brings one with whom it was given to."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from nitka.domain.address import Address, Channel
from nitka.domain.code import GUESS_WINDOW, OPEN_CODES, Code, Verdict, new_code, verdict
from nitka.domain.customer import KnownAddress, Language, Profile
from nitka.domain.link import Link, Proof
from nitka.domain.message import Author, MessageState
from nitka.domain.phrases import Phrase, say
from nitka.errors import Fenced, Refused
from nitka.ports import Clock, Dialogues, Invitation, Line, Store, UnitOfWork, Waiting
from nitka.service.fresh import answer, fresh
from nitka.service.join import Grounds, join
from nitka.service.lines import add_line, add_text
from nitka.service.mover import Mover

CHANNEL_NAMES = {Channel.WEB: "web", Channel.TELEGRAM: "Telegram", Channel.SLACK: "Slack"}
Way = Callable[[str], Awaitable[str | None]]


class Redeemed(StrEnum):
    """What became of a code that a customer brought."""

    JOINED = "joined"  # the message waits on, under the root
    DONE_BEFORE = "done_before"  # by this very message: only its turn is left
    ANSWERED = "answered"
    NO_CODE = "no_code"  # what looked like a code is none: for whoever owns the thread


class Codes:
    """Gives codes to addresses, and judges those that come back."""

    def __init__(
        self,
        store: Store,
        *,
        dialogues: Dialogues,
        key: str,
        life: timedelta,
        clock: Clock,
        ways: Mapping[Channel, Way],
        mover: Mover,
    ) -> None:
        """`key` is the service's secret; `ways` say how to go on elsewhere, by channel."""
        self._store = store
        self._dialogues = dialogues
        self._key = hmac.digest(key.encode(), b"nitka link codes", hashlib.sha256)
        self._life = life
        self._clock = clock
        self._ways = ways
        self._mover = mover

    @property
    def channels(self) -> frozenset[Channel]:
        """The channels that one can continue on."""
        return frozenset(self._ways)

    async def invite(self, address: Address, profile: Profile) -> Invitation:
        """Give a code to an address, for its owner to continue elsewhere.

        An address that nobody wrote from yet gets its customer now. Raises `Refused` 429
        `too_many_requests` while it has `OPEN_CODES` open.
        """
        code = new_code()
        ways = await self._ways_with(code, but=address.channel)
        async with self._store.begin() as uow:
            _, known, _ = await uow.customers.at(address, profile, spoke=False)
            expires_at = await self._give(uow, code, known, place=None)
        if expires_at is None:
            sentence = "There are several open codes already; use one, or wait until they run out."
            raise Refused("too_many_requests", sentence, status=429)
        return Invitation(code, expires_at, ways)

    async def give(self, waiting: Waiting, *, lacking: Channel | None = None) -> None:
        """Answer a message with a code; `lacking` is a channel that is said not to be connected."""
        code = new_code()
        ways = await self._ways_with(code, but=waiting.address.address.channel)
        async with self._store.begin() as uow:
            scene = await fresh(uow, waiting)
            given = await self._give(uow, code, waiting.address, place=waiting.message.place)
            if given is None:
                text = say(Phrase.TOO_MANY_CODES, scene.language)
            else:
                text = self._invitation(code, ways, scene.language)
            if lacking is not None:
                named = CHANNEL_NAMES[lacking]
                text = f"{say(Phrase.NOT_CONNECTED, scene.language, channel=named)}\n{text}"
            await answer(uow, scene.waiting, text)

    def _invitation(self, code: str, ways: Mapping[Channel, str], language: Language | None) -> str:
        shown = "\n".join(f"{CHANNEL_NAMES[channel]}: {way}" for channel, way in ways.items())
        phrase = Phrase.LINK_CODE if ways else Phrase.LINK_ONLY_CODE
        return say(phrase, language, code=code, minutes=self._minutes, ways=shown)

    async def _ways_with(self, code: str, *, but: Channel) -> dict[Channel, str]:
        ways = {
            channel: await way(code) for channel, way in self._ways.items() if channel is not but
        }
        return {channel: way for channel, way in ways.items() if way}

    async def _give(
        self, uow: UnitOfWork, code: str, known: KnownAddress, *, place: str | None
    ) -> datetime | None:
        now = self._clock.now()
        if await uow.codes.open_codes(known.id, now=now) >= OPEN_CODES:
            return None
        expires_at = now + self._life
        await uow.codes.add(Code(self._digest(code), known.id, place, expires_at))
        return expires_at

    async def redeem(self, code: str, waiting: Waiting, *, bare: bool) -> Redeemed:
        """Judge a code, join the two if it is good, and answer; in one transaction.

        `bare`: the message is nothing but what looks like a code, so a wrong one is no answer.
        Raises `Unavailable` if the two cannot be held still just now: the message is tried again.
        """
        digest = self._digest(code)
        async with self._store.begin() as uow:
            sides = await _sides(uow, digest, waiting)
        async with self._mover.still(*sides), self._store.begin() as uow:
            redeemed, link = await self._judge(uow, digest, waiting, bare=bare)
        if link is not None:
            await self._mover.tell(link.customer_id, link.other_id)
        return redeemed

    async def _judge(
        self, uow: UnitOfWork, digest: str, waiting: Waiting, *, bare: bool
    ) -> tuple[Redeemed, Link | None]:
        found = await uow.codes.find(digest)
        now, message = self._clock.now(), waiting.message
        guesses = await uow.codes.guesses(waiting.address.id, since=now - GUESS_WINDOW)
        judged = verdict(found, guesses, message_id=message.id, now=now)
        if judged is Verdict.DONE:
            return Redeemed.DONE_BEFORE, None
        if judged is Verdict.GOOD and found is not None:
            return await self._use(uow, found, waiting)
        if judged is Verdict.WRONG:
            await uow.codes.guess(message.id, waiting.address.id, at=now)
        if bare:
            return Redeemed.NO_CODE, None
        scene = await fresh(uow, waiting)
        text = say(Phrase.WRONG_CODE, scene.language, minutes=self._minutes)
        if judged is Verdict.TOO_MANY and guesses.free_at is not None:
            wait = math.ceil((guesses.free_at - now) / timedelta(minutes=1))
            text += " " + say(Phrase.TRY_AGAIN_IN, scene.language, wait=wait)
        await answer(uow, scene.waiting, text)
        return Redeemed.ANSWERED, None

    async def _use(
        self, uow: UnitOfWork, code: Code, waiting: Waiting
    ) -> tuple[Redeemed, Link | None]:
        if code.address_id == waiting.address.id:
            return await _say(uow, waiting, Phrase.CODE_FOR_ELSEWHERE), None
        await uow.codes.use(code.digest, message_id=waiting.message.id)
        asked, here = await _both(uow, code, waiting)
        actor = f"address:{waiting.address.id}"
        try:
            link = await join(
                uow,
                self._dialogues,
                asked.customer_id,
                here.customer_id,
                Grounds(Proof.CODE, actor),
            )
        except Refused:  # nothing is written by then
            facts = {"other": str(asked.customer_id), "reason": "identity_clash"}
            await uow.ledger.audit(
                "join_refused", actor=actor, customer_id=here.customer_id, facts=facts
            )
            return await _say(uow, waiting, Phrase.IDENTITY_CLASH), None
        if link is None:
            return await _say(uow, waiting, Phrase.CONNECTED_ALREADY), None
        await _tell_both(uow, code, asked.address, waiting)
        return Redeemed.JOINED, link

    @property
    def _minutes(self) -> int:
        return max(1, round(self._life / timedelta(minutes=1)))

    def _digest(self, code: str) -> str:
        return hmac.digest(self._key, code.encode(), hashlib.sha256).hex()


@dataclass(frozen=True, slots=True)
class _Side:
    customer_id: UUID
    address: KnownAddress


async def _sides(uow: UnitOfWork, digest: str, waiting: Waiting) -> list[UUID]:
    """Give the two customers that a code would join; nobody if it is none."""
    code = await uow.codes.find(digest)
    return [side.customer_id for side in await _both(uow, code, waiting)] if code else []


async def _both(uow: UnitOfWork, code: Code, waiting: Waiting) -> tuple[_Side, _Side]:
    """Give who asked for the code and who brings it, as things stand now."""
    sides = []
    for address_id in (code.address_id, waiting.address.id):
        found = await uow.customers.with_address(address_id)
        if found is None:
            raise Fenced("one of the two has been erased")
        sides.append(_Side(found[0].id, found[1]))
    return sides[0], sides[1]


async def _tell_both(uow: UnitOfWork, code: Code, asked_at: KnownAddress, waiting: Waiting) -> None:
    """Say that the talk goes on here; and there, if it was asked for in a messenger, that it does.

    The web shows what is said elsewhere, so it needs no line of its own.
    """
    scene = await fresh(uow, waiting)
    await add_text(uow, scene.waiting, say(Phrase.CONNECTED, scene.language))
    if asked_at.address.channel is not Channel.WEB:
        channel = CHANNEL_NAMES[waiting.address.address.channel]
        text = say(Phrase.CONNECTED_ELSEWHERE, scene.language, channel=channel)
        line = Line(Author.SYSTEM, text, MessageState.PENDING, asked_at, place=code.place)
        await add_line(uow, scene.waiting.message.customer_id, line)


async def _say(uow: UnitOfWork, waiting: Waiting, phrase: Phrase) -> Redeemed:
    scene = await fresh(uow, waiting)
    await answer(uow, scene.waiting, say(phrase, scene.language))
    return Redeemed.ANSWERED
