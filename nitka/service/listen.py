"""Lets a connector that fetches by itself do so in one process at a time."""

from __future__ import annotations

import asyncio
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog

from nitka.domain.address import Channel
from nitka.errors import ConfigError, Unavailable
from nitka.ports import Front, Job, Listener, Queue
from nitka.service.lease import hold

log = structlog.get_logger(__name__)
_LOOK_AGAIN = 2.0  # seconds until a process asks again whether the place is free
_REFUSED_FOR = 60.0  # seconds


async def listen_alone(queue: Queue, listener: Listener, front: Front, *, channel: Channel) -> None:
    """Run a listener while no other process runs it; take its place soon after it ends.

    Runs until cancelled. A platform that refuses our credentials is said loudly and asked again
    later: the other channels go on.
    """
    place = _place_of(channel)
    while True:
        try:
            async with hold(queue, Job.LISTEN, place) as mine:
                if mine:
                    log.info("listening", channel=channel)
                    await listener.listen(front)
        except Unavailable as error:
            log.warning("listening.put_off", channel=channel, error=str(error))
        except ConfigError as error:
            log.error("channel.refused", channel=channel, error=str(error))  # noqa: TRY400
            await asyncio.sleep(_REFUSED_FOR)
        await asyncio.sleep(_LOOK_AGAIN)


def _place_of(channel: Channel) -> UUID:
    return uuid5(NAMESPACE_URL, f"nitka:listener:{channel}")
