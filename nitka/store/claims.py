"""What is said of customers, and the one-time codes by which they prove who they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.code import GUESS_WINDOW, Code, Guesses
from nitka.domain.link import HINTS, Claim, ClaimKind, Source
from nitka.store.links import SqlLinks
from nitka.store.tables.identity import claims, dismissals, guesses, link_codes, signatures

_MOST = 50
_SUBJECTS = text(
    """
    WITH RECURSIVE below AS (
      SELECT customer_id AS root, customer_id AS home FROM threads
      WHERE customer_id = ANY(:roots)
      UNION ALL
      SELECT below.root, t.customer_id FROM threads t JOIN below ON t.joined_into = below.home
    )
    SELECT root, value FROM below JOIN claims ON home_id = home WHERE kind = 'subject'
    """
)


class SqlClaims:
    """`ports.Claims` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._links = SqlLinks(connection)

    async def add(self, home_id: UUID, claim: Claim) -> None:
        """Keep a claim; one that is there already has been seen again."""
        await self._connection.execute(
            upsert(claims)
            .values(home_id=home_id, kind=claim.kind, value=claim.value, source=claim.source)
            .on_conflict_do_update(
                index_elements=["home_id", "kind", "value", "source"],
                set_={"seen_at": func.clock_timestamp()},
            )
        )

    async def of(self, homes: frozenset[UUID]) -> Sequence[Claim]:
        rows = await self._connection.execute(
            select(claims.c.kind, claims.c.value, claims.c.source)
            .where(claims.c.home_id.in_(homes))
            .distinct()
            .order_by(claims.c.kind, claims.c.value, claims.c.source)
        )
        return [Claim(ClaimKind(row.kind), row.value, Source(row.source)) for row in rows]

    async def holders(self, claim: Claim, *, since: datetime) -> Sequence[UUID]:
        rows = await self._connection.execute(
            select(claims.c.home_id)
            .where(
                claims.c.kind == claim.kind,
                claims.c.value == claim.value,
                claims.c.source == claim.source,
                claims.c.seen_at > since,
            )
            .order_by(claims.c.seen_at)
        )
        homes = list(rows.scalars())
        roots = await self._links.roots(homes)
        return list(dict.fromkeys(roots[home] for home in homes if home in roots))

    async def sharing(self, homes: frozenset[UUID]) -> Sequence[tuple[UUID, Claim]]:
        own = select(claims.c.kind, claims.c.value).where(
            claims.c.home_id.in_(homes), claims.c.kind.in_(HINTS)
        )
        one, other = dismissals.c.home_id, dismissals.c.other_id
        dismissed = exists().where(
            dismissals.c.kind == claims.c.kind,
            dismissals.c.value == claims.c.value,
            (one.in_(homes) & (other == claims.c.home_id))
            | (other.in_(homes) & (one == claims.c.home_id)),
        )
        rows = await self._connection.execute(
            select(claims)
            .where(
                tuple_(claims.c.kind, claims.c.value).in_(own),
                claims.c.home_id.not_in(homes),
                ~dismissed,
            )
            .order_by(claims.c.seen_at.desc())
            .limit(_MOST)
        )
        shared = rows.all()
        roots = await self._links.roots({row.home_id for row in shared})
        found = [
            (roots[row.home_id], Claim(ClaimKind(row.kind), row.value, Source(row.source)))
            for row in shared
            if row.home_id in roots
        ]
        return list(dict.fromkeys(found))

    async def subjects(self, roots: Collection[UUID]) -> Mapping[UUID, frozenset[str]]:
        found: dict[UUID, set[str]] = {}
        for row in await self._connection.execute(_SUBJECTS, {"roots": list(roots)}):
            found.setdefault(row.root, set()).add(row.value)
        return {root: frozenset(values) for root, values in found.items()}

    async def sign(self, digest: str, address_id: UUID, *, expires_at: datetime) -> bool:
        """Note the use of a signed identity; those that ran out are forgotten."""
        await self._connection.execute(
            delete(signatures).where(signatures.c.expires_at < func.now())
        )
        await self._connection.execute(
            upsert(signatures)
            .values(digest=digest, address_id=address_id, expires_at=expires_at)
            .on_conflict_do_nothing()
        )
        query = select(signatures.c.address_id).where(signatures.c.digest == digest)
        return (await self._connection.execute(query)).scalar_one_or_none() == address_id


class SqlCodes:
    """`ports.Codes` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, code: Code) -> None:
        await self._connection.execute(
            delete(link_codes).where(
                link_codes.c.address_id == code.address_id,
                link_codes.c.expires_at < func.now(),
                link_codes.c.used_by.is_(None),
            )
        )
        await self._connection.execute(
            upsert(link_codes).values(
                digest=code.digest,
                address_id=code.address_id,
                place=code.place,
                expires_at=code.expires_at,
            )
        )

    async def open_codes(self, address_id: UUID, *, now: datetime) -> int:
        query = select(func.count()).where(
            link_codes.c.address_id == address_id,
            link_codes.c.expires_at > now,
            link_codes.c.used_by.is_(None),
        )
        return int((await self._connection.execute(query)).scalar_one())

    async def find(self, digest: str) -> Code | None:
        query = select(link_codes).where(link_codes.c.digest == digest).with_for_update()
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        return Code(row.digest, row.address_id, row.place, row.expires_at, row.used_by)

    async def use(self, digest: str, *, message_id: UUID) -> None:
        await self._connection.execute(
            update(link_codes).where(link_codes.c.digest == digest).values(used_by=message_id)
        )

    async def guess(self, message_id: UUID, address_id: UUID, *, at: datetime) -> None:
        await self._connection.execute(
            upsert(guesses)
            .values(message_id=message_id, address_id=address_id, guessed_at=at)
            .on_conflict_do_nothing()
        )
        await self._connection.execute(
            delete(guesses).where(guesses.c.guessed_at < at - 4 * GUESS_WINDOW)
        )

    async def guesses(self, address_id: UUID, *, since: datetime) -> Guesses:
        everybody = select(func.count()).where(guesses.c.guessed_at > since)
        own = select(
            func.count().label("own"), func.min(guesses.c.guessed_at).label("first")
        ).where(guesses.c.address_id == address_id, guesses.c.guessed_at > since)
        row = (await self._connection.execute(own)).one()
        total = int((await self._connection.execute(everybody)).scalar_one())
        return Guesses(row.own, total, row.first)
