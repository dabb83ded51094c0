"""The action server: Rasa's webhook over the actions, and a health check.

Owns the wiring of actions to a shop and a clock. Serves what the engine calls:
``POST /webhook`` (Rasa's action server protocol) and ``GET /health``; and what the service asks
when a customer is erased, ``POST /forget``, and when staff look at one, ``POST /portrait``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime

import structlog
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from actions import (
    complaint,
    conversation,
    fallback,
    language,
    order_status,
    people,
    portrait,
    products,
)
from actions.action import BotAction
from actions.demo_shop.shop import DemoShop
from actions.labels import Labels
from actions.shop import GuardedShop, Shop, ShopUnavailable

log = structlog.get_logger("nitka.actions")
OpenShop = Callable[[], AbstractAsyncContextManager[Shop]]


def today() -> date:
    """Returns the present day (UTC), which "late" is measured by."""
    return datetime.now(UTC).date()


def all_actions(shop: Shop, labels: Labels, now: Callable[[], date] = today) -> list[BotAction]:
    """Returns every action of the domain, working on a shop."""
    return [
        conversation.ActionAbuse(),
        conversation.ActionAffirm(),
        conversation.ActionDeny(),
        conversation.ActionGreet(),
        conversation.ActionInform(shop, now),
        conversation.ActionRepeat(labels),
        conversation.ActionStartOver(),
        language.ActionChangeLanguage(),
        language.ActionConfirmLanguage(),
        fallback.ActionFallback(labels),
        people.ActionAskHuman(),
        people.ActionHandOver(),
        people.ValidateSupportForm(),
        complaint.ActionOpenComplaint(shop),
        complaint.ValidateComplaintForm(),
        order_status.ActionOrderStatus(shop, now),
        order_status.ValidateOrderForm(shop),
        products.ActionProductAdvice(shop, labels),
        products.ActionProductAnswer(shop),
        products.ValidateProductForm(shop),
    ]


def create_app(open_shop: OpenShop) -> Starlette:
    """Returns the server; the shop is opened when it starts and closed when it stops."""
    executor = ActionExecutor()
    shops: list[Shop] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with open_shop() as shop:
            shops.append(GuardedShop(shop))
            for action in all_actions(shops[0], Labels.load()):
                executor.register_function(action.name, action.run)
            log.info("actions.ready", actions=len(executor.actions))
            yield

    async def webhook(request: Request) -> Response:
        return await run(executor, request)

    async def forget(request: Request) -> Response:
        return await forget_customers(shops[0], request)

    async def portrait_of(request: Request) -> Response:
        return await portrait.show(shops[0], request)

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    routes = [
        Route("/webhook", webhook, methods=["POST"]),
        Route("/forget", forget, methods=["POST"]),
        Route("/portrait", portrait_of, methods=["POST"]),
        Route("/health", health, methods=["GET"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def forget_customers(shop: Shop, request: Request) -> Response:
    """Forgets customers: 400 for a body without their ids, 503 when the shop is away."""
    try:
        customers = [str(one) for one in (await request.json())["customers"]]
    except (ValueError, KeyError, TypeError):
        return JSONResponse({"error": 'The body must be {"customers": [id, …]}.'}, 400)
    try:
        return JSONResponse({"forgotten": await shop.forget(customers)})
    except ShopUnavailable:
        return JSONResponse({"error": "The shop is away."}, 503)


async def run(executor: ActionExecutor, request: Request) -> Response:
    """Runs one action: 400 when it declines or the body is bent, 404 when there is none."""
    try:
        call = await request.json()
        name = call["next_action"]
        call["tracker"]["sender_id"]
    except (ValueError, KeyError, TypeError):
        return JSONResponse({"error": "Not an action call.", "action_name": ""}, 400)
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as declined:
        return JSONResponse({"error": declined.message, "action_name": name}, 400)
    except ActionNotFoundException as missing:
        return JSONResponse({"error": missing.message, "action_name": name}, 404)
    except Exception as error:
        log.exception("action.failed", action=name)
        return JSONResponse({"error": type(error).__name__, "action_name": name}, 500)
    return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})


def demo_shop(database_url: str) -> OpenShop:
    """Returns an opener for the demo shop, seeded for today."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Shop]:
        shop = await DemoShop.open(database_url, today=today())
        try:
            yield shop
        finally:
            await shop.close()

    return opened
