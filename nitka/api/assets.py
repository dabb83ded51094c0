"""The browser's files: the widget's script for any page, the demo shop at `/`, the desk."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from nitka.api.compressed import CompressedFiles
from nitka.errors import Refused

PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
DESK_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_SOON = "public, max-age=300"


class Assets:
    """Serves `web/dist`: `widget.js`, `desk/`, and with the demo on `demo/`."""

    def __init__(self, dist: Path, *, demo: bool) -> None:
        self._dist = dist
        self._demo = demo
        self._files = CompressedFiles(directory=dist, check_dir=False)

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        both = ["GET", "HEAD"]
        router.add_api_route("/widget.js", self.widget, methods=both)
        router.add_api_route("/", self.page, methods=both)
        router.add_api_route("/demo/{path:path}", self.demo_file, methods=both)
        router.add_api_route("/desk", self.desk, methods=both)
        router.add_api_route("/desk/{path:path}", self.desk_file, methods=both)
        return router

    async def widget(self, request: Request) -> Response:
        """Give the script that puts the widget on a page, from any origin."""
        response = await self._file("widget.js", request)
        response.headers["Cache-Control"] = _SOON
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    async def page(self, request: Request) -> Response:
        """Give the demo shop's page."""
        return await self.demo_file("index.html", request)

    async def demo_file(self, path: str, request: Request) -> Response:
        """Give a file of the demo shop; those with a hash in their name never change."""
        if not self._demo:
            raise HTTPException(404, "The demo is off (NITKA_DEMO=0).")
        response = await self._file(f"demo/{path}", request)
        hashed = path.startswith("assets/")
        response.headers["Cache-Control"] = _FOREVER if hashed else _ASK_AGAIN
        response.headers["Content-Security-Policy"] = PAGE_POLICY
        return response

    async def desk(self, request: Request) -> Response:
        """Give the desk's page."""
        return await self.desk_file("", request)

    async def desk_file(self, path: str, request: Request) -> Response:
        """Give a file of the desk; it runs nothing but its own scripts."""
        response = await self._file(f"desk/{path or 'index.html'}", request)
        hashed = path.startswith("assets/")
        response.headers["Cache-Control"] = _FOREVER if hashed else _ASK_AGAIN
        response.headers["Content-Security-Policy"] = DESK_POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    async def _file(self, path: str, request: Request) -> Response:
        if not (self._dist / "widget.js").is_file():
            sentence = "The browser's files are not built yet: `make up` builds them."
            raise Refused("assets_missing", sentence, status=503)
        return await self._files.get_response(path, request.scope)
