"""Recognises customers by what is stronger than a code: the site's signed word, an own contact.

Everything weaker (an e-mail address or a phone number that somebody states) is only written down:
staff see it as a suggestion, see `nitka.service.suggest`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from nitka.domain.address import Address, Channel
from nitka.domain.customer import KnownAddress, Profile
from nitka.domain.link import EVER, Claim, ClaimKind, Link, Proof, Source, members
from nitka.domain.phrases import Phrase, say
from nitka.domain.turn import first_of
from nitka.errors import Refused
from nitka.ports import Clock, Dialogues, Signed, Store, UnitOfWork, Waiting
from nitka.service.fresh import fresh
from nitka.service.join import Grounds, join
from nitka.service.lines import add_text
from nitka.service.link import Redeemed
from nitka.service.mover import Mover

_SIGNED_LATELY = timedelta(days=90)
"""How long a phone number that the site has signed is believed: numbers change hands."""


class Recognise:
    """Joins a visitor, or a messenger's contact, with the customer that he proved to be."""

    def __init__(self, store: Store, *, dialogues: Dialogues, mover: Mover, clock: Clock) -> None:
        self._store = store
        self._dialogues = dialogues
        self._mover = mover
        self._clock = clock

    async def recognise(
        self, address: Address, profile: Profile, signed: Signed, *, seen_with: Address | None
    ) -> None:
        """Note the site's word on a visitor and join him with everybody whom it says is he.

        `seen_with` is another customer's address in the same browser: a hint for staff. Raises
        `Refused`, and nothing is stored: 401 `identity_replayed` when another visitor has used
        this very signature, 409 `identity_clash` when the address is another customer's by now.
        """
        joined: list[Link] = []
        subject = Claim(ClaimKind.SUBJECT, signed.subject, Source.SITE)
        async with self._store.begin() as uow:
            found = await uow.customers.find(address)
            sides = [found[0].id] if found else []
            sides += await uow.claims.holders(subject, since=EVER)
        async with self._mover.still(*sides), self._store.begin() as uow:
            await uow.links.lock()
            customer, known, _ = await uow.customers.at(address, profile, spoke=False)
            if not await uow.claims.sign(signed.digest, known.id, expires_at=signed.expires_at):
                raise Refused(
                    "identity_replayed",
                    "The signed identity was used by another visitor already.",
                    status=401,
                )
            await _refuse_other(uow, known, subject)
            for claim in (subject, *_signed(signed)):
                await uow.claims.add(known.home_id, claim)
            if seen_with is not None:
                await _same_browser(uow, known, seen_with)
            grounds = Grounds(Proof.SITE, f"address:{known.id}")
            for root in await uow.claims.holders(subject, since=EVER):
                link = await join(uow, self._dialogues, root, customer.id, grounds)
                joined += [link] if link else []
        for link in joined:
            await self._mover.tell(link.customer_id, link.other_id)

    async def by_contact(self, phone: str, waiting: Waiting) -> Redeemed:
        """Join who shared his own contact with the one customer whose phone the site has signed.

        Two with that phone are nobody: then it is a suggestion only.
        """
        own = Claim(ClaimKind.PHONE, phone, Source.CONTACT)
        async with self._store.begin() as uow:
            if await uow.messages.with_key(f"service:{waiting.message.id}"):
                return Redeemed.DONE_BEFORE
            if own not in await uow.claims.of(frozenset({waiting.address.home_id})):
                return Redeemed.NO_CODE
            signed = Claim(ClaimKind.PHONE, phone, Source.SITE)
            since = self._clock.now() - _SIGNED_LATELY
            roots = await uow.claims.holders(signed, since=since)
        if len(roots) != 1:
            return Redeemed.NO_CODE
        async with self._mover.still(roots[0], waiting.message.customer_id):
            link = await self._join_contact(roots[0], waiting)
        if link is None:
            return Redeemed.NO_CODE
        await self._mover.tell(link.customer_id, link.other_id)
        return Redeemed.JOINED

    async def _join_contact(self, root: UUID, waiting: Waiting) -> Link | None:
        async with self._store.begin() as uow:
            found = await uow.customers.with_address(waiting.address.id)
            if found is None:
                return None
            grounds = Grounds(Proof.CONTACT, f"address:{waiting.address.id}")
            try:
                link = await join(uow, self._dialogues, root, found[0].id, grounds)
            except Refused:  # signed as different customers: the phone proves nothing then
                return None
            if link is not None:
                scene = await fresh(uow, waiting)
                await add_text(uow, scene.waiting, say(Phrase.CONNECTED, scene.language))
            return link


async def _refuse_other(uow: UnitOfWork, known: KnownAddress, subject: Claim) -> None:
    """Refuse an address that was joined with another customer of the site."""
    found = await uow.customers.with_address(known.id)
    assert found is not None  # noqa: S101  # it is locked
    homes = members(found[0].id, await uow.links.tree(found[0].id))
    claims = await uow.claims.of(homes)
    subjects = {claim.value for claim in claims if claim.kind is ClaimKind.SUBJECT}
    if subjects and subject.value not in subjects:
        raise Refused(
            "identity_clash", "This conversation is another signed-in customer's.", status=409
        )


async def _same_browser(uow: UnitOfWork, known: KnownAddress, seen_with: Address) -> None:
    found = await uow.customers.find(seen_with)
    if found is not None:
        claim = Claim(ClaimKind.BROWSER, str(found[1].id), Source.PLATFORM)
        await uow.claims.add(found[1].home_id, claim)
        await uow.claims.add(known.home_id, claim)


def _signed(signed: Signed) -> list[Claim]:
    return [
        Claim(kind, value, Source.SITE)
        for kind, value in (
            (ClaimKind.EMAIL, email_of(signed.email)),
            (ClaimKind.PHONE, phone_of(signed.phone)),
        )
        if value
    ]


async def note_profile(uow: UnitOfWork, address: KnownAddress, profile: Profile) -> None:
    """Write down what a messenger states of a person, as a hint.

    Telegram gives a phone number only with the sender's own contact, which it vouches for. What
    comes with a visitor of the web is the site's word, noted when it is checked.
    """
    channel = address.address.channel
    if channel is Channel.WEB:
        return
    source = Source.CONTACT if channel is Channel.TELEGRAM else Source.PLATFORM
    for kind, value, by in (
        (ClaimKind.EMAIL, email_of(profile.email), Source.PLATFORM),
        (ClaimKind.PHONE, phone_of(profile.phone), source),
    ):
        if value:
            await uow.claims.add(address.home_id, Claim(kind, value, by))


async def note_typed(uow: UnitOfWork, waiting: Waiting, slots: Mapping[str, object]) -> None:
    """Write down an e-mail address or phone number that this very message states, as a hint."""
    text = waiting.message.text.casefold()
    digits = "".join(c for c in text if c.isdigit())
    email, phone = email_of(first_of(slots.get("email"))), phone_of(first_of(slots.get("phone")))
    if email and email in text:
        claim = Claim(ClaimKind.EMAIL, email, Source.TYPED)
        await uow.claims.add(waiting.address.home_id, claim)
    if phone and phone.lstrip("+") in digits:
        claim = Claim(ClaimKind.PHONE, phone, Source.TYPED)
        await uow.claims.add(waiting.address.home_id, claim)


def email_of(value: str | None) -> str | None:
    """Give an e-mail address in the form that is compared."""
    return value.strip().casefold() or None if value else None


def phone_of(value: str | None) -> str | None:
    """Give a phone number as `+` and digits, or None if it is none."""
    digits = "".join(c for c in value or "" if c.isdigit())
    digits = digits.removeprefix("00")
    return f"+{digits}" if 7 <= len(digits) <= 15 else None
