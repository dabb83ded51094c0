"""Every key and channel name in Redis.

All keys of one customer carry the hash tag `{<customer id>}`, so that Redis Cluster keeps them
together and the Lua files may touch several of them at once.
"""

from __future__ import annotations

from uuid import UUID

from nitka.ports import Job


def work(job: Job) -> str:
    """Sorted set of customers to look after; the score is when they were first asked for."""
    return f"nitka:work:{job}"


def state(customer_id: UUID) -> str:
    """String: JSON of the live dialogue state and its turn number."""
    return f"nitka:{{{customer_id}}}:state"


def lease(job: Job, customer_id: UUID) -> str:
    """String with an expiry: who does a job for the customer now."""
    return f"nitka:{{{customer_id}}}:lease:{job}"


def knock(job: Job, customer_id: UUID) -> str:
    """String with an expiry: somebody found the lease taken."""
    return f"nitka:{{{customer_id}}}:knock:{job}"


def topic(name: str) -> str:
    """Pub/sub channel of a topic (`nitka.ports.topic_of`)."""
    return f"nitka:topic:{name}"


def heartbeat(part: str) -> str:
    """String with an expiry: a process of this part is alive."""
    return f"nitka:heartbeat:{part}"
