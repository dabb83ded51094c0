"""The plan's file: read, checked line by line, and given as `nitka.domain.plan` values.

Every fault is named with file and line, what stands there and what is expected. Wishes are
checked against the bot's own list (`bot/domain`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from nitka.domain.address import Channel
from nitka.domain.customer import Language
from nitka.domain.plan import Hours, Location, Place, Plan, Route, Satisfaction
from nitka.domain.thread import Team
from nitka.errors import ConfigError
from nitka.settings import ROOT

_UTC = ZoneInfo("UTC")
_LANGUAGES = tuple(language.value for language in Language)
_WAYS = (*(team.value for team in Team), *(place.value for place in Place))
_CUSTOMER = {"channel": tuple(one.value for one in Channel), "language": _LANGUAGES}


@dataclass(frozen=True)
class Fault:
    """Something wrong in the file."""

    line: int
    expected: str


@dataclass
class _Reader:
    """A file's content beside its lines, with the faults found so far."""

    known: frozenset[str]
    lines: dict[tuple[object, ...], int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, path: tuple[object, ...], expected: str) -> None:
        line = next(
            (
                self.lines[path[:end]]
                for end in range(len(path), -1, -1)
                if path[:end] in self.lines
            ),
            1,
        )
        where = ".".join(str(part) for part in path)
        self.faults.append(Fault(line, f"{where}: {expected}" if where else expected))

    def mapping(
        self, value: object, path: tuple[object, ...], allowed: Iterable[str], *needed: str
    ) -> dict[str, Any]:
        """Give a mapping with none but the allowed keys; what is missing or unknown is a fault."""
        if not isinstance(value, dict):
            self.wrong(path, f"expected a mapping with {', '.join(allowed)}")
            return {}
        for key in value:
            if key not in allowed:
                self.wrong((*path, key), f"unknown; expected one of {', '.join(allowed)}")
        for key in needed:
            if value.get(key) is None:
                self.wrong(path, f"`{key}` is missing")
        return value

    def texts(self, value: object, path: tuple[object, ...]) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.wrong(path, "expected a list of texts")
            return ()
        return tuple(value)

    def text(self, value: object, path: tuple[object, ...]) -> str:
        if isinstance(value, str) and value.strip():
            return value
        if value is not None:
            self.wrong(path, f"expected a text, not {value!r}")
        return ""

    def number(self, value: object, path: tuple[object, ...], *, most: int) -> int:
        """Give a whole number from 0 on."""
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
            return value
        self.wrong(path, f"expected a whole number from 0 to {most}, not {value!r}")
        return 0

    def by_language(self, value: object, path: tuple[object, ...]) -> dict[Language, str]:
        texts = self.mapping(value, path, _LANGUAGES, *_LANGUAGES)
        return {
            Language(key): self.text(text, (*path, key))
            for key, text in texts.items()
            if key in _LANGUAGES
        }

    def hours(self, value: object, path: tuple[object, ...], zone: ZoneInfo) -> Hours:
        try:
            return Hours.of(self.text(value, path) or "mon-sun 0:00-23:59", zone)
        except ValueError as error:
            self.wrong(path, str(error))
            return Hours((), zone)

    def patterns(self, value: object, path: tuple[object, ...]) -> tuple[re.Pattern[str], ...]:
        found = []
        for number, pattern in enumerate(self.texts(value, path)):
            try:
                found.append(re.compile(pattern, re.IGNORECASE))
            except re.error as error:
                self.wrong((*path, number), f"not a regular expression: {error}")
        return tuple(found)

    def wishes(self, value: object, path: tuple[object, ...]) -> tuple[str, ...]:
        names = self.texts(value, path)
        for number, name in enumerate(names):
            if name not in self.known:
                self.wrong((*path, number), f"the bot knows no wish {name!r} (bot/domain)")
        return names


def load_plan(path: Path, *, root: Path = ROOT) -> Plan:
    """Read and check the plan; raises `ConfigError` naming every fault by file and line."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"NITKA_PLAN: {path} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ConfigError(f"{path}:{line}: not YAML: {getattr(error, 'problem', error)}") from None
    reader = _Reader(known_wishes(root))
    _note_lines(node, (), reader.lines)
    plan = _plan(reader, content)
    if reader.faults:
        faults = sorted(reader.faults, key=lambda fault: fault.line)
        raise ConfigError("\n".join(f"{path}:{fault.line}: {fault.expected}" for fault in faults))
    return plan


def known_wishes(root: Path) -> frozenset[str]:
    """Give the wishes that the bot knows, from its domain."""
    found: set[str] = set()
    for file in sorted((root / "bot" / "domain").glob("*.yml")):
        rows = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("intents") or []
        found.update(next(iter(row)) if isinstance(row, dict) else row for row in rows)
    return frozenset(found)


def _note_lines(
    node: yaml.Node | None, path: tuple[object, ...], lines: dict[tuple[object, ...], int]
) -> None:
    if node is None:
        return
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines[(*path, key.value)] = key.start_mark.line + 1
            _note_lines(value, (*path, key.value), lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _note_lines(value, (*path, number), lines)


def _plan(reader: _Reader, content: object) -> Plan:
    body = reader.mapping(
        content,
        (),
        ("version", "firm", "teams", "routes", "pressing", "meanwhile", "satisfaction"),
        "version",
        "firm",
        "teams",
        "routes",
    )
    if body.get("version") not in (None, 1):
        reader.wrong(("version",), "expected 1")
    firm = reader.mapping(
        body.get("firm"),
        ("firm",),
        ("name", "time_zone", "hours", "places"),
        "name",
        "time_zone",
        "hours",
    )
    zone = _zone(reader, firm.get("time_zone"))
    return Plan(
        firm=reader.text(firm.get("name"), ("firm", "name")),
        zone=zone,
        places=_places(reader, firm, zone),
        teams=_teams(reader, body.get("teams"), firm, zone),
        routes=_routes(reader, body.get("routes")),
        pressing=reader.wishes(body.get("pressing"), ("pressing",)),
        meanwhile=reader.wishes(body.get("meanwhile"), ("meanwhile",)),
        satisfaction=_satisfaction(reader, body.get("satisfaction", {})),
    )


def _satisfaction(reader: _Reader, value: object) -> Satisfaction | None:
    """Read when customers are asked how it was; left out means as usual, `false` never."""
    if value is False:
        return None
    path = ("satisfaction",)
    given = reader.mapping(value, path, ("after_minutes", "quiet_minutes", "every_days"))
    after = reader.number(given.get("after_minutes", 10), (*path, "after_minutes"), most=1440)
    quiet = reader.number(given.get("quiet_minutes", 3), (*path, "quiet_minutes"), most=60)
    every = reader.number(given.get("every_days", 30), (*path, "every_days"), most=365)
    return Satisfaction(timedelta(minutes=after), timedelta(minutes=quiet), timedelta(days=every))


def _zone(reader: _Reader, name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name)) if name is not None else _UTC
    except (ZoneInfoNotFoundError, ValueError):
        reader.wrong(
            ("firm", "time_zone"), f"expected a time zone like Europe/Warsaw, not {name!r}"
        )
        return _UTC


def _places(reader: _Reader, firm: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Location]:
    path: tuple[object, ...] = ("firm", "places")
    found = {}
    rows = firm.get("places") or {}
    for name, row in reader.mapping(
        rows, path, tuple(rows) if isinstance(rows, dict) else ()
    ).items():
        here = (*path, name)
        body = reader.mapping(row, here, ("hours", "address", "directions"), "address")
        hours = reader.hours(body.get("hours") or firm.get("hours"), (*here, "hours"), zone)
        address = reader.by_language(body.get("address"), (*here, "address"))
        ways = body.get("directions")
        directions = reader.by_language(ways, (*here, "directions")) if ways else {}
        found[str(name)] = Location(hours, address, directions)
    return found


def _teams(
    reader: _Reader, value: object, firm: Mapping[str, Any], zone: ZoneInfo
) -> dict[Team, Hours]:
    names = tuple(team.value for team in Team)
    found = {}
    for name, row in reader.mapping(value, ("teams",), names, *names).items():
        body = reader.mapping(row if row is not None else {}, ("teams", name), ("hours",))
        if name in names:
            own = "hours" in body
            hours = body.get("hours") if own else firm.get("hours")
            path = ("teams", name, "hours") if own else ("firm", "hours")
            found[Team(name)] = reader.hours(hours, path, zone)
    return found


def _routes(reader: _Reader, value: object) -> tuple[Route, ...]:
    if not isinstance(value, list):
        reader.wrong(("routes",), "expected a list of rules")
        return ()
    routes = tuple(_route(reader, row, ("routes", number)) for number, row in enumerate(value))
    led = {wish for one in routes if not one.words and not one.customer for wish in one.wishes}
    for wish in sorted(reader.known - led):
        reader.wrong(("routes",), f"no rule leads the wish {wish!r} anywhere")
    return routes


def _route(reader: _Reader, value: object, path: tuple[object, ...]) -> Route:
    keys = ("name", "words", "unless", "before", "wishes", "customer", "to")
    body = reader.mapping(value, path, keys, "name", "to")
    to = body.get("to")
    if to not in (None, *_WAYS):
        reader.wrong((*path, "to"), f"expected one of {', '.join(_WAYS)}, not {to!r}")
    if not any(body.get(key) for key in ("words", "wishes", "customer")):
        reader.wrong(path, "a rule looks at words, wishes or customer; this one at nothing")
    if not isinstance(body.get("before", False), bool):
        reader.wrong((*path, "before"), "expected true or false")
    teams = {team.value for team in Team}
    return Route(
        name=reader.text(body.get("name"), (*path, "name")),
        to=Team(to) if to in teams else Place(to) if to in _WAYS else Place.BOT,
        words=reader.patterns(body.get("words"), (*path, "words")),
        unless=reader.patterns(body.get("unless"), (*path, "unless")),
        before=bool(body.get("before", False)),
        wishes=reader.wishes(body.get("wishes"), (*path, "wishes")),
        customer=_customer(reader, body.get("customer"), (*path, "customer")),
    )


def _customer(
    reader: _Reader, value: object, path: tuple[object, ...]
) -> dict[str, tuple[str, ...]]:
    found = {}
    for key, row in reader.mapping(value or {}, path, tuple(_CUSTOMER)).items():
        values = tuple(row) if isinstance(row, list) else (row,)
        for one in values:
            if key in _CUSTOMER and one not in _CUSTOMER[key]:
                allowed = ", ".join(_CUSTOMER[key])
                reader.wrong((*path, key), f"expected one of {allowed}, not {one!r}")
        found[str(key)] = tuple(str(one) for one in values)
    return found
