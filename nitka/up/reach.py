"""The database for a single command: the one set, or the embedded one of this home."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from nitka.settings import Settings
from nitka.store.migrate import upgrade
from nitka.up.assembly import assemble
from nitka.up.home import held, holder
from nitka.up.process import running


@contextlib.contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """Give a database's address for the length of the block.

    Without a setting that is the embedded PostgreSQL: the one that `nitka up` runs at the moment,
    or, when nothing runs, one started for the block and brought to the present schema.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    home = settings.home.resolve()
    if holder(home) is not None:
        yield assemble(settings, running=True).postgres.url
        return
    with held(home):
        server = assemble(settings).postgres
        with running(server.part(), log=home / "logs" / "postgres.log"):
            upgrade(server.url)
            yield server.url
