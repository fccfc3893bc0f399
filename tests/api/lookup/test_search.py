"""One search over everything that people look for (issue 9, 8)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import House
from tests.support.api_steps import customer, items, made, part, place, site, told


def found(house: House, question: str, role: str = "agent", **more: str) -> list[tuple[str, str]]:
    """Kind and id of what is found, the best first."""
    query = "".join(f"&{name}={quote(value)}" for name, value in more.items())
    reply = house.get(f"/api/v1/search?q={quote(question)}{query}", role=role)  # type: ignore[arg-type]
    assert reply.status_code == 200, reply.text
    shown: Any = reply.json
    return [(each["kind"], each["id"]) for each in shown["items"]]


def ids(house: House, question: str) -> list[str]:
    return [id for _, id in found(house, question)]


def listed(house: House, words: str) -> list[str]:
    """Customers that the list of customers finds."""
    return [each["id"] for each in items(house, f"customers?words={quote(words)}")]


PHONES = (
    "+49 (30) 901820-44",
    "+493090182044",
    "0049 30 90182044",
    "030 90182044",
    "030/901820-44",
    "(030) 90 18 20 44",
    "+49 (0)30 901820-44",
    "tel:+49-30-901820-44",
    "Tel.: 030 901820 44",
    "\uff0b\uff14\uff19 30 90182044",
    "+49 30 901820 ext. 44",
    "030 901820 Durchwahl 44",
    "030-90182044",
    "901820-44",
)


@pytest.mark.parametrize("stored", ["+49 (30) 901820-44", "030 / 90182044", "0049(0)30 901820 x44"])
def test_a_telephone_is_found_however_it_is_written(house: House, stored: str) -> None:
    """Issue 9, 8: nine of ten spellings were not."""
    owner = customer(house, name="Somebody", phones=["0171 5550000", stored], email="a@b.example")
    customer(house, name="Else", phones=["+49 30 90182045", "+49 40 4711"], email="c@d.example")

    assert {spelling: ids(house, spelling) for spelling in PHONES} == {key: [owner] for key in PHONES}
    assert {spelling: listed(house, spelling) for spelling in PHONES} == {key: [owner] for key in PHONES}


@pytest.mark.parametrize(
    "question", ['["', "%", "_", "\\", "'", '"', "[]", "((", "  -  ", "%%%", "*", ".", "; --", "😀"]
)
def test_signs_alone_find_nothing(house: House, question: str) -> None:
    """Issue 9, 8: `["` found everybody."""
    customer(house)
    part(house)

    assert found(house, question) == []
    assert not listed(house, question) or question == "."  # the e-mail has one, as it is written


NAMES = {
    "Jürgen Köppel": (
        "koppel",
        "KÖPPEL",
        "koeppel",
        "Ko\u0308ppel",
        "köppel jürgen",
        "juergen koppel",
        "kopp jur",
        "Koeppel",
    ),
    "Straßer & Söhne": ("strasser", "STRASSER", "straßer", "soehne", "sohne strasser", "STRAẞER"),
    "Renée O’Brien": ("renee", "RENÉE", "o'brien", "obrien", "O\u00b4Brien", "brien rene", "Rene\u0301e"),
    "Łukasz Żółć": ("lukasz", "zolc", "ŻÓŁĆ łukasz"),
    "Søren Ærø": ("soren", "aero", "ærø"),
    "Ναύτης Σίσυφος": ("ναυτης", "ΣΊΣΥΦΟΣ", "σισυφος"),
    "Артём Ёлкин": ("артем", "елкин АРТЁМ"),
    "\uff21\uff22\uff23 Ltd": ("abc", "ltd ABC"),
    "\u0130pek I\u015f\u0131k": ("ipek", "isik", "\u0131\u015f\u0131k"),
}


def test_a_name_is_found_in_any_case_accents_and_order(house: House) -> None:
    """Issue 9, 8."""
    by_name = {name: customer(house, name=name, phones=[], email="x@y.example") for name in NAMES}

    for name, questions in NAMES.items():
        assert {question: ids(house, question) for question in questions} == {key: [by_name[name]] for key in questions}
        assert {question: listed(house, question) for question in questions} == {
            key: [by_name[name]] for key in questions
        }
    assert ids(house, "koppel strasser") == []


def test_a_customer_is_found_by_mail_and_by_the_address_of_a_site(house: House) -> None:
    """Issue 9, 8."""
    owner = customer(house, name="X", email="Erika.Muster@Example.org")
    where = site(house, owner)

    assert ids(house, "erika.muster@example.org") == ids(house, "muster") == [owner]
    assert found(house, "berlin hauptstraße 7") == found(house, "HAUPTSTR") == [("sites", where)]
    assert listed(house, "hauptstrasse berlin") == [owner]
    told(house, f"customers/{owner}/change-site", site=where, address="Kölner Weg 3")
    told(house, f"customers/{owner}/change", name="Y", email="")
    assert (ids(house, "hauptstr"), ids(house, "koelner"), ids(house, "muster")) == ([], [where], [])


def test_numbers_serials_and_gtins_are_found_in_any_spelling(house: House) -> None:
    """Issue 9, 8: in lower case, with and without blanks, dashes and zeros; the thing itself comes first."""
    owner = customer(house)
    order = made(house, "work-orders", customer=owner, number="W-000012")
    longer = made(house, "work-orders", customer=owner, number="W-0000123")
    machine = made(house, "equipment", model="Turbo 9", serial="SN 08-15 x")
    names = [{"language": "de", "text": "Umwälzpumpe"}, {"language": "en", "text": "Circulation pump"}]
    pump = part(house, number="PUMP-20", names=names, gtins=["4006381333931"])

    for question in ("w-000012", "W000012", "W 12", "w12"):
        assert ids(house, question)[0] == order, question
    assert set(ids(house, "w-000012")) == {order, longer}
    for question in ("sn0815x", "SN-08-15-X", "sn 0815 X", "turbo 9", "SN 08"):
        assert ids(house, question) == [machine], question
    for question in ("pump-20", "PUMP20", "pump 20", "umwaelzpumpe", "UMWÄLZ", "pump circulation", "4006381333931",
                     "04006381333931", "4006 3813 33931"):  # fmt: skip
        assert ids(house, question) == [pump], question
    told(house, f"parts/{pump}/revise", names=[{"language": "fr", "text": "Circulateur"}], tracking="none")
    assert (ids(house, "umwälz"), ids(house, "4006381333931"), ids(house, "circulateur")) == ([], [], [pump])


def test_everything_is_found_by_its_id_too(house: House) -> None:
    """Issue 9, 8: cases have no number of their own."""
    owner = customer(house)
    case = made(house, "cases", customer=owner, topic="billing")

    assert found(house, case.upper()) == [("cases", case)]


def test_technicians_and_places_are_found(house: House) -> None:
    """Issue 9, 8."""
    anna = made(house, "technicians", name="Anna Grün", zone="Europe/Berlin", language="de")
    van = place(house, "van", name="Van 3 (B-AG 123)")

    assert found(house, "gruen") == [("technicians", anna)]
    assert found(house, "bag123") == []
    assert found(house, "van b-ag") == [("locations", van)]
    told(house, f"technicians/{anna}/change", name="Anna Blau")
    assert (ids(house, "gruen"), ids(house, "blau anna")) == ([], [anna])
