"""Classifies what Slack, or the way to it, answers when it does not do what it was asked.

Source: the error lists of https://docs.slack.dev/reference/methods/chat.postMessage and others
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from nitka.errors import SendError, SendFault

DEFAULT_PAUSE = timedelta(seconds=30)  # where a 429 does not say how long
_LONGEST_PAUSE = timedelta(hours=1)

_UNREACHABLE = frozenset(
    {
        "account_inactive",
        "cannot_dm_bot",
        "channel_not_found",
        "channel_type_not_supported",
        "is_archived",
        "messages_tab_disabled",
        "not_in_channel",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    }
)
_CREDENTIALS = frozenset(
    {
        "access_denied",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
_DOWN = frozenset(
    {
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
_RATE = frozenset({"rate_limited", "ratelimited", "message_limit_exceeded"})


@contextmanager
def classified(doing: str) -> Iterator[None]:
    """Turn every fault of a call into a `SendError`; `doing` says what was being done."""
    try:
        yield
    except SlackApiError as error:
        raise fault_of(error, doing) from None
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise no_answer(f"{doing}: {type(error).__name__}") from None
    except (SlackClientError, AttributeError, ValueError) as error:
        # The SDK stumbles over bodies that are no JSON object: what became of the call is unknown.
        raise no_answer(
            f"{doing}: an answer that cannot be read ({type(error).__name__})"
        ) from None


def no_answer(detail: str) -> SendError:
    """Give the error for a call of which nobody knows whether it was carried out."""
    return SendError(SendFault.NETWORK, detail, retryable=True)


def fault_of(error: SlackApiError, doing: str) -> SendError:
    """Classify an answer of Slack's that is not `ok`."""
    status, headers, code = _read(error)
    detail = f"{doing}: {code or f'HTTP {status}'}"
    if status == 429 or code in _RATE:
        pause = _retry_after(headers)
        return SendError(SendFault.RATE_LIMITED, detail, retryable=True, retry_after=pause)
    if status >= 500 or code in _DOWN:
        return SendError(SendFault.PLATFORM_DOWN, detail, retryable=True)
    if code in _CREDENTIALS:
        return SendError(SendFault.CREDENTIALS, detail, retryable=True)
    if code in _UNREACHABLE:
        return SendError(SendFault.UNREACHABLE, detail, retryable=False)
    if code is None and status == 200:
        return no_answer(f"{doing}: an answer that says neither yes nor no")
    return SendError(SendFault.REJECTED, detail, retryable=False)


def code_of(error: SlackApiError) -> str | None:
    """Give Slack's own word for an error."""
    return _read(error)[2]


def _read(error: SlackApiError) -> tuple[int, Mapping[str, str], str | None]:
    """Give status, headers and Slack's code, from the SDK's response or from aiohttp's own."""
    response = error.response
    status = getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0
    headers = getattr(response, "headers", None) or {}
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    return int(status), headers, str(code)[:80] if isinstance(code, str) else None


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    given = next((v for k, v in headers.items() if k.lower() == "retry-after"), "")
    try:
        pause = timedelta(seconds=float(given))
    except (ValueError, OverflowError):
        return DEFAULT_PAUSE
    return min(max(pause, timedelta(seconds=1)), _LONGEST_PAUSE)
