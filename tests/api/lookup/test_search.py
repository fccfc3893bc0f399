"""One search over everything that people look for (issue 9, 8)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import ApiClient
from tests.support.api_steps import command, create, customer, items, part, place, site


def found(api: ApiClient, question: str, role: str = "agent", **more: str) -> list[tuple[str, str]]:
    """Kind and id of what is found, the best first."""
    query = "".join(f"&{name}={quote(value)}" for name, value in more.items())
    reply = api.get(f"/api/v1/search?q={quote(question)}{query}", role=role)  # type: ignore[arg-type]
    assert reply.status_code == 200, reply.text
    shown: Any = reply.json
    return [(each["kind"], each["id"]) for each in shown["items"]]


def ids(api: ApiClient, question: str) -> list[str]:
    return [id for _, id in found(api, question)]


def listed(api: ApiClient, words: str) -> list[str]:
    """Customers that the list of customers finds."""
    return [each["id"] for each in items(api, f"customers?words={quote(words)}")]


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
def test_a_telephone_is_found_however_it_is_written(api: ApiClient, stored: str) -> None:
    """Issue 9, 8: nine of ten spellings were not."""
    owner = customer(api, name="Somebody", phones=["0171 5550000", stored], email="a@b.example")
    customer(api, name="Else", phones=["+49 30 90182045", "+49 40 4711"], email="c@d.example")

    assert {spelling: ids(api, spelling) for spelling in PHONES} == {key: [owner] for key in PHONES}
    assert {spelling: listed(api, spelling) for spelling in PHONES} == {key: [owner] for key in PHONES}


@pytest.mark.parametrize(
    "question", ['["', "%", "_", "\\", "'", '"', "[]", "((", "  -  ", "%%%", "*", ".", "; --", "😀"]
)
def test_signs_alone_find_nothing(api: ApiClient, question: str) -> None:
    """Issue 9, 8: `["` found everybody."""
    customer(api)
    part(api)

    assert found(api, question) == []
    assert not listed(api, question) or question == "."  # the e-mail has one, as it is written


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


def test_a_name_is_found_in_any_case_accents_and_order(api: ApiClient) -> None:
    """Issue 9, 8."""
    by_name = {name: customer(api, name=name, phones=[], email="x@y.example") for name in NAMES}

    for name, questions in NAMES.items():
        assert {question: ids(api, question) for question in questions} == {key: [by_name[name]] for key in questions}
        assert {question: listed(api, question) for question in questions} == {
            key: [by_name[name]] for key in questions
        }
    assert ids(api, "koppel strasser") == []


def test_a_customer_is_found_by_mail_and_by_the_address_of_a_site(api: ApiClient) -> None:
    """Issue 9, 8."""
    owner = customer(api, name="X", email="Erika.Muster@Example.org")
    where = site(api, owner)

    assert ids(api, "erika.muster@example.org") == ids(api, "muster") == [owner]
    assert found(api, "berlin hauptstraße 7") == found(api, "HAUPTSTR") == [("sites", where)]
    assert listed(api, "hauptstrasse berlin") == [owner]
    command(api, f"customers/{owner}/change-site", site=where, address="Kölner Weg 3")
    command(api, f"customers/{owner}/change", name="Y", email="")
    assert (ids(api, "hauptstr"), ids(api, "koelner"), ids(api, "muster")) == ([], [where], [])


def test_numbers_serials_and_gtins_are_found_in_any_spelling(api: ApiClient) -> None:
    """Issue 9, 8: in lower case, with and without blanks, dashes and zeros; the thing itself comes first."""
    owner = customer(api)
    order = create(api, "work-orders", customer=owner, number="W-000012")
    longer = create(api, "work-orders", customer=owner, number="W-0000123")
    machine = create(api, "equipment", model="Turbo 9", serial="SN 08-15 x")
    names = [{"language": "de", "text": "Umwälzpumpe"}, {"language": "en", "text": "Circulation pump"}]
    pump = part(api, number="PUMP-20", names=names, gtins=["4006381333931"])

    for question in ("w-000012", "W000012", "W 12", "w12"):
        assert ids(api, question)[0] == order, question
    assert set(ids(api, "w-000012")) == {order, longer}
    for question in ("sn0815x", "SN-08-15-X", "sn 0815 X", "turbo 9", "SN 08"):
        assert ids(api, question) == [machine], question
    for question in ("pump-20", "PUMP20", "pump 20", "umwaelzpumpe", "UMWÄLZ", "pump circulation", "4006381333931",
                     "04006381333931", "4006 3813 33931"):  # fmt: skip
        assert ids(api, question) == [pump], question
    command(api, f"parts/{pump}/revise", names=[{"language": "fr", "text": "Circulateur"}], tracking="none")
    assert (ids(api, "umwälz"), ids(api, "4006381333931"), ids(api, "circulateur")) == ([], [], [pump])


def test_everything_is_found_by_its_id_too(api: ApiClient) -> None:
    """Issue 9, 8: cases have no number of their own."""
    owner = customer(api)
    case = create(api, "cases", customer=owner, topic="billing")

    assert found(api, case.upper()) == [("cases", case)]


def test_technicians_and_places_are_found(api: ApiClient) -> None:
    """Issue 9, 8."""
    anna = create(api, "technicians", name="Anna Grün", zone="Europe/Berlin", language="de")
    van = place(api, "van", name="Van 3 (B-AG 123)")

    assert found(api, "gruen") == [("technicians", anna)]
    assert found(api, "bag123") == []
    assert found(api, "van b-ag") == [("locations", van)]
    command(api, f"technicians/{anna}/change", name="Anna Blau")
    assert (ids(api, "gruen"), ids(api, "blau anna")) == ([], [anna])
