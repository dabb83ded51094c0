"""Months and days in words, English, Russian and Polish: data only.

Russian and Polish months stand in the forms that follow a day's number ("5 мая", "3 maja") and
in the nominative; relative days map to one English word, weekdays to their English name.
"""

from __future__ import annotations

from collections.abc import Mapping

_MONTHS = (
    "january jan января январь янв stycznia styczeń styczen",
    "february feb февраля февраль фев lutego luty",
    "march mar марта март marca marzec",
    "april apr апреля апрель апр kwietnia kwiecień kwiecien",
    "may мая май maja maj",
    "june jun июня июнь czerwca czerwiec",
    "july jul июля июль lipca lipiec",
    "august aug августа август авг sierpnia sierpień sierpien",
    "september sept sep сентября сентябрь сен сент września wrzesnia wrzesień wrzesien",
    "october oct октября октябрь окт października pazdziernika październik pazdziernik",
    "november nov ноября ноябрь ноя listopada listopad",
    "december dec декабря декабрь дек grudnia grudzień grudzien",
)

MONTHS: Mapping[str, int] = {
    word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()
}

RELATIVE: Mapping[str, str] = {
    "today": "today",
    "сегодня": "today",
    "dzisiaj": "today",
    "dziś": "today",
    "dzis": "today",
    "yesterday": "yesterday",
    "вчера": "yesterday",
    "wczoraj": "yesterday",
    "tomorrow": "tomorrow",
    "завтра": "tomorrow",
    "jutro": "tomorrow",
    "the day before yesterday": "day_before_yesterday",
    "day before yesterday": "day_before_yesterday",
    "позавчера": "day_before_yesterday",
    "przedwczoraj": "day_before_yesterday",
    "the day after tomorrow": "day_after_tomorrow",
    "day after tomorrow": "day_after_tomorrow",
    "послезавтра": "day_after_tomorrow",
    "pojutrze": "day_after_tomorrow",
}

WEEKDAYS: Mapping[str, str] = {
    word: day
    for day, words in {
        "monday": "monday,понедельник,в понедельник,poniedziałek,poniedzialek,w poniedziałek",
        "tuesday": "tuesday,вторник,во вторник,wtorek,we wtorek",
        "wednesday": "wednesday,среду,в среду,środa,środę,w środę,w srode",
        "thursday": "thursday,четверг,в четверг,czwartek,w czwartek",
        "friday": "friday,пятница,пятницу,в пятницу,piątek,piatek,w piątek",
        "saturday": "saturday,суббота,субботу,в субботу,sobota,sobotę,w sobotę",
        "sunday": "sunday,воскресенье,в воскресенье,niedziela,niedzielę,w niedzielę",
    }.items()
    for word in words.split(",")
}
