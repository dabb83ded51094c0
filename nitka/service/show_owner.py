"""Shows everybody who looks at a thread whose it is by now."""

from __future__ import annotations

from uuid import UUID

from nitka.ports import Fanout, Store, topic_of


async def show_owner(store: Store, fanout: Fanout, customer_id: UUID) -> None:
    """Publish the owner as he stands; to be called when the step that changed him is committed."""
    async with store.begin() as uow:
        thread = await uow.threads.get(customer_id)
    frame = {"kind": "state", "owner": thread.owner, "team": thread.team}
    await fanout.publish(topic_of(customer_id), frame)
