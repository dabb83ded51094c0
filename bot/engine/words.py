"""Common words by which short messages show their language: data only.

Polish is written without its letters here (a word is folded before it is looked up); Russian
is written in Latin letters, since Cyrillic shows itself. A word that two of the languages
share in chats stands in neither list; what everyone writes everywhere stands in LOANS.
"""

from __future__ import annotations

from collections.abc import Mapping

# Says nothing about the language of the one who writes it.
_LOANS = """ok okay okey oki da no on to a i o u w z s nie super stop start info online pdf faq vip
    email mail e-mail sms blik paypal visa mastercard nitka telegram slack bot status help hej
    hm hmm eee aha wow lol test api usb app iphone samsung pro max mini north face adidas
    nike id nip vat pln usd eur rub zl order tracking inpost dpd dhl ups blue red x xl xxl l m
    """
LOANS = frozenset(_LOANS.split())

_ENGLISH = """the is are was were am be been my your you me we us our it its this that these those
    what where when why how who which can could would should will have has had do does did don't
    didn't can't won't isn't i'm i've i'd it's there's and or but not of for with from about into
    please thanks thank hello hi hey morning afternoon evening good bye goodbye yes yeah nope sorry
    want need like get got know tell show give send sent find make change cancel return refund
    exchange buy pay paid charge charged money back price cost much many long still yet never
    already today tomorrow yesterday week day days parcel package delivery deliver delivered
    shipping arrived broken damaged wrong missing item items product products shoes size colour
    color card account password login website page work working works human person someone
    talk speak agent support problem question complaint invoice receipt warranty discount gift
    store shop open hours address near subscription plan an if so just any some anyone ordered
    waiting received nothing something again help me name called call phone number in at up out
    """

_POLISH = """czy jest sa byl byla bylo bedzie moj moja moje moich mojego mojej pan pani panstwo
    gdzie kiedy dlaczego jak jaki jaka jakie ile kto ktory ktora ktore co mam masz ma mamy macie
    moge mozna mozesz chce chcialbym chcialabym prosze dziekuje dzieki dzien dobry czesc witam witaj
    siema hejka wieczor dobranoc pa tak nie jeszcze juz teraz dzisiaj dzis jutro wczoraj tydzien
    dni paczka paczke paczki paczkomat zamowienie zamowienia zamowieniu zamowilem zamowilam
    przesylka przesylki przesylke kurier dostawa dostawe dostawy wysylka zwrot zwrocic zwrotu
    reklamacja reklamacje pieniadze pieniedzy zaplata zaplacic zaplacilem zaplacilam platnosc
    kosztuje cena ceny koszt rabat znizka faktura fakture faktury paragon konto konta haslo
    zalogowac logowania strona dziala dzialaja produkt produktu produkty rozmiar kolor buty
    uszkodzony uszkodzona zepsuty zepsuta brakuje dostalem dostalam otrzymalem otrzymalam
    przyszla przyszlo przyszedl doszla doszlo czekam problem pytanie pomoc pomoz pomozcie
    czlowiek czlowiekiem konsultant konsultantem rozmawiac porozmawiac zadzwonic telefonu numer
    anulowac zmienic adres kupic sklep godziny otwarcia otwarte dla mnie mi sie ze za bez przez przy
    po od ale albo lub oraz tylko tez bardzo dlugo ktos nikt nic jestem chodzi wiem wiecie
    gwarancja gwarancji sprawdzic sprawdz poprosze wymiana wymienic skad dokad dlatego bo gdy jesli
    jezeli moim temu tego tym tej ten ta te to ma byc mozliwe dostepny dostepne dostepna raty
    """

_RUSSIAN = """gde kogda pochemu zachem kak kakoy kakoi kakaya kakie skolko kto chto chego eto etot
    eta moy moi moya moyo moego moey vash vasha vashi nash ya ty vy on ona oni menya mne tebe vam
    vas nas nam est yest net nyet byl byla bylo budet privet zdravstvuyte zdravstvuite zdrastvuyte
    zdrasti zdraste dobryy dobryi dobrij den vecher utro utra dobroe dobroye spasibo spasiba
    pozhaluysta pozhalujsta pozhaluista poka izvinite hochu khochu hotel khotel hotela khotela
    mozhno mogu mozhete mozhesh nado nuzhno nuzhen nuzhna zakaz zakaza zakazal zakazala zakazov
    posylka posilka posylku posylki dostavka dostavki dostavku dostavka? vernut vozvrat vozvrata
    vozvratit dengi deneg stoit tsena cena ceny skidka skidki oplata oplatil oplatila oplatit
    chek schet garantiya garantii tovar tovara tovary razmer tsvet slomalsya slomalas slomano
    ne rabotaet rabotayet prishel prishla prishlo prishol prislali poluchil poluchila zhdu zhdat
    uzhe eshche esche escho segodnya zavtra vchera nedelya nedelyu dney dnya pomogite pomoshch
    pomosch pozvonite operatora operatorom chelovek chelovekom pogovorit s problema vopros zhaloba
    adres pomenyat izmenit otmenit otmenite kupit magazin rabotaete otkryty parol voyti zayti sayt
    sait ili tolko ochen dolgo kto-to nichego nikto znayu vse vsyo kuda otkuda dlya bez pri no
    proverit proverte podskazhite skazhite mozhet pochta kurer kuryer bolshe menshe tozhe tak
    nomer zovut zovite obmen obmenyat ladno horosho khorosho ponyatno konechno davayte
    """

COMMON: Mapping[str, frozenset[str]] = {
    "en": frozenset(_ENGLISH.split()) - LOANS,
    "pl": frozenset(_POLISH.split()) - LOANS - {"problem"},
    "ru": frozenset(_RUSSIAN.split()) - LOANS - {"tak", "ona", "cena", "ceny", "adres"},
}
