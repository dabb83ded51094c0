"""What the service says after a hand-off: how it was, and when somebody calls back."""

from __future__ import annotations

from nitka.domain.customer import Language
from nitka.domain.phrases.names import Phrase

AFTERWARDS: dict[Phrase, dict[Language, str]] = {
    Phrase.HOW_WAS_IT: {
        Language.EN: "One short question: how well did our colleague help you, from 1 to 5? You "
        "need not answer; just write on if there is anything else.",
        Language.RU: "Один короткий вопрос: насколько хорошо Вам помог наш сотрудник, от 1 до 5? "
        "Отвечать необязательно: если есть другой вопрос, просто напишите.",
        Language.PL: "Jedno krótkie pytanie: jak udała się pomoc naszego zespołu, w skali od 1 do "
        "5? Odpowiedź nie jest konieczna; w każdej innej sprawie wystarczy napisać.",
    },
    Phrase.WORST: {
        Language.EN: "1 – very poor",
        Language.RU: "1 – очень плохо",
        Language.PL: "1 – bardzo źle",
    },
    Phrase.BEST: {
        Language.EN: "5 – very good",
        Language.RU: "5 – очень хорошо",
        Language.PL: "5 – bardzo dobrze",
    },
    Phrase.RATED: {
        Language.EN: "Thank you, that helps us. If you would like to add a few words, you can do "
        "so here.",
        Language.RU: "Спасибо, это нам поможет. Если хотите, можно добавить несколько слов.",
        Language.PL: "Dziękujemy, to dla nas cenne. Można też dodać kilka słów od siebie.",
    },
    Phrase.ADD_WORDS: {
        Language.EN: "Add a few words",
        Language.RU: "Добавить несколько слов",
        Language.PL: "Dodać kilka słów",
    },
    Phrase.YOUR_WORDS: {
        Language.EN: "Please write them in your next message.",
        Language.RU: "Напишите их, пожалуйста, следующим сообщением.",
        Language.PL: "Proszę napisać je w następnej wiadomości.",
    },
    Phrase.NO_WORDS: {
        Language.EN: "Leave it at that",
        Language.RU: "Не нужно",
        Language.PL: "Nie trzeba",
    },
    Phrase.RATING_NOTED: {
        Language.EN: "Thank you, we have noted it.",
        Language.RU: "Спасибо, мы это записали.",
        Language.PL: "Dziękujemy, zanotowane.",
    },
    Phrase.CALL_BACK_AT: {
        Language.EN: "A colleague will call you back {when}. Until then the bot is with you here.",
        Language.RU: "Сотрудник перезвонит Вам {when}. А пока с Вами здесь бот.",
        Language.PL: "Ktoś z zespołu oddzwoni {when}. Do tego czasu rozmowę prowadzi tu bot.",
    },
}
