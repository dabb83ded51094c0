"""`/api/v1`: shapes, scopes, and that a key is carried out once."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from nitka.api.v1.gate import Scope
from nitka.domain.address import Address, Channel
from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.message import Author
from nitka.domain.thread import Owner, Team
from nitka.ports import Job, topic_of
from tests.unit.api.conftest import House
from tests.unit.api.doubles import AT

WEB = Address(Channel.WEB, "site", "v1")
TELEGRAM = Address(Channel.TELEGRAM, "bot", "123")
V1 = "/api/v1"


def handoff(customer_id: UUID, team: Team = Team.SALES) -> Handoff:
    return Handoff(uuid4(), customer_id, team, "bulk_quote", {"count": 3}, HandoffState.WAITING, AT)


async def test_a_customer_is_shown_whole(house: House) -> None:
    """The shape that others rely on, to the letter."""
    shelf = house.store.shelf
    customer_id = shelf.add_customer(WEB, TELEGRAM)
    shelf.owners[customer_id] = (Owner.NOBODY, Team.SALES)
    shelf.slots[customer_id] = {"order_number": "A-1", "email": None}
    shelf.handoffs.append(handoff(customer_id))
    answer = await house.http.get(
        f"{V1}/customers", params={"channel": "telegram", "address": "123"}, headers=house.reads
    )
    assert answer.json() == {
        "customers": [
            {
                "id": str(customer_id),
                "name": "Ola",
                "owner": "nobody",
                "team": "sales",
                "language": "pl",
                "addresses": [
                    {"channel": "web", "address": "v1", "evidence": "own"},
                    {"channel": "telegram", "address": "123", "evidence": "own"},
                ],
                "slots": {"order_number": "A-1"},
                "handoffs": [
                    {
                        "id": str(shelf.handoffs[0].id),
                        "team": "sales",
                        "state": "waiting",
                        "reason": "bulk_quote",
                    }
                ],
                "suggestions": [],
            }
        ]
    }


async def test_customers_are_found_by_each_way(house: House) -> None:
    """By id, by address, by e-mail; nobody is an empty list; no question is a 400."""
    customer_id = str(house.store.shelf.add_customer(WEB, email="o@example.com"))
    found = []
    for query in (
        {"id": customer_id},
        {"channel": "web", "address": "v1"},
        {"email": "O@example.com"},
        {"id": str(uuid4())},
        {"channel": "slack", "address": "v1"},
        {"email": "x@example.com"},
    ):
        answer = await house.http.get(f"{V1}/customers", params=query, headers=house.reads)
        found.append([c["id"] for c in answer.json()["customers"]])
    assert found == [[customer_id]] * 3 + [[]] * 3
    answer = await house.http.get(f"{V1}/customers?channel=web", headers=house.reads)
    assert (answer.status_code, answer.json()["code"]) == (400, "filter_missing")


async def _say(
    house: House, key: str | None = None, **body: object
) -> tuple[int, dict[str, object]]:
    headers = house.writes | ({"Idempotency-Key": key} if key else {})
    answer = await house.http.post(f"{V1}/messages", json=body, headers=headers)
    return answer.status_code, answer.json()


async def test_the_thread_is_shown(house: House) -> None:
    """Every line with seq, channel, author and state; after N; an unknown customer is a 404."""
    customer_id = house.store.shelf.add_customer(WEB)
    for text in "abc":
        await _say(house, customer=str(customer_id), text=text)
    path = f"{V1}/customers/{customer_id}/messages"
    answer = await house.http.get(path, params={"after": 1}, headers=house.reads)
    lines = answer.json()["messages"]
    assert [(line["seq"], line["text"]) for line in lines] == [(2, "b"), (3, "c")]
    assert {k: lines[0][k] for k in ("channel", "author", "state", "customer")} == {
        "channel": "web",
        "author": "system",
        "state": "pending",
        "customer": str(customer_id),
    }
    answer = await house.http.get(f"{V1}/customers/{uuid4()}/messages", headers=house.reads)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_customer")


async def test_a_message_goes_out_once_by_its_key(house: House) -> None:
    """A line and an outbox row; the same key again gives the same answer and does nothing."""
    customer_id = house.store.shelf.add_customer(WEB, TELEGRAM)
    body = {"text": "Your parcel is here", "buttons": [{"title": "Thanks", "payload": "/thanks"}]}
    first = await _say(house, "k1", customer=str(customer_id), **body)
    again = await _say(house, "k1", customer=str(customer_id), **body)
    assert first[0] == 201
    assert first == again
    shelf = house.store.shelf
    (line,) = shelf.lines[customer_id]
    assert (line.author, line.buttons[0].payload) == (Author.SYSTEM, "/thanks")
    assert shelf.outgoing == [(line.id, shelf.known[0][1].id)]
    assert house.wakes.woken == [(Job.DELIVERY, customer_id)]
    assert house.wakes.published == [(topic_of(customer_id), {"kind": "thread"})]


async def test_a_key_is_one_requests_only(house: House) -> None:
    """The same key with another body is refused; another token's same key is another key."""
    customer_id = str(house.store.shelf.add_customer(WEB))
    await _say(house, "k1", customer=customer_id, text="a")
    status, body = await _say(house, "k1", customer=customer_id, text="b")
    assert (status, body["code"]) == (422, "idempotency_key_reused")
    other = house.token(Scope.WRITE, Scope.READ) | {"Idempotency-Key": "k1"}
    answer = await house.http.post(
        f"{V1}/messages", json={"customer": customer_id, "text": "b"}, headers=other
    )
    assert answer.status_code == 201


async def test_without_a_key_each_request_counts(house: House) -> None:
    """Two requests, two lines."""
    customer_id = house.store.shelf.add_customer(WEB)
    await _say(house, customer=str(customer_id), text="a")
    await _say(house, customer=str(customer_id), text="a")
    assert len(house.store.shelf.lines[customer_id]) == 2


async def test_it_goes_to_the_address_that_is_named(house: House) -> None:
    """By channel and address: there, and nowhere else."""
    shelf = house.store.shelf
    shelf.add_customer(WEB, TELEGRAM)
    await _say(house, channel="telegram", address="123", text="a")
    assert house.store.shelf.outgoing[0][1] == shelf.known[1][1].id
    status, body = await _say(house, channel="telegram", address="124", text="a")
    assert (status, body["code"]) == (404, "unknown_address")


async def test_nobody_reachable_is_a_409(house: House) -> None:
    """No line is added that can go nowhere."""
    customer_id = house.store.shelf.add_customer()
    status, body = await _say(house, customer=str(customer_id), text="a")
    assert (status, body["code"]) == (409, "unreachable")
    status, body = await _say(house, customer=str(uuid4()), text="a")
    assert (status, body["code"]) == (404, "unknown_customer")
    assert house.store.shelf.lines[customer_id] == []


async def test_a_message_comes_in_once_by_its_key(house: House) -> None:
    """As if the customer had written it, from an address nobody wrote from yet, too."""
    body: dict[str, Any] = {"channel": "web", "address": "new", "text": "Hi", "direction": "in"}
    first = await _say(house, "k1", **body)
    again = await _say(house, "k1", **body)
    assert first == again
    assert (first[0], first[1]["author"], first[1]["seq"]) == (201, "customer", 1)
    (inbound,) = house.receiver.inbounds
    assert inbound.address == Address(Channel.WEB, "site", "new")
    status, refused = await _say(house, **(body | {"channel": "slack"}))
    assert (status, refused["code"]) == (404, "unknown_address")


async def test_a_crash_between_storing_and_answering_adds_nothing(house: House) -> None:
    """The key is the inbound's own id, so the same request finds what it stored."""
    body: dict[str, Any] = {"channel": "web", "address": "new", "text": "Hi", "direction": "in"}
    first = await _say(house, "k1", **body)
    house.store.shelf.answers.clear()
    assert await _say(house, "k1", **body) == first


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.text"),
        ({"text": "a"}, "body"),
        ({"text": "a", "channel": "web"}, "body"),
        ({"text": "a", "customer": "x"}, "body.customer"),
        ({"text": "", "channel": "web", "address": "v1"}, "body.text"),
        ({"text": " ", "channel": "web", "address": "v1"}, "body"),
        ({"text": "a\x00b", "channel": "web", "address": "v1"}, "body.text"),
        ({"text": "a", "channel": "web", "address": "\x00"}, "body.address"),
        ({"text": "x" * 4001, "channel": "web", "address": "v1"}, "body.text"),
        ({"text": "a", "channel": "fax", "address": "v1"}, "body.channel"),
        ({"text": "a", "channel": "web", "address": "v1", "direction": "up"}, "body.direction"),
        (
            {"text": "a", "channel": "web", "address": "v1", "buttons": [{"title": "a"}]},
            "body.buttons.0.payload",
        ),
    ],
)
async def test_a_bent_message_names_the_field(
    house: House, body: dict[str, Any], field: str
) -> None:
    """422 and where it is wrong."""
    status, problem = await _say(house, **body)
    errors = problem["errors"]
    assert isinstance(errors, list)
    assert (status, problem["code"], errors[0]["field"]) == (422, "invalid_request", field)


async def test_handoffs_are_listed(house: House) -> None:
    """By team and state, each with its customer and what was known."""
    customer_id = house.store.shelf.add_customer(WEB)
    house.store.shelf.handoffs += [handoff(customer_id), handoff(customer_id, Team.SUPPORT)]
    answer = await house.http.get(
        f"{V1}/handoffs", params={"team": "sales", "state": "waiting"}, headers=house.reads
    )
    (shown,) = answer.json()["handoffs"]
    assert (shown["customer"], shown["facts"], shown["team"]) == (
        str(customer_id),
        {"count": 3},
        "sales",
    )


@pytest.mark.parametrize(
    ("scopes", "read", "write"),
    [
        ((Scope.READ,), 200, 403),
        ((Scope.WRITE,), 200, 201),
        ((Scope.STAFF,), 200, 403),
        ((), 403, 403),
    ],
)
async def test_scopes_open_what_they_say(
    house: House, scopes: tuple[Scope, ...], read: int, write: int
) -> None:
    """`read` reads, `write` writes too, `staff` reads."""
    house.store.shelf.add_customer(WEB)
    headers = house.token(*scopes)
    got = await house.http.get(f"{V1}/handoffs", headers=headers)
    body = {"channel": "web", "address": "v1", "text": "a"}
    put = await house.http.post(f"{V1}/messages", json=body, headers=headers)
    assert (got.status_code, put.status_code) == (read, write)


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic dDp0", "Bearer ż"])
async def test_without_a_valid_token_there_is_nothing(house: House, header: str | None) -> None:
    """401 and how to come in, before anything else is looked at."""
    headers = [(b"Authorization", header.encode())] if header else []
    for method, path in (("GET", "/handoffs"), ("GET", "/customers?id=x"), ("POST", "/messages")):
        answer = await house.http.request(method, V1 + path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
