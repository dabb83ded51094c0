"""Composes what a worker process does at once: jobs, watches, listeners. Part of composition."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import timedelta
from uuid import UUID

from nitka.domain.address import Channel
from nitka.house import House, Shared, compose_shared
from nitka.metered import MeteredConnector
from nitka.ports import Connector, Job
from nitka.queue.work import RedisQueue
from nitka.service.answer import Answer
from nitka.service.ask import Ask, Patience
from nitka.service.commands import Commands
from nitka.service.deliver import Deliver
from nitka.service.fetch import Fetch
from nitka.service.follow_up import FollowUps
from nitka.service.listen import listen_alone
from nitka.service.rate import Rate
from nitka.service.route import Route
from nitka.service.work import Worker
from nitka.settings import Settings

_BEAT_EVERY = timedelta(seconds=2)


def compose_worker(settings: Settings, house: House) -> list[Coroutine[object, object, None]]:
    """Give what runs side by side until it is cancelled."""
    shared = compose_shared(settings, house)
    worker = Worker(house.store, queue=house.queue, jobs=_jobs(settings, house, shared))
    route = Route(
        house.store,
        plan=house.plan,
        queue=house.queue,
        fanout=house.fanout,
        clock=house.clock,
    )
    listeners = (
        listen_alone(house.queue, listener, house.front, channel=channel)
        for channel, listener in house.channels.listeners.items()
    )
    return [
        worker.run(),
        route.run(),
        compose_follow_ups(house).run(),
        shared.sweep.run(),
        _beat(house.queue),
        *listeners,
    ]


def compose_follow_ups(house: House) -> FollowUps:
    return FollowUps(
        house.store,
        plan=house.plan,
        dialogues=house.dialogues,
        queue=house.queue,
        fanout=house.fanout,
        clock=house.clock,
    )


def _jobs(
    settings: Settings, house: House, shared: Shared
) -> Mapping[Job, Callable[[UUID], Awaitable[None]]]:
    connectors = {
        channel: MeteredConnector(connector, house.metrics)
        for channel, connector in house.channels.connectors.items()
    }
    return {
        Job.TURN: compose_answer(settings, house, shared, connectors),
        Job.DELIVERY: Deliver(
            house.store, queue=house.queue, connectors=connectors, clock=house.clock
        ),
        Job.FETCH: Fetch(
            house.store,
            files=house.files,
            queue=house.queue,
            fanout=house.fanout,
            connectors=connectors,
            clock=house.clock,
        ),
    }


def compose_answer(
    settings: Settings, house: House, shared: Shared, connectors: Mapping[Channel, Connector]
) -> Answer:
    """Give the job that answers customers, by these ways out."""
    patience = Patience(
        notice=timedelta(seconds=settings.notice_seconds),
        limit=timedelta(seconds=settings.engine_patience_seconds),
    )
    commands = Commands(
        house.store,
        privacy=shared.privacy,
        rate=Rate(house.store, clock=house.clock),
        dialogues=house.dialogues,
        codes=shared.codes,
        recognise=shared.recognise,
        mover=shared.mover,
    )
    return Answer(
        house.store,
        live=house.live,
        queue=house.queue,
        fanout=house.fanout,
        ask=Ask(house.engine, patience=patience),
        commands=commands,
        connectors=connectors,
    )


async def _beat(queue: RedisQueue) -> None:
    """Let the web process see that a worker lives."""
    while True:
        await queue.beat("worker", life=_BEAT_EVERY * 4)
        await asyncio.sleep(_BEAT_EVERY.total_seconds())
