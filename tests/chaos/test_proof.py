"""The campaign's judge sees what it must see: otherwise its zeros would mean nothing."""

from __future__ import annotations

from typing import Any

from tests.chaos.proof import Verdict, compare_view, count_answers, count_messages
from tests.support.webclient import Line, Said, WebClient

Row = dict[str, Any]


def said(seq: int, id_: str) -> Row:
    return _line(seq, "customer", f"say {id_}", native_id=id_, id_=f"M{id_}")


def reply(seq: int, to: str, text: str) -> Row:
    return _line(seq, "bot", text, reply_to=f"M{to}")


def _line(
    seq: int,
    author: str,
    text: str,
    *,
    native_id: str | None = None,
    id_: str | None = None,
    reply_to: str | None = None,
) -> Row:
    return {
        "id": id_ or f"line {seq}",
        "seq": seq,
        "author": author,
        "text": text,
        "native_id": native_id,
        "reply_to": reply_to,
    }


def end(id_: str, turn: int | None, *texts: str, outcome: str = "answered") -> Row:
    events = [{"event": "bot", "text": text} for text in texts]
    effect = {"event": "bot", "text": None}
    return {"native_id": id_, "outcome": outcome, "turn": turn, "events": [*events, effect]}


def judged(lines: list[Row], ends: list[Row]) -> Verdict:
    """Judge a thread of a visitor who said `a` and `b`, and who saw all of it."""
    client, verdict = WebClient("http://nowhere"), Verdict()
    client.said = [Said("a", "say a"), Said("b", "say b")]
    for line in lines:
        client.lines[line["seq"]] = Line(line["seq"], "", line["author"], line["text"])
    compare_view(client, lines, verdict)
    count_messages(client, lines, verdict)
    count_answers(lines, ends, verdict)
    return verdict


ENDS = [end("a", 1, "A"), end("b", 2, "B")]
THREAD = [said(1, "a"), reply(2, "a", "A"), said(3, "b"), reply(4, "b", "B")]


def test_a_whole_thread_has_no_faults() -> None:
    """Each message once, each answered once, in order; effects are no words."""
    assert judged(THREAD, ENDS).faults == []


def test_a_lost_message_is_seen() -> None:
    """What was said and does not stand in the thread is lost."""
    assert judged(THREAD[:2], ENDS[:1]).lost == ["message 'say b'"]


def test_a_doubled_message_is_seen() -> None:
    """A message may stand in the thread once."""
    again = said(5, "b") | {"id": "Mb2"}
    assert judged([*THREAD, again], ENDS).doubled == ["message 'say b'"]


def test_a_lost_answer_is_seen() -> None:
    """What the turn said must stand in the thread."""
    assert len(judged(THREAD[:3], ENDS).lost) == 1


def test_a_doubled_answer_is_seen() -> None:
    """What the turn said once may not stand there twice."""
    assert len(judged([*THREAD, reply(5, "b", "B")], ENDS).doubled) == 1


def test_a_message_without_a_turn_is_seen() -> None:
    """An engine that was given up, or a turn that was never taken, is no answer."""
    assert len(judged(THREAD, [ENDS[0], end("b", None, outcome="with_human")]).wrong) == 1


def test_answers_in_the_wrong_order_are_seen() -> None:
    """Answers come in the order of what they answer."""
    turned = [said(1, "a"), said(2, "b"), reply(3, "b", "B"), reply(4, "a", "A")]
    assert len(judged(turned, ENDS).wrong) == 1


def test_messages_in_the_wrong_order_are_seen() -> None:
    """Messages stand in the order in which they were said."""
    turned = [said(1, "b"), reply(2, "b", "B"), said(3, "a"), reply(4, "a", "A")]
    assert len(judged(turned, [end("b", 1, "B"), end("a", 2, "A")]).wrong) == 1


def test_a_gap_in_the_numbers_is_seen() -> None:
    """A client that resumes by number would wait for ever."""
    gap = [*THREAD[:2], said(4, "b"), reply(5, "b", "B")]
    assert len(judged(gap, ENDS).wrong) == 1
