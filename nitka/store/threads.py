"""Threads: owner, numbers, and the dialogue state with the turns that led to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.thread import Owner, Team, Thread
from nitka.domain.turn import DialogueState, TurnResult
from nitka.errors import Fenced
from nitka.ports import Choice
from nitka.store import mapping
from nitka.store.links import SqlLinks
from nitka.store.tables.threads import threads
from nitka.store.tables.turns import dialogue_states, turns


class SqlThreads:
    """`ports.Threads` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, customer_id: UUID) -> Thread:
        query = select(threads).where(threads.c.customer_id == customer_id)
        return _thread(await self._connection.execute(query), customer_id)

    async def lock(self, customer_id: UUID) -> Thread:
        query = select(threads).where(threads.c.customer_id == customer_id).with_for_update()
        return _thread(await self._connection.execute(query), customer_id)

    async def current(self, customer_id: UUID) -> Thread | None:
        links = SqlLinks(self._connection)
        root = await links.root(customer_id)
        while root is not None:
            thread = await self.lock(root)
            locked, root = root, await links.root(customer_id)
            if root == locked:  # it was neither joined nor split while we waited
                return thread
        return None

    async def begin_turn(self, customer_id: UUID) -> Thread:
        change = (
            update(threads)
            .where(threads.c.customer_id == customer_id)
            .values(fence=threads.c.fence + 1)
            .returning(threads)
        )
        return mapping.thread((await self._connection.execute(change)).one())

    async def own(
        self, customer_id: UUID, owner: Owner, team: Team | None, *, agent: str | None = None
    ) -> None:
        await self._connection.execute(
            update(threads)
            .where(threads.c.customer_id == customer_id)
            .values(owner=owner, team=team, agent=agent, fence=threads.c.fence + 1)
        )

    async def choice(self, customer_id: UUID) -> Choice | None:
        query = select(threads.c.answer_at, threads.c.answer_while_at).where(
            threads.c.customer_id == customer_id, threads.c.answer_at.is_not(None)
        )
        row = (await self._connection.execute(query)).one_or_none()
        return Choice(row.answer_at, row.answer_while_at) if row else None

    async def choose(self, customer_id: UUID, choice: Choice | None) -> None:
        await self._connection.execute(
            update(threads)
            .where(threads.c.customer_id == customer_id)
            .values(
                answer_at=choice.address_id if choice else None,
                answer_while_at=choice.made_at if choice else None,
            )
        )

    async def state(self, customer_id: UUID) -> DialogueState | None:
        query = select(dialogue_states.c.turn, dialogue_states.c.state).where(
            dialogue_states.c.customer_id == customer_id
        )
        row = (await self._connection.execute(query)).one_or_none()
        return DialogueState(row.turn, row.state) if row else None

    async def slots(self, customer_id: UUID) -> dict[str, object]:
        query = select(dialogue_states.c.slots).where(dialogue_states.c.customer_id == customer_id)
        return (await self._connection.execute(query)).scalar_one_or_none() or {}

    async def finish_turn(
        self, customer_id: UUID, turn: int, *, message: UUID, result: TurnResult
    ) -> None:
        await self._connection.execute(
            update(threads).where(threads.c.customer_id == customer_id).values(turn=turn)
        )
        await self._connection.execute(
            insert(turns).values(
                customer_id=customer_id,
                turn=turn,
                message_id=message,
                events=list(result.events),
                understanding=dict(result.understanding),
                model=result.model,
                created_at=func.clock_timestamp(),
            )
        )
        state = {
            "turn": turn,
            "state": dict(result.state),
            "slots": dict(result.slots),
            "model": result.model,
        }
        await self._connection.execute(
            upsert(dialogue_states)
            .values(customer_id=customer_id, **state)
            .on_conflict_do_update(index_elements=["customer_id"], set_=state)
        )


def _thread(found: CursorResult[Any], customer_id: UUID) -> Thread:
    row = found.one_or_none()
    if row is None:
        raise Fenced(f"the thread of {customer_id} is gone")
    return mapping.thread(row)
