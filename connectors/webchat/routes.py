"""Web chat over HTTP: sessions, the socket, files up and down."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Request, Response, WebSocket
from pydantic import BaseModel, Field, StringConstraints

from connectors.webchat.identity import Identities, Identity
from connectors.webchat.protocol import FILE_URL, SUBPROTOCOL, TEXT_LIMIT
from connectors.webchat.rate import Visits
from connectors.webchat.socket import Conversation, Manners
from connectors.webchat.token import Tokens, Visitor, new_visitor
from connectors.webchat.wire import SocketWire
from nitka.domain.address import Channel
from nitka.domain.customer import Profile
from nitka.domain.text import storable
from nitka.errors import Refused
from nitka.file_http import UPLOAD_BODY, read_upload, serve
from nitka.ports import Continuing, Front, Recognising, Signed, Uploads

PREFIX = "/api/webchat"
WRONG_SUBPROTOCOL = 4406
PAGE_LIMIT = 300

Text = Annotated[str, StringConstraints(max_length=16_384)]


class Opening(BaseModel):
    """What a session is opened with; all of it may be left out."""

    token: Text | None = Field(None, description="The visitor's token, if he has one.")
    identity: Text | None = Field(None, description="A JWT signed with the site's key.")
    locale: Literal["en", "ru", "pl"] | None = None
    page: Text | None = Field(None, description="The address of the page with the widget.")


class Limits(BaseModel):
    text: int = Field(description="Characters in a message.")
    file_bytes: int
    file_types: list[str] = Field(description="Media types.")


class Opened(BaseModel):
    """A session. `seq` is the number of the thread's last line."""

    token: str
    seq: int
    limits: Limits
    channels: list[Channel] = Field(description="The others that one can continue on.")


class Link(BaseModel):
    """A one-time code for continuing elsewhere: a link for Telegram, words to send for Slack."""

    code: str
    expires_at: datetime
    telegram: str | None = None
    slack: str | None = None


class LinkRequest(BaseModel):
    token: Text = Field(description="The visitor's token.")


class KeptFile(BaseModel):
    """An uploaded file, to be sent with the frame `upload {id, file}`."""

    id: str
    kind: Literal["image", "file"]
    name: str
    type: str
    size: int
    url: str


@dataclass(slots=True)
class WebChatApi:
    """The endpoints, and how many sockets are open."""

    front: Front
    uploads: Uploads
    tokens: Tokens
    identities: Identities
    continuing: Continuing
    recognising: Recognising
    manners: Manners = field(default_factory=Manners)
    visits: Visits = field(default_factory=Visits)
    sockets: int = 0

    def router(self) -> APIRouter:
        """Give the routes, all under `/api/webchat`."""
        router = APIRouter(prefix=PREFIX, tags=["web chat"])
        router.add_api_route(
            "/sessions",
            self.open_session,
            methods=["POST"],
            status_code=201,
            response_model=Opened,
            summary="Open or resume a visitor's session",
        )
        router.add_api_route(
            "/links",
            self.link,
            methods=["POST"],
            status_code=201,
            response_model=Link,
            response_model_exclude_none=True,
            summary="Get a one-time code for continuing on another channel",
        )
        router.add_api_route(
            "/files",
            self.upload,
            methods=["POST"],
            status_code=201,
            response_model=KeptFile,
            summary="Upload a file, with the visitor's token as bearer token",
            openapi_extra=_UPLOAD,
        )
        router.add_api_route(
            "/files/{file_id}",
            self.download,
            methods=["GET"],
            response_class=Response,
            summary="Get a file that stands in a thread",
        )
        router.add_api_websocket_route("/socket", self.socket)
        return router

    async def open_session(self, opening: Opening, request: Request) -> Opened:
        """Open a session; a token that we did not issue begins a new one."""
        wait = self.visits.take(request.client.host if request.client else None)
        if wait > 0:
            sentence = "Too many sessions were opened from this address; try again shortly."
            raise HTTPException(429, sentence, headers={"Retry-After": str(int(wait) + 1)})
        identity = None
        if opening.identity is not None:
            identity = self.identities.verify(opening.identity)
        visitor = await self._recognised(opening, identity)
        position = await self.front.position(visitor.address)
        limits = Limits(
            text=TEXT_LIMIT, file_bytes=self.uploads.limit, file_types=list(self.uploads.types)
        )
        token = self.tokens.issue(visitor)
        return Opened(
            token=token,
            seq=position.seq if position else 0,
            limits=limits,
            channels=sorted(self.continuing.channels),
        )

    async def link(self, asked: LinkRequest) -> Link:
        """Give the visitor a code. 401 `unknown_token`, 429 `too_many_requests`."""
        visitor = self.tokens.read(asked.token)
        if visitor is None:
            raise Refused("unknown_token", "The token is no visitor's token.", status=401)
        invitation = await self.continuing.invite(visitor.address, visitor.profile)
        return Link(
            code=invitation.code,
            expires_at=invitation.expires_at,
            telegram=invitation.ways.get(Channel.TELEGRAM),
            slack=invitation.ways.get(Channel.SLACK),
        )

    async def _recognised(self, opening: Opening, identity: Identity | None) -> Visitor:
        """Give the visitor; one with a signed identity is joined with whom it says he is.

        If his browser's thread is another signed-in customer's by now, he gets one of his own.
        """
        visitor = self._visitor(opening, identity)
        if identity is None:
            return visitor
        before = self.tokens.read(opening.token) if opening.token else None
        seen_with = before.address if before and before.id != visitor.id else None
        signed = Signed(
            identity.subject,
            identity.email,
            identity.phone,
            identity.digest,
            identity.expires_at,
        )
        try:
            await self.recognising.recognise(
                visitor.address, visitor.profile, signed, seen_with=seen_with
            )
        except Refused as no:
            if no.code != "identity_clash":
                raise
            seen_with = visitor.address
            profile = Profile(
                identity.name,
                opening.locale,
                identity.email,
                identity.phone,
                _page(opening.page),
            )
            visitor = new_visitor(profile, subject=identity.subject)
            await self.recognising.recognise(
                visitor.address, visitor.profile, signed, seen_with=seen_with
            )
        return visitor

    def _visitor(self, opening: Opening, identity: Identity | None) -> Visitor:
        """Resume the visitor of the token, or make one.

        A token that was proved to be another customer of the site is not resumed: two people may
        share one browser, and neither shall see the other's thread.
        """
        known = self.tokens.read(opening.token) if opening.token else None
        if known and identity and known.subject not in (None, identity.subject):
            known = None
        if known is None:
            profile = Profile(locale=opening.locale, page=_page(opening.page))
            known = new_visitor(profile)
        if identity is None:
            return known
        profile = replace(
            known.profile,
            name=identity.name or known.profile.name,
            email=identity.email or known.profile.email,
            phone=identity.phone or known.profile.phone,
        )
        return replace(known, profile=profile, subject=identity.subject)

    async def upload(self, request: Request) -> KeptFile:
        """Keep one file of a multipart request's field `file`."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        visitor = self.tokens.read(token.strip()) if scheme.lower() == "bearer" else None
        if visitor is None:
            raise Refused("unknown_token", "The bearer token is no visitor's token.", status=401)
        name, content = await read_upload(request, limit=self.uploads.limit)
        file = await self.uploads.keep(content, name=name, owner=str(visitor.address))
        kind = file.attachment.kind.value
        return KeptFile.model_validate(
            {
                "id": file.id,
                "kind": kind,
                "name": file.name,
                "type": file.media_type,
                "size": file.size,
                "url": FILE_URL + file.id,
            }
        )

    async def download(self, file_id: str) -> Response:
        """Serve a file to whoever knows its unguessable id."""
        found = await self.uploads.load(file_id)
        if found is None or found[0].withdrawn:
            raise Refused("unknown_file", "There is no such file.", status=404)
        return serve(*found, anywhere=True)

    async def socket(self, socket: WebSocket) -> None:
        """Serve the protocol `nitka.v1` on one WebSocket."""
        offered = socket.scope.get("subprotocols") or []
        fits = SUBPROTOCOL in offered
        await socket.accept(subprotocol=SUBPROTOCOL if fits else None)
        wire = SocketWire(socket)
        if offered and not fits:
            await wire.close(WRONG_SUBPROTOCOL, f"the subprotocol is {SUBPROTOCOL}")
            return
        self.sockets += 1
        try:
            await Conversation(
                wire,
                front=self.front,
                uploads=self.uploads,
                tokens=self.tokens,
                manners=self.manners,
            ).run()
        finally:
            self.sockets -= 1


def _page(page: str | None) -> str | None:
    """Keep a web page's address, without its query: that may hold what is nobody's business."""
    if page is None or not page.lower().startswith(("http://", "https://")):
        return None
    return storable(page.split("#")[0].split("?")[0][:PAGE_LIMIT])


_UPLOAD = {"security": [{"visitor": []}], "requestBody": UPLOAD_BODY}
