"""The widget on pages: the demo shop's own policy, and a page of another origin that is unkind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.house import House

_STYLES = b"""
* { font: 60px/3 fantasy !important; color: red !important; letter-spacing: 1em !important }
button, textarea, section, article, p { display: none !important }
body > * { position: static !important; transform: rotate(9deg) }
"""


@pytest.fixture
def foreign_page(house: House) -> Iterator[str]:
    """The address of a shop on another origin: wild styles, a strict policy, old encoding."""
    socket = house.url.replace("http:", "ws:")
    policy = (
        f"default-src 'none'; style-src 'self'; script-src {house.url}; "
        f"connect-src {house.url} {socket}; img-src {house.url} blob:"
    )
    body = (
        '<!doctype html><html lang="de"><link rel="stylesheet" href="/wild.css"><body>'
        f"<h1>\u041c\u0430\u0433\u0430\u0437\u0438\u043d</h1>"
        f'<script src="{house.url}/widget.js" async data-locale="ru" data-position="left" '
        'data-title="Магазин" data-colour="#ffd400"></script></body></html>'
    ).encode("windows-1251")

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            styles = self.path == "/wild.css"
            self.send_response(200)
            self.send_header(
                "Content-Type", "text/css" if styles else "text/html; charset=windows-1251"
            )
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(_STYLES if styles else body)

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


async def test_it_works_on_a_page_of_another_origin(visit: Visit, foreign_page: str) -> None:
    """One script tag is enough: the page's styles, policy and encoding do not reach the chat."""
    chat = await visit(foreign_page)
    await expect(chat.page.locator("#title")).to_have_text("Магазин")
    await chat.ask("Где мой заказ?", "^Напишите, пожалуйста, номер заказа")
    box = await chat.panel.bounding_box()
    assert box is not None
    assert box["x"] < 100, "on the left, as the tag says"
    size = await chat.answers.first.evaluate("node => getComputedStyle(node).fontSize")
    assert size == "15px"
    await chat.reload()
    await expect(chat.answers).to_have_count(1)


async def test_without_a_place_to_keep_things_it_works_as_long_as_the_page(
    visit: Visit, house: House
) -> None:
    """A browser that refuses `localStorage` still has its conversation."""
    chat = await visit(opened=False)
    await chat.page.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"
    )
    await chat.page.reload()
    await chat.open()
    await chat.ask("Hi", "^Hello!")


async def test_the_demo_page_allows_nothing_inline(visit: Visit, house: House) -> None:
    """Its policy has no `unsafe-` in it, and nothing on it breaks the policy."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(house.url)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    chat = await visit(opened=False)
    await chat.page.evaluate(
        """() => {
            window.broken = [];
            document.addEventListener("securitypolicyviolation",
                (event) => window.broken.push(event.violatedDirective));
        }"""
    )
    await chat.open()
    await chat.ask("Hi", "^Hello!")
    await chat.page.get_by_role("button", name="PL: polski").first.evaluate("node => node.click()")
    assert await chat.page.evaluate("window.broken") == []


async def test_a_question_of_the_page_opens_the_chat_with_it(visit: Visit) -> None:
    """A suggested question is put into the field for the visitor to send, not sent for him."""
    chat = await visit(opened=False)
    await chat.page.get_by_role("button", name="Where is my order NT-10001?").click()
    await expect(chat.field).to_have_value("Where is my order NT-10001?")
    await expect(chat.mine).to_have_count(0)
    await chat.field.press("Enter")
    await chat.hears("^Order NT-10001")


async def test_the_page_can_log_its_visitor_out(visit: Visit) -> None:
    """After `Nitka.logout()` this browser knows nothing of the talk any more."""
    chat = await visit()
    await chat.ask("Hi", "^Hello!")
    await chat.page.evaluate("window.Nitka.logout()")
    await expect(chat.mine).to_have_count(0)
    await chat.reload()
    await expect(chat.page.locator(".welcome")).to_be_visible()
    await expect(chat.mine).to_have_count(0)
