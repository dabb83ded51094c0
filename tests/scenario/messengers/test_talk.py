"""Talk on both messengers, through web, worker and the platforms' own protocols."""

from __future__ import annotations

from nitka.domain.message import Button
from nitka.domain.turn import Effect, Reply, TurnRequest, TurnResult
from nitka.engine.scripted import answer
from tests.scenario.messengers.house import Nitka

WAITING = (
    "SELECT h.team FROM handoffs h JOIN addresses a USING (customer_id) WHERE a.native_id = %s"
)
LONG = " ".join(f"word{number:05d}." for number in range(1820))[:20_000]


def offer(request: TurnRequest) -> TurnResult:
    """Offer two buttons, say which was pressed, and hand over on request."""
    if request.payload:
        return answer(f"payload {request.payload}", state={})
    if request.text == "human":
        return answer(effects=(Effect("hand_over", {"team": "sales", "reason": "asked"}),))
    buttons = (Button("Yes", "/affirm"), Button("No, thanks", '/deny{"why": "ż"}'))
    told = answer(state={})
    return TurnResult(
        (Reply(f"Is it {request.text}?", buttons),),
        told.effects,
        told.events,
        told.state,
        told.slots,
        told.understanding,
        told.model,
    )


async def test_a_telegram_talk_with_buttons_and_a_hand_over(nitka: Nitka) -> None:
    """What is said is answered, a press comes as its payload, people take over."""
    nitka.turns.script = offer
    anna = nitka.telegram.person(nitka.number(), language="pl")
    anna.say("tea & <b>")
    await nitka.telegram.until(lambda: anna.texts == ["Is it tea & <b>?"])
    press = anna.press("No, thanks")
    await nitka.telegram.until(lambda: len(anna.texts) == 2 and press.answered)
    assert anna.texts[1] == 'payload /deny{"why": "ż"}'
    assert "typing" in anna.chat.actions
    anna.say("human")
    await nitka.telegram.until(lambda: nitka.rows(WAITING, str(anna.id)))
    assert await nitka.rows(WAITING, str(anna.id)) == [{"team": "sales"}]


async def test_a_slack_talk_with_buttons_and_a_hand_over(nitka: Nitka) -> None:
    """The same in Slack, by Block Kit."""
    nitka.turns.script = offer
    anna = nitka.slack.person(nitka.slack_id())
    anna.say("tea & <b>")
    await nitka.slack.until(lambda: anna.texts)
    assert anna.texts == ["Is it tea &amp; &lt;b&gt;?"]
    press = anna.press("No, thanks")
    await nitka.slack.until(lambda: len(anna.texts) == 2 and press.done)
    assert anna.texts[1] == 'payload /deny{"why": "ż"}'
    anna.say("human")
    await nitka.slack.until(lambda: nitka.rows(WAITING, anna.id))
    assert await nitka.rows(WAITING, anna.id) == [{"team": "sales"}]


async def test_edits_correct_the_thread_and_start_no_turn(nitka: Nitka) -> None:
    """An edited message is corrected where it stands; a deleted one says nothing any more."""
    anna = nitka.telegram.person(nitka.number())
    bert = nitka.slack.person(nitka.slack_id())
    anna.say("teh")
    bert.say("teh")
    await nitka.telegram.until(lambda: anna.texts == ["1: teh"])
    await nitka.slack.until(lambda: bert.texts == ["1: teh"])
    anna.edit(anna.last, "the")
    bert.edit(bert.last, "the")

    async def corrected(native_id: object) -> bool:
        return await nitka.thread(native_id) == ["customer: the", "bot: 1: teh"]

    await nitka.telegram.until(lambda: corrected(anna.id))
    await nitka.slack.until(lambda: corrected(bert.id))
    bert.delete(bert.last)

    async def gone() -> bool:
        return await nitka.thread(bert.id) == ["customer: ", "bot: 1: teh"]

    await nitka.slack.until(gone)


async def test_a_reply_names_the_line_it_replies_to(nitka: Nitka) -> None:
    """Staff see what "this one" means, whether the bot said it or the customer himself."""
    anna = nitka.telegram.person(nitka.number())
    anna.say("which?")
    await nitka.telegram.until(lambda: anna.texts == ["1: which?"])
    await nitka.telegram.until(nitka.settled)
    anna.reply(anna.chat.messages[-1], "this one")
    await nitka.telegram.until(lambda: len(anna.texts) == 2)
    lines = await nitka.rows(
        "SELECT m.text, r.text AS replied FROM messages m JOIN addresses a USING (customer_id)"
        " JOIN messages r ON r.id = m.reply_to"
        " WHERE a.native_id = %s AND m.author = 'customer'",
        str(anna.id),
    )
    assert lines == [{"text": "this one", "replied": "1: which?"}]
    assert (await nitka.tally()).unexplained == 0


async def test_files_come_in_and_are_kept(nitka: Nitka) -> None:
    """A document on each messenger is downloaded; an album is one message."""
    anna = nitka.telegram.person(nitka.number())
    bert = nitka.slack.person(nitka.slack_id())
    anna.document(b"%PDF-1.4 bill", "bill.pdf", caption="my bill")
    carl = nitka.telegram.person(nitka.number())
    for number in range(3):
        carl.photo(b"\xff\xd8\xff jpg", caption="three" if number == 0 else "", album="a1")
    bert.upload(b"%PDF-1.4 offer", "offer.pdf", text="my offer")
    kept = (
        "SELECT x ->> 'name' AS name, x ->> 'file_id' AS id FROM messages m"
        " JOIN addresses a USING (customer_id), jsonb_array_elements(m.attachments) x"
        " WHERE a.native_id = %s AND x ->> 'file_id' <> ''"
    )
    await nitka.telegram.until(lambda: nitka.rows(kept, str(anna.id)))
    await nitka.slack.until(lambda: nitka.rows(kept, bert.id))

    async def album() -> bool:
        return len(await nitka.rows(kept, str(carl.id))) == 3

    await nitka.telegram.until(album)
    await nitka.telegram.until(lambda: carl.texts)
    assert (await nitka.thread(carl.id))[0] == "customer: three"
    assert len(await nitka.thread(carl.id)) == 2


async def test_a_slack_mention_is_answered_in_its_thread(nitka: Nitka) -> None:
    """In a channel the bot speaks when it is named, and in that thread only."""
    anna = nitka.slack.person(nitka.slack_id())
    place = nitka.slack.channel(f"C0{nitka.number()}", "general", anna)
    said = anna.mention(place, "are you there?")
    await nitka.slack.until(lambda: place.from_bot)
    assert [(one.text, one.thread) for one in place.from_bot] == [("1: are you there?", said.ts)]
    assert anna.texts == []


async def test_a_telegram_group_is_answered_only_when_it_names_the_bot(nitka: Nitka) -> None:
    """What people say to each other in a group is none of ours."""
    anna = nitka.telegram.person(nitka.number())
    room = nitka.telegram.group(-1_000_000_000_000 - nitka.number())
    anna.say("hi all", room=room)
    anna.say("@nitka_shop_bot are you there?", room=room)
    await nitka.telegram.until(lambda: room.texts)
    assert room.texts == ["1: are you there?"]
    assert anna.texts == []


async def test_the_slash_command_is_answered_as_a_message(nitka: Nitka) -> None:
    """`/nitka …` says the rest to the bot."""
    anna = nitka.slack.person(nitka.slack_id())
    command = anna.command("/nitka where is my parcel")
    await nitka.slack.until(lambda: command.done and anna.texts)
    assert anna.texts == ["1: where is my parcel"]


async def test_a_text_of_20000_characters_arrives_whole_and_in_order(nitka: Nitka) -> None:
    """A long answer goes out in pieces that are the text again."""
    nitka.turns.script = lambda _: answer(LONG)
    anna = nitka.telegram.person(nitka.number())
    bert = nitka.slack.person(nitka.slack_id())
    anna.say("tell me")
    bert.say("tell me")
    await nitka.telegram.until(lambda: len("".join(anna.texts)) >= 19_000)
    await nitka.slack.until(lambda: len("".join(bert.texts)) >= 19_000)
    await nitka.telegram.until(nitka.settled)
    for texts in (anna.texts, bert.texts):
        assert " ".join(text.strip() for text in texts) == LONG
        assert len(texts) > 4
