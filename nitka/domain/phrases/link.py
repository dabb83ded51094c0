"""What the service says of continuing on another channel."""

from __future__ import annotations

from nitka.domain.customer import Language
from nitka.domain.phrases.names import Phrase

LINK: dict[Phrase, dict[Language, str]] = {
    Phrase.LINK_CODE: {
        Language.EN: "Your code is {code}. Open one of these or send “link {code}” from the "
        "other channel within {minutes} minutes, and we go on there:\n{ways}\n"
        "It is for you alone: whoever uses it sees this conversation.",
        Language.RU: "Ваш код: {code}. Откройте ссылку или отправьте «link {code}» с другого "
        "канала в течение {minutes} мин., и мы продолжим там:\n{ways}\n"
        "Код только для Вас: кто им воспользуется, увидит эту беседу.",
        Language.PL: "Oto kod: {code}. Wystarczy otworzyć link albo wysłać „link {code}” z innego "
        "kanału w ciągu {minutes} min, a rozmowa potoczy się dalej tam:\n{ways}\n"
        "Kod jest poufny: kto go użyje, zobaczy tę rozmowę.",
    },
    Phrase.LINK_ONLY_CODE: {
        Language.EN: "Your code is {code}. Send “link {code}” from the other channel within "
        "{minutes} minutes, and we go on there. It is for you alone: whoever uses it sees this "
        "conversation.",
        Language.RU: "Ваш код: {code}. Отправьте «link {code}» с другого канала в течение "
        "{minutes} мин., и мы продолжим там. Код только для Вас: кто им воспользуется, увидит "
        "эту беседу.",
        Language.PL: "Oto kod: {code}. Wystarczy wysłać „link {code}” z innego kanału w ciągu "
        "{minutes} min, a rozmowa potoczy się dalej tam. Kod jest poufny: kto go użyje, zobaczy "
        "tę rozmowę.",
    },
    Phrase.TOO_MANY_CODES: {
        Language.EN: "There are several open codes for you already. Please use the latest one, "
        "or wait a few minutes until they run out.",
        Language.RU: "У Вас уже есть несколько действующих кодов. Воспользуйтесь последним или "
        "подождите несколько минут, пока они истекут.",
        Language.PL: "Kilka kodów jest już otwartych. Proszę użyć ostatniego albo poczekać kilka "
        "minut, aż wygasną.",
    },
    Phrase.CONNECTED: {
        Language.EN: "Connected: our conversation goes on here, with everything said so far. "
        "If it wasn't you who connected it, please write “unlink”.",
        Language.RU: "Готово: продолжаем нашу беседу здесь, всё сказанное сохранено. "
        "Если подключение сделали не Вы, напишите «unlink».",
        Language.PL: "Połączono: nasza rozmowa toczy się dalej tutaj, razem ze wszystkim, co już "
        "padło. Jeśli to połączenie jest pomyłką, proszę napisać „unlink”.",
    },
    Phrase.CONNECTED_ELSEWHERE: {
        Language.EN: "This conversation now goes on in {channel} too. If that wasn't you, please "
        "write “unlink”, and it is separated again.",
        Language.RU: "Эта беседа теперь продолжается и в {channel}. Если это были не Вы, напишите "
        "«unlink», и мы снова её отделим.",
        Language.PL: "Ta rozmowa toczy się teraz także w {channel}. Jeśli to pomyłka, proszę "
        "napisać „unlink”, a zostanie rozdzielona.",
    },
    Phrase.CONNECTED_ALREADY: {
        Language.EN: "The two are connected already: we are in the same conversation here.",
        Language.RU: "Они уже связаны: здесь идёт та же самая беседа.",
        Language.PL: "Te kanały są już połączone: to ta sama rozmowa.",
    },
    Phrase.WRONG_CODE: {
        Language.EN: "This code does not work. A code lasts {minutes} minutes and works once; "
        "“link” on the channel where we have talked gives a new one.",
        Language.RU: "Этот код не подходит. Код действует {minutes} мин. и срабатывает один раз; "
        "новый можно получить словом «link» там, где мы беседовали.",
        Language.PL: "Ten kod nie działa. Kod jest ważny {minutes} min i działa jeden raz; nowy "
        "można dostać, pisząc „link” tam, gdzie toczyła się rozmowa.",
    },
    Phrase.TRY_AGAIN_IN: {
        Language.EN: "Please try again in {wait} min.",
        Language.RU: "Попробуйте ещё раз через {wait} мин.",
        Language.PL: "Proszę spróbować ponownie za {wait} min.",
    },
    Phrase.CODE_FOR_ELSEWHERE: {
        Language.EN: "This code is for the other channel: send it from there, and we go on there.",
        Language.RU: "Этот код для другого канала: отправьте его оттуда, и мы продолжим там.",
        Language.PL: "Ten kod jest na drugi kanał: proszę wysłać go stamtąd, a rozmowa potoczy "
        "się dalej tam.",
    },
    Phrase.IDENTITY_CLASH: {
        Language.EN: "These two are signed in as different customers, so I keep them apart. "
        "Our team can help if that is not right.",
        Language.RU: "Здесь выполнен вход под разными клиентами, поэтому я их не объединяю. "
        "Если это ошибка, наши сотрудники помогут.",
        Language.PL: "Tu zalogowani są różni klienci, więc tych rozmów nie łączę. "
        "Jeśli to pomyłka, nasz zespół pomoże.",
    },
    Phrase.SEPARATED: {
        Language.EN: "Separated: each channel is a conversation of its own again.",
        Language.RU: "Отделено: каждый канал снова отдельная беседа.",
        Language.PL: "Rozdzielono: każdy kanał to znowu osobna rozmowa.",
    },
    Phrase.NOTHING_TO_SEPARATE: {
        Language.EN: "Nothing is connected with this conversation.",
        Language.RU: "С этой беседой ничего не связано.",
        Language.PL: "Z tą rozmową nic nie jest połączone.",
    },
    Phrase.ANSWERS_THERE: {
        Language.EN: "All right: while you write here, the answers come in {channel}.",
        Language.RU: "Хорошо: пока Вы пишете здесь, ответы приходят в {channel}.",
        Language.PL: "Dobrze: na to, co tu padnie, odpowiedzi przyjdą w {channel}.",
    },
    Phrase.ANSWERS_HERE: {
        Language.EN: "All right, I answer here.",
        Language.RU: "Хорошо, отвечаю здесь.",
        Language.PL: "Dobrze, odpowiadam tutaj.",
    },
    Phrase.NOT_CONNECTED: {
        Language.EN: "{channel} is not connected with this conversation yet.",
        Language.RU: "{channel} пока не связан с этой беседой.",
        Language.PL: "{channel} nie jest jeszcze połączony z tą rozmową.",
    },
}
