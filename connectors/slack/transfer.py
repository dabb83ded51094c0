"""Moves files: customers' from Slack to us, ours to Slack.

Tokens go to Slack's own hosts and to the one of `NITKA_SLACK_API` only, never to where a payload
or a redirect points. Source: https://docs.slack.dev/messaging/working-with-files
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from connectors.fields import obj
from connectors.slack.faults import classified
from connectors.slack.fields import text
from connectors.slack.workspaces import Workspaces
from nitka.errors import SendError, SendFault

Load = Callable[[str], Awaitable[bytes | None]]

_PIECE = 64 * 1024


class Transfer:
    """Uploads and downloads. `limit`: the most bytes that a customer's file may have."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        workspaces: Workspaces,
        *,
        api: str,
        load: Load,
        limit: int,
    ) -> None:
        self._http = http
        self._workspaces = workspaces
        self._api = urlsplit(api)
        self._load = load
        self._limit = limit

    async def upload(self, client: AsyncWebClient, body: Mapping[str, object]) -> str:
        """Bring a file's bytes to Slack and give its id there; nobody sees it yet."""
        content = await self._load(str(body["file_id"]))
        if content is None:
            raise _rejected("the file is not there any more")
        with classified("files.getUploadURLExternal"):
            answer = await client.files_getUploadURLExternal(
                filename=str(body["name"]), length=len(content)
            )
        given = obj(answer.data)
        url, file_id = text(given, "upload_url"), text(given, "file_id")
        if not file_id or not self._is_slacks(url):
            raise _rejected("Slack gave no place of its own for the file")
        with classified("upload of a file"):
            async with self._http.post(url, data=content, allow_redirects=False) as answered:
                status = answered.status
        if status >= 500:
            raise SendError(SendFault.PLATFORM_DOWN, f"upload: HTTP {status}", retryable=True)
        if status != 200:
            raise _rejected(f"upload: HTTP {status}")
        return file_id

    async def download(self, source: str) -> bytes:
        """Fetch a customer's file by its source, see `connectors.slack.files`."""
        team, _, place = source.partition(":")
        url = await self._url_of(team, place) if place.startswith("file:") else place
        if not self._is_slacks(url):
            raise _rejected("the file does not lie with Slack")
        token = await self._workspaces.token(team)
        headers = {"Authorization": f"Bearer {token}"}
        with classified("download of a file"):
            async with self._http.get(url, headers=headers, allow_redirects=False) as answer:
                self._check(answer, url)
                return await self._read(answer)

    async def _url_of(self, team: str, place: str) -> str:
        client = await self._workspaces.client(team)
        with classified("files.info"):
            answer = await client.files_info(file=place.removeprefix("file:"))
        file = obj(obj(answer.data), "file")
        return text(file, "url_private") or text(file, "url_private_download")

    def _check(self, answer: aiohttp.ClientResponse, url: str) -> None:
        if answer.status == 429 or answer.status >= 500:
            raise SendError(
                SendFault.PLATFORM_DOWN, f"download: HTTP {answer.status}", retryable=True
            )
        if answer.status != 200:  # a redirect leads to a page to sign in
            raise _rejected(f"download: HTTP {answer.status}")
        page = answer.content_type == "text/html"
        if page and not urlsplit(url).path.lower().endswith((".html", ".htm")):
            raise SendError(
                SendFault.CREDENTIALS,
                "Slack gave a page to sign in instead of the file: the app needs files:read",
                retryable=False,
            )

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        content = bytearray()
        async for piece in answer.content.iter_chunked(_PIECE):
            content += piece
            if len(content) > self._limit:
                raise _rejected(f"the file is larger than {self._limit} bytes")
        return bytes(content)

    def _is_slacks(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        same = (parts.scheme, host, port) == (self._api.scheme, self._api.hostname, self._api.port)
        if same and (parts.scheme == "https" or is_loopback(host)):
            return True
        slacks = host == "slack.com" or host.endswith(".slack.com")
        return parts.scheme == "https" and port in (None, 443) and slacks


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _rejected(detail: str) -> SendError:
    return SendError(SendFault.REJECTED, detail, retryable=False)
