"""The names of what the service says itself."""

from __future__ import annotations

from enum import StrEnum


class Phrase(StrEnum):
    ONE_MOMENT = "one_moment"
    ENGINE_DOWN = "engine_down"
    STILL_WAITING = "still_waiting"
    BOT_IS_BACK = "bot_is_back"
    HANDED_BACK = "handed_back"
    CALL_BACK = "call_back"
    ALL_BUSY = "all_busy"
    NOBODY_THERE = "nobody_there"

    LINK_CODE = "link_code"
    LINK_ONLY_CODE = "link_only_code"
    TOO_MANY_CODES = "too_many_codes"
    CONNECTED = "connected"
    CONNECTED_ELSEWHERE = "connected_elsewhere"
    CONNECTED_ALREADY = "connected_already"
    WRONG_CODE = "wrong_code"
    TRY_AGAIN_IN = "try_again_in"
    CODE_FOR_ELSEWHERE = "code_for_elsewhere"
    IDENTITY_CLASH = "identity_clash"
    SEPARATED = "separated"
    NOTHING_TO_SEPARATE = "nothing_to_separate"
    ANSWERS_THERE = "answers_there"
    ANSWERS_HERE = "answers_here"
    NOT_CONNECTED = "not_connected"

    PRIVACY = "privacy"
    PRIVACY_EXPORT = "privacy_export"
    PRIVACY_ERASE = "privacy_erase"
    EXPORT_READY = "export_ready"
    CONFIRM_EXPORT = "confirm_export"
    CONFIRM_ERASE = "confirm_erase"
    YES_EXPORT = "yes_export"
    YES_ERASE = "yes_erase"
    NO_KEEP = "no_keep"
    KEPT_AS_IT_IS = "kept_as_it_is"
    CONFIRM_ANEW = "confirm_anew"
    ERASED = "erased"
