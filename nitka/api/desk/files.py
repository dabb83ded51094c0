"""Files at the desk: what staff attach, and what stands in threads: `/api/desk/files`."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from nitka.api.desk import shapes
from nitka.api.desk.gate import DeskGate, caller_of
from nitka.domain.staff import Right
from nitka.file_http import UPLOAD_BODY, read_upload, serve
from nitka.service.attach import Attach
from nitka.service.look import Look

PATH = "/api/desk/files"


class FilesApi:
    """Uploads, and files as they are shown: to who is signed in, noted as a look."""

    def __init__(self, gate: DeskGate, attach: Attach, look: Look) -> None:
        self._gate = gate
        self._attach = attach
        self._look = look

    def router(self) -> APIRouter:
        """Give the routes, below `/api/desk`."""
        router = APIRouter(prefix="/files")
        read = [Depends(self._gate.needs(Right.READ))]
        answer = [Depends(self._gate.needs(Right.ANSWER))]
        router.add_api_route(
            "",
            self.keep,
            methods=["POST"],
            dependencies=answer,
            status_code=201,
            openapi_extra={"requestBody": UPLOAD_BODY},
        )
        router.add_api_route("", self.limits, methods=["GET"], dependencies=read)
        router.add_api_route(
            "/{file_id}",
            self.show,
            methods=["GET"],
            dependencies=read,
            response_class=Response,
        )
        router.add_api_route(
            "/{file_id}", self.drop, methods=["DELETE"], dependencies=answer, status_code=204
        )
        return router

    async def limits(self) -> shapes.FileLimits:
        """Say what files are taken."""
        return shapes.FileLimits(bytes=self._attach.limit, types=list(self._attach.types))

    async def keep(self, request: Request) -> shapes.KeptFile:
        """Upload one file in the field `file`; unless it is sent, it is removed after a day.

        413 `file_too_large`, 415 `file_type`, 400 `file_empty`.
        """
        name, content = await read_upload(request, limit=self._attach.limit)
        staff = caller_of(request).account.staff
        file = await self._attach.keep(content, name=name, staff=staff)
        return shapes.KeptFile(
            id=file.id,
            kind=file.attachment.kind.value,
            name=file.name,
            type=file.media_type,
            size=file.size,
        )

    async def show(self, request: Request, file_id: str) -> Response:
        """Give a file that stands in a thread, or one's own that is not sent yet."""
        account = caller_of(request).account
        file, content, customer_id = await self._attach.load(file_id, account.staff)
        if customer_id is not None:
            await self._look.note(account, customer_id)
        return serve(file, content)

    async def drop(self, request: Request, file_id: str) -> None:
        """Do without an uploaded file that is not sent yet."""
        await self._attach.drop(file_id, caller_of(request).account.staff)
