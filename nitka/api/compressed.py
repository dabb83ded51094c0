"""Static files as the build has compressed them, for who takes them so.

Only files of the build: nothing that is made for one person is compressed together with what
somebody else may write (https://breachattack.com).
"""

from __future__ import annotations

from mimetypes import guess_type

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_SUFFIXES = {"br": ".br", "gzip": ".gz"}  # the smallest first


class CompressedFiles(StaticFiles):
    """Serves `x.js.br` or `x.js.gz` for `x.js` where it lies beside it and is accepted.

    Each has an `ETag` of its own, and caches are told what the choice was made by.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Give the file. Raises `HTTPException` 404 if there is none, 405 for other methods."""
        for coding in accepted(Headers(scope=scope).get("accept-encoding", "")):
            try:
                response = await super().get_response(path + _SUFFIXES[coding], scope)
            except HTTPException as error:
                if error.status_code != 404:
                    raise
                continue
            if response.status_code != 304:
                response.headers["Content-Encoding"] = coding
                response.headers["Content-Type"] = _media_type(path)
            return _varying(response)
        return _varying(await super().get_response(path, scope))


def accepted(header: str) -> list[str]:
    """Give the codings of ours that an `Accept-Encoding` takes, the one that it likes best first.

    https://www.rfc-editor.org/rfc/rfc9110#field.accept-encoding
    """
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        coding, _, more = part.partition(";")
        weights[coding.strip()] = _weight(more)
    liked = {coding: weights.get(coding, weights.get("*", 0.0)) for coding in _SUFFIXES}
    return sorted((one for one in liked if liked[one] > 0), key=lambda one: -liked[one])


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _media_type(path: str) -> str:
    found = guess_type(path)[0] or "text/plain"
    return f"{found}; charset=utf-8" if found.startswith("text/") else found


def _varying(response: Response) -> Response:
    response.headers["Vary"] = "Accept-Encoding"
    return response
