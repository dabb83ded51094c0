"""Shows customers what is kept of them, gives it to them in a file, and erases it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import structlog

from nitka.domain.customer import Profile, number_of
from nitka.domain.inbound import Outcome
from nitka.domain.link import ATTRIBUTES, ClaimKind, members
from nitka.domain.message import Author, Button, MessageState
from nitka.domain.phrases import Phrase, say
from nitka.domain.privacy import Receipt
from nitka.errors import Refused
from nitka.ports import (
    Business,
    Clock,
    Files,
    Job,
    Line,
    Live,
    Store,
    StoredFile,
    UnitOfWork,
    Waiting,
)
from nitka.service.export import archive
from nitka.service.find import find_root, unknown_customer
from nitka.service.fresh import Scene, answer, fresh
from nitka.service.lines import add_line, add_text
from nitka.service.link import CHANNEL_NAMES
from nitka.service.mover import Mover
from nitka.service.sweep import Sweep

log = structlog.get_logger(__name__)
_ASKED_WITHIN = timedelta(minutes=15)
_EXPORT_LIFE = timedelta(hours=24)
_TOLD_FOR = timedelta(hours=24)


class Step(StrEnum):
    """What `/privacy` may be followed by."""

    EXPORT = "export"
    EXPORT_NOW = "export yes"
    ERASE = "erase"
    ERASE_NOW = "erase yes"
    KEEP = "keep"


class Privacy:
    """`/privacy` in a conversation, and the same for staff."""

    def __init__(
        self,
        store: Store,
        *,
        files: Files,
        live: Live,
        mover: Mover,
        business: Business,
        sweep: Sweep,
        clock: Clock,
    ) -> None:
        self._store = store
        self._files = files
        self._live = live
        self._mover = mover
        self._business = business
        self._sweep = sweep
        self._clock = clock

    async def __call__(self, step: str | None, waiting: Waiting) -> None:
        """Answer `/privacy` and its steps; a file and an erasure only when asked twice here."""
        match step:
            case Step.EXPORT:
                await self._ask(waiting, Phrase.CONFIRM_EXPORT, Phrase.YES_EXPORT, Step.EXPORT_NOW)
            case Step.ERASE:
                await self._ask(waiting, Phrase.CONFIRM_ERASE, Phrase.YES_ERASE, Step.ERASE_NOW)
            case Step.EXPORT_NOW | Step.ERASE_NOW if not await self._was_asked(step, waiting):
                await self._say(waiting, Phrase.CONFIRM_ANEW)
            case Step.EXPORT_NOW:
                await self._send_export(waiting)
            case Step.ERASE_NOW:
                await self._erase(waiting.message.customer_id, actor="customer", about=waiting)
            case Step.KEEP:
                await self._say(waiting, Phrase.KEPT_AS_IT_IS)
            case _:
                await self._show(waiting)

    async def export(self, customer_id: UUID, *, staff: str) -> AsyncIterator[bytes]:
        """Give staff the file of a customer, piece by piece. Raises `Refused` 404
        `unknown_customer`."""
        async with self._store.begin() as uow:
            root = await find_root(uow, customer_id)
            await uow.ledger.audit("export", actor=f"staff:{staff}", customer_id=root, facts={})
        return await self._archive(root)

    async def erase(
        self, customer_id: UUID, *, staff: str, confirmed: str | None = None
    ) -> Receipt:
        """Erase a customer by the word of staff.

        `confirmed` is what somebody has typed who was asked for the customer's number. Raises
        `Refused`: 404 `unknown_customer`, 409 `not_confirmed`.
        """
        async with self._store.begin() as uow:
            root = await find_root(uow, customer_id)
        if confirmed is not None and confirmed.strip().lower() != number_of(root):
            sentence = "Nothing was erased: type this customer's number to confirm it."
            raise Refused("not_confirmed", sentence, status=409)
        return await self._erase(root, actor=f"staff:{staff}", about=None)

    async def _show(self, waiting: Waiting) -> None:
        async with self._store.begin() as uow:
            scene = await fresh(uow, waiting)
            language = scene.language
            buttons = (
                Button(say(Phrase.PRIVACY_EXPORT, language), f"/privacy {Step.EXPORT}"),
                Button(say(Phrase.PRIVACY_ERASE, language), f"/privacy {Step.ERASE}"),
            )
            text = say(Phrase.PRIVACY, language, **await _summary(uow, scene.thread.customer_id))
            await answer(uow, scene.waiting, text, buttons=buttons)

    async def _ask(self, waiting: Waiting, question: Phrase, yes: Phrase, step: Step) -> None:
        async with self._store.begin() as uow:
            scene = await fresh(uow, waiting)
            buttons = (
                Button(say(yes, scene.language), f"/privacy {step}"),
                Button(say(Phrase.NO_KEEP, scene.language), f"/privacy {Step.KEEP}"),
            )
            await answer(uow, scene.waiting, say(question, scene.language), buttons=buttons)

    async def _was_asked(self, step: str, waiting: Waiting) -> bool:
        """Say whether this was just offered at this very address, which is proved by that."""
        async with self._store.begin() as uow:
            message = waiting.message
            offer = await uow.messages.last_offer(message.customer_id, before=message.seq)
        return (
            offer is not None
            and offer.address_id == waiting.address.id
            and offer.created_at > self._clock.now() - _ASKED_WITHIN
            and any(button.payload == f"/privacy {step}" for button in offer.buttons)
        )

    async def _say(self, waiting: Waiting, phrase: Phrase) -> None:
        async with self._store.begin() as uow:
            scene = await fresh(uow, waiting)
            await answer(uow, scene.waiting, say(phrase, scene.language))

    async def _send_export(self, waiting: Waiting) -> None:
        pieces = await self._archive(waiting.message.customer_id)
        content = b"".join([piece async for piece in pieces])
        file_id = await self._files.save(content)
        async with self._store.begin() as uow:
            scene = await fresh(uow, waiting)
            file = StoredFile(
                file_id,
                str(waiting.address.address),
                "nitka-export.zip",
                "application/zip",
                len(content),
            )
            await uow.ledger.add_file(file)
            await uow.leftovers.export(file_id, expires_at=self._clock.now() + _EXPORT_LIFE)
            hours = _EXPORT_LIFE // timedelta(hours=1)
            text = say(Phrase.EXPORT_READY, scene.language, hours=hours)
            await add_text(uow, scene.waiting, text, attachments=(file.attachment,))
            await uow.inbox.finish(scene.waiting.inbox_id, Outcome.ANSWERED)
            await uow.ledger.audit(
                "export",
                actor=f"address:{waiting.address.id}",
                customer_id=scene.thread.customer_id,
                facts={},
            )

    async def _archive(self, root: UUID) -> AsyncIterator[bytes]:
        async with self._store.begin() as uow:
            customer = await uow.customers.get(root)
            homes = members(root, await uow.links.tree(root))
            everything = await uow.personal.everything(root, homes)
        language = customer.language if customer else None
        return archive(everything, self._files.load, language=language)

    async def _erase(self, root: UUID, *, actor: str, about: Waiting | None) -> Receipt:
        """Erase a customer with all that is his; `about` is his own message that asks for it.

        What the bot wrote into the business's systems goes first: if they cannot be reached,
        `Unavailable` is raised and nothing is erased yet. Whatever is being done for the customer
        is waited for, so that nothing is written after him; his own message is in a turn already.
        """
        async with self._store.begin() as uow:
            homes = members(root, await uow.links.tree(root))
        await self._business.forget(sorted(homes))
        jobs = (Job.DELIVERY, Job.FETCH) if about else (Job.TURN, Job.DELIVERY, Job.FETCH)
        async with self._mover.still(root, jobs=jobs), self._store.begin() as uow:
            roots = await uow.links.lock(root)
            scene = await fresh(uow, about) if about else None
            if not roots:
                raise unknown_customer()
            root, homes = roots[0], members(roots[0], await uow.links.tree(roots[0]))
            receipt = await uow.personal.receipt(await uow.personal.erase(root, homes))
            facts = {"receipt": str(receipt.id)}
            await uow.ledger.audit("erase", actor=actor, customer_id=None, facts=facts)
            if scene is not None:
                await self._tell(uow, receipt, scene)
        await self._mover.tell(*homes)
        await self._live.scrub()
        await self._sweep()
        log.info("erased", receipt=str(receipt.id))
        return receipt

    async def _tell(self, uow: UnitOfWork, receipt: Receipt, scene: Scene) -> None:
        """Begin a bare customer at the address that asked, who is told, and goes then as well."""
        address, place = scene.waiting.address.address, scene.waiting.message.place
        profile = Profile(locale=scene.language)
        bare, known, _ = await uow.customers.at(address, profile, spoke=False)
        at = f"{receipt.at:%Y-%m-%d %H:%M} UTC"
        number = str(receipt.id)[:8]
        text = say(Phrase.ERASED, scene.language, receipt=number, at=at, **receipt.counts)
        line = Line(Author.SYSTEM, text, MessageState.PENDING, known, place=place)
        await add_line(uow, bare.id, line)
        await uow.personal.tell(receipt.id, bare.id, until=self._clock.now() + _TOLD_FOR)


async def _summary(uow: UnitOfWork, root: UUID) -> Mapping[str, object]:
    kept = await uow.personal.kept(root)
    customer = await uow.customers.get(root)
    addresses = await uow.customers.addresses(root)
    slots = await uow.threads.slots(root)
    claims = await uow.claims.of(members(root, await uow.links.tree(root)))
    facts = [str(getattr(customer, name)) for name in ATTRIBUTES if getattr(customer, name)]
    facts += [c.value for c in claims if c.kind in (ClaimKind.EMAIL, ClaimKind.PHONE)]
    facts += [str(slots[name]) for name in ("order_number", "product") if slots.get(name)]
    return {
        "messages": kept.messages,
        "files": kept.files,
        "handoffs": kept.handoffs,
        "since": f"{kept.since:%Y-%m-%d}",
        "channels": ", ".join(CHANNEL_NAMES[known.address.channel] for known in addresses),
        "facts": ", ".join(dict.fromkeys(facts)) or "—",
    }
