"""What the service says while the bot cannot, and while people own the thread."""

from __future__ import annotations

from nitka.domain.customer import Language
from nitka.domain.phrases.names import Phrase

TALK: dict[Phrase, dict[Language, str]] = {
    Phrase.ONE_MOMENT: {
        Language.EN: "One moment please, this is taking a little longer than usual.",
        Language.RU: "Одну минуту, пожалуйста: ответ займёт чуть больше времени, чем обычно.",
        Language.PL: "Proszę o chwilę cierpliwości, odpowiedź zajmie nieco dłużej niż zwykle.",
    },
    Phrase.ENGINE_DOWN: {
        Language.EN: "I can't answer just now, sorry. Your message is safe, and I have passed it "
        "to our support team: a colleague will reply right here.",
        Language.RU: "К сожалению, сейчас я не могу ответить. Ваше сообщение сохранено и передано "
        "в службу поддержки: сотрудник ответит прямо здесь.",
        Language.PL: "Przepraszam, w tej chwili nie mogę odpowiedzieć. Wiadomość jest zapisana "
        "i trafiła do działu obsługi: ktoś z zespołu odpisze w tej rozmowie.",
    },
    Phrase.STILL_WAITING: {
        Language.EN: "I have added this to your request: the team sees everything you write here. "
        "If you would like to go on with the bot meanwhile, just write “bot”.",
        Language.RU: "Передано вместе с Вашим обращением: сотрудники видят всё, что Вы здесь "
        "пишете. Если пока хотите продолжить с ботом, напишите «бот».",
        Language.PL: "Dopisane do zgłoszenia: zespół widzi wszystko, co się tu pojawia. "
        "Aby w międzyczasie porozmawiać z botem, wystarczy napisać „bot”.",
    },
    Phrase.BOT_IS_BACK: {
        Language.EN: "The bot is with you again. Your request stays open, and a colleague will "
        "still get back to you here.",
        Language.RU: "С Вами снова бот. Ваше обращение остаётся открытым, и сотрудник всё равно "
        "ответит Вам здесь.",
        Language.PL: "Rozmowę znów prowadzi bot. Zgłoszenie pozostaje otwarte i ktoś z zespołu "
        "odpisze w tym miejscu.",
    },
    Phrase.HANDED_BACK: {
        Language.EN: "I'm the bot, and I'm with you again. What else can I do for you?",
        Language.RU: "С Вами снова бот. Чем ещё могу помочь?",
        Language.PL: "Tu znowu bot. W czym jeszcze mogę pomóc?",
    },
    Phrase.CALL_BACK: {
        Language.EN: "A colleague will call you back. Until then the bot is with you here.",
        Language.RU: "Сотрудник Вам перезвонит. А пока с Вами здесь бот.",
        Language.PL: "Ktoś z zespołu oddzwoni. Do tego czasu rozmowę prowadzi tu bot.",
    },
    Phrase.ALL_BUSY: {
        Language.EN: "All colleagues are busy at the moment; you are number {place} in the queue. "
        "To go on with the bot meanwhile, just write “bot”: you keep your place.",
        Language.RU: "Сейчас все сотрудники заняты; Ваш номер в очереди: {place}. Если пока "
        "хотите продолжить с ботом, напишите «бот»: место в очереди сохранится.",
        Language.PL: "W tej chwili wszyscy są zajęci; numer w kolejce: {place}. Aby w międzyczasie "
        "porozmawiać z botem, wystarczy napisać „bot”: miejsce w kolejce zostaje.",
    },
    Phrase.NOBODY_THERE: {
        Language.EN: "Nobody of the team is here just now. Your request is kept, and a colleague "
        "will answer right here. To go on with the bot meanwhile, just write “bot”; it can also "
        "note that you would like to be called back.",
        Language.RU: "Сейчас в команде никого нет на месте. Обращение сохранено, и сотрудник "
        "ответит прямо здесь. Если пока хотите продолжить с ботом, напишите «бот»; ему можно "
        "сказать и о том, что Вам нужно перезвонить.",
        Language.PL: "W tej chwili nie ma nikogo z zespołu. Zgłoszenie jest zapisane i ktoś "
        "odpisze w tej rozmowie. Aby w międzyczasie porozmawiać z botem, wystarczy napisać „bot”; "
        "może też zanotować prośbę o oddzwonienie.",
    },
    Phrase.NOBODY_UNTIL: {
        Language.EN: "Nobody of the team is here just now; we are back {when}. Your request is "
        "kept, and a colleague will answer right here. To go on with the bot meanwhile, just "
        "write “bot”, or have us call you back.",
        Language.RU: "Сейчас в команде никого нет на месте; мы снова будем {when}. Обращение "
        "сохранено, и сотрудник ответит прямо здесь. Если пока хотите продолжить с ботом, "
        "напишите «бот», или попросите перезвонить.",
        Language.PL: "W tej chwili nie ma nikogo z zespołu; wracamy {when}. Zgłoszenie jest "
        "zapisane i ktoś odpisze w tej rozmowie. Aby w międzyczasie porozmawiać z botem, wystarczy "
        "napisać „bot”; można też poprosić o oddzwonienie.",
    },
    Phrase.CALL_ME_BACK: {
        Language.EN: "Call me back",
        Language.RU: "Перезвоните мне",
        Language.PL: "Proszę oddzwonić",
    },
    Phrase.TO_THE_BOT: {
        Language.EN: "Go on with the bot",
        Language.RU: "Продолжить с ботом",
        Language.PL: "Rozmowa z botem",
    },
    Phrase.CALL_NOTED: {
        Language.EN: "Noted: a colleague will call you back on {phone}. Until then the bot is with "
        "you here.",
        Language.RU: "Записано: сотрудник перезвонит Вам по номеру {phone}. А пока с Вами здесь "
        "бот.",
        Language.PL: "Zanotowane: ktoś z zespołu oddzwoni pod numer {phone}. Do tego czasu "
        "rozmowę prowadzi tu bot.",
    },
    Phrase.WHICH_NUMBER: {
        Language.EN: "Gladly. Which number may we call? Please write it here, and when it suits "
        "you best.",
        Language.RU: "Хорошо. По какому номеру можно позвонить? Напишите его здесь, и когда Вам "
        "удобно.",
        Language.PL: "Oczywiście. Pod jaki numer możemy zadzwonić? Proszę napisać go tutaj, "
        "i kiedy pasuje najlepiej.",
    },
}
