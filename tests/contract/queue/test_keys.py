"""Key names: one customer's keys lie together on a cluster, and nobody's are mixed up."""

from __future__ import annotations

from itertools import combinations
from uuid import uuid4

from redis.crc import key_slot

from nitka.ports import Job
from nitka.queue import keys


def test_all_keys_of_a_customer_share_a_slot() -> None:
    """They carry the hash tag `{<customer id>}`, so scripts may touch several at once."""
    customer = uuid4()
    names = [keys.state(customer)]
    names += [name(job, customer) for job in Job for name in (keys.lease, keys.knock)]
    assert all(f"{{{customer}}}" in name for name in names)
    assert len({key_slot(name.encode()) for name in names}) == 1
    assert len(set(names)) == len(names)


def test_keys_are_of_one_purpose_each() -> None:
    """No two names meet, and all are Nitka's."""
    ann, bob = uuid4(), uuid4()
    names = [keys.state(ann), keys.state(bob), keys.topic("x"), keys.heartbeat("x")]
    names += [keys.work(job) for job in Job]
    names += [keys.lease(job, who) for job in Job for who in (ann, bob)]
    assert all(one != other for one, other in combinations(names, 2))
    assert all(name.startswith("nitka:") for name in names)
