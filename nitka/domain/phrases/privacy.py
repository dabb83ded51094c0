"""What the service says of what it keeps."""

from __future__ import annotations

from nitka.domain.customer import Language
from nitka.domain.phrases.names import Phrase

PRIVACY: dict[Phrase, dict[Language, str]] = {
    Phrase.PRIVACY: {
        Language.EN: "This is what we keep of you: {messages} messages since {since}, {files} "
        "files, {handoffs} requests to our team; your channels: {channels}; and what we know of "
        "you: {facts}. Orders and invoices are kept by the shop as the law demands. You can have "
        "it all in a file, or have it erased.",
        Language.RU: "Вот что мы храним о Вас: сообщений: {messages} (с {since}), файлов: {files}, "
        "обращений к сотрудникам: {handoffs}; Ваши каналы: {channels}; известно о Вас: {facts}. "
        "Заказы и счета магазин хранит, как требует закон. Всё это можно получить файлом или "
        "удалить.",
        Language.PL: "Oto co przechowujemy: wiadomości: {messages} (od {since}), pliki: {files}, "
        "zgłoszenia do zespołu: {handoffs}; kanały: {channels}; dane: {facts}. Zamówienia i "
        "faktury sklep przechowuje zgodnie z prawem. Wszystko można dostać w pliku albo usunąć.",
    },
    Phrase.PRIVACY_EXPORT: {
        Language.EN: "Send me the file",
        Language.RU: "Получить файл",
        Language.PL: "Proszę o plik",
    },
    Phrase.PRIVACY_ERASE: {
        Language.EN: "Erase everything",
        Language.RU: "Удалить всё",
        Language.PL: "Usunąć wszystko",
    },
    Phrase.CONFIRM_EXPORT: {
        Language.EN: "The file holds everything we keep of you, on every connected channel. "
        "Shall I send it right here?",
        Language.RU: "В файле будет всё, что мы храним о Вас, со всех связанных каналов. "
        "Прислать его сюда?",
        Language.PL: "W pliku będzie wszystko, co przechowujemy, ze wszystkich połączonych "
        "kanałów. Czy wysłać go tutaj?",
    },
    Phrase.YES_EXPORT: {
        Language.EN: "Yes, send it here",
        Language.RU: "Да, прислать сюда",
        Language.PL: "Tak, wysłać tutaj",
    },
    Phrase.EXPORT_READY: {
        Language.EN: "Here is everything we keep of you. Please save it: we remove the file in "
        "{hours} hours.",
        Language.RU: "Здесь всё, что мы храним о Вас. Сохраните файл: через {hours} ч. мы его "
        "удалим.",
        Language.PL: "Oto wszystko, co przechowujemy. Proszę zapisać plik: usuniemy go za "
        "{hours} godz.",
    },
    Phrase.CONFIRM_ERASE: {
        Language.EN: "This erases the whole conversation on every connected channel, the files "
        "and everything we know of you. It cannot be undone. Shall I erase it?",
        Language.RU: "Будет удалена вся беседа на всех связанных каналах, файлы и всё, что мы о "
        "Вас знаем. Вернуть это нельзя. Удалить?",
        Language.PL: "Usunięta zostanie cała rozmowa na wszystkich połączonych kanałach, pliki "
        "i wszystkie dane. Tego nie da się cofnąć. Czy usunąć?",
    },
    Phrase.YES_ERASE: {
        Language.EN: "Yes, erase everything",
        Language.RU: "Да, удалить всё",
        Language.PL: "Tak, usunąć wszystko",
    },
    Phrase.NO_KEEP: {
        Language.EN: "No, leave it",
        Language.RU: "Нет, оставить",
        Language.PL: "Nie, zostawić",
    },
    Phrase.KEPT_AS_IT_IS: {
        Language.EN: "All right, everything stays as it is.",
        Language.RU: "Хорошо, всё остаётся как есть.",
        Language.PL: "Dobrze, wszystko zostaje bez zmian.",
    },
    Phrase.CONFIRM_ANEW: {
        Language.EN: "That question is too old, or was asked on another channel. Please write "
        "“privacy” to begin again.",
        Language.RU: "Этот вопрос устарел или был задан на другом канале. Напишите «privacy», "
        "чтобы начать снова.",
        Language.PL: "To pytanie jest już nieaktualne albo padło na innym kanale. Proszę napisać "
        "„privacy”, aby zacząć od nowa.",
    },
    Phrase.ERASED: {
        Language.EN: "Erased, receipt {receipt} of {at}: {messages} messages, {files} files, "
        "{handoffs} requests, {addresses} channels and everything we knew of you. Kept are only "
        "the shop's orders and invoices, as the law demands, and this receipt without your data. "
        "This line is removed soon, too.",
        Language.RU: "Удалено, квитанция {receipt} от {at}: сообщений: {messages}, файлов: "
        "{files}, обращений: {handoffs}, каналов: {addresses} и всё, что мы о Вас знали. Остаются "
        "только заказы и счета магазина, как требует закон, и эта квитанция без Ваших данных. "
        "Эта строка вскоре тоже исчезнет.",
        Language.PL: "Usunięto, potwierdzenie {receipt} z {at}: wiadomości: {messages}, pliki: "
        "{files}, zgłoszenia: {handoffs}, kanały: {addresses} i wszystkie dane. Zostają tylko "
        "zamówienia i faktury sklepu, czego wymaga prawo, oraz to potwierdzenie bez danych. "
        "Ta wiadomość też wkrótce zniknie.",
    },
}
