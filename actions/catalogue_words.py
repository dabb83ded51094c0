"""Words around a product: which of a customer's words can name a thing, and which only ask.

"How much is it?" names nothing; "how much is the blue kettle?" names a kettle. The lists hold
what people say around a product in the three languages; anything else may be one.
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")

_ENGLISH = """
a an the this that these those it its they them one ones is are was be am do does did have has had
can could would will shall should may might must i im ive id we you he she me my mine our your us
there here what whats which who whom when where why how much many any some all no not yes of in on
at to from for with without by about as and or but if so than then too also just still only very
really please pls hi hello hey dear good morning day evening thanks thank tell know find show see
look looking want need like get give buy order ask asking question wonder wondering sell sells
carry stock available availability left price prices priced cost costs costing expensive cheap
cheaper euro euros zloty zlotys pln eur product products item items thing things stuff shop store
now today currently again back soon more less something anything else other another guys folks
size sizes colour color colours made come comes work works kind sort type best better good nice
recommend advise advice choose between difference compare comparison interested got going long
use used using suit suits suitable right person help help could let id
"""
_RUSSIAN = """
а и в во не что он она оно они на я с со как то все так его но да ты к у же вы за бы по ее мне
было вот от меня еще нет о из ему теперь когда даже ну вдруг ли если уже или ни быть был него до
вас нибудь вам ведь там потом себя ничего ей может тут где есть надо ней для мы тебя их чем была
сам чтоб без будто чего раз тоже себе под будет тогда кто этот эта это эти этого этой того какой
какая какое какие какую почем этом мой моя мое наш ваш ваша вашем сколько стоит стоят стоило цена
цены цену ценник ценой почём руб рублей евро злотых злот наличии наличие наличи имеется остался
осталось остались товар товара товары товаре товаров товару вещь штука здравствуйте привет добрый
день вечер утро пожалуйста пжл спасибо скажите подскажите расскажите узнать хочу хотел хотела
хотелось можно можете интересует интересуют вопрос продаете продаёте продается продаются магазин
магазине купить заказать сейчас сегодня снова скоро опять еще ещё дорого дешево дешевле размер
цвет цвета вообще просто какойнибудь посоветуйте посоветуете порекомендуйте выбрать лучше лучший
между разница сравнить нужен нужна нужно нужны ищу такой такая такие про насчет насчёт него нее
"""
_POLISH = """
a i w we z ze na nie to ten ta te tego tej tym jest sa są się sie o do od za po przy dla czy jak
jaka jaki jakie jakie jaką ile kosztuje kosztują kosztuja koszt cena ceny cenę cene cenie zł zl
złotych zlotych euro pln eur ma mają maja macie mam mamy można mozna może moze moge mogę chce chcę
chciałbym chcialbym chciałabym chcialabym poproszę poprosze proszę prosze dzień dzien dobry cześć
czesc witam hej dziękuję dziekuje który ktora która które ktore co gdzie kiedy tak no oraz albo
lub ale tylko też tez jeszcze już juz teraz dzisiaj dziś dostępny dostepny dostępna dostepna
dostępne dostepne dostępność dostepnosc dostępności stanie magazynie sklepie sklep sprzedajecie
produkt produktu produkty produkcie produktów towar towaru rzecz kupić kupic zamówić zamowic
zapytać zapytac pytanie interesuje wiedzieć wiedziec podać podac powiedzieć coś cos jakiś jakis
jakąś taki taka takie pan pani państwo panstwo wam was u mi mnie tu tam znów znowu wkrótce drogo
tanio taniej rozmiar kolor doradzić doradzic polecacie polecić polecic poleca poradzić lepszy
lepsza lepsze najlepszy wybrać wybrac między miedzy różnica roznica porównać potrzebuję potrzebuje
szukam go je ją jego jej by bym on ona ono oni
"""
_TRANSLITERATED = """
skolko stoit stoyat cena u vas est li v nalichii nalichie eto etot eta kak kakoy kakaya mozhno
hochu kupit podskazhite pozhaluysta privet zdravstvuyte i na dlya s po chto tovar
"""


def fold(word: str) -> str:
    """Returns a word in lower case without diacritics: ``ł`` is ``l``, ``ё`` is ``е``."""
    plain = word.lower().replace("ł", "l").replace("ё", "е").replace("й", "\0")
    decomposed = unicodedata.normalize("NFD", plain)
    kept = "".join(char for char in decomposed if not unicodedata.combining(char))
    return kept.replace("\0", "й")


_NOISE = frozenset(fold(w) for w in (_ENGLISH + _RUSSIAN + _POLISH + _TRANSLITERATED).split())


def tokens(text: str) -> list[str]:
    """Returns the folded words of a text that may name a product, in their order."""
    folded = (fold(word) for word in _WORD.findall(text))
    return [word for word in folded if len(word) > 1 and word not in _NOISE]


def names_something(text: str) -> bool:
    """Says whether a text has any word that may name a product."""
    return any(not word.isdigit() for word in tokens(text))
