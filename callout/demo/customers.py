"""The customers of the invented company, their addresses and their machines; the phone numbers are fictitious."""

from __future__ import annotations

from typing import NamedTuple


class Household(NamedTuple):
    """A customer with one or two sites and their machines, each (model, serial); all are at the first site."""

    slug: str
    name: str
    phone: str
    sites: tuple[str, ...]
    machines: tuple[tuple[str, str], ...]
    access: str | None = None
    language: str = "de"


HOUSEHOLDS = (
    Household(
        "weber",
        "Anna Weber",
        "+49 30 23125 101",
        ("Lindenallee 12, 14050 Berlin",),
        (("Klarfluss W700 washing machine", "KF7-20411"), ("Klarfluss T300 dryer", "KT3-11873")),
        "Ring twice, the dog barks but is friendly.",
    ),
    Household(
        "morgenrot",
        "Café Morgenrot",
        "+49 30 23125 102",
        ("Kastanienallee 85, 10435 Berlin",),
        (("Bohnenglück Duo coffee machine", "BG2-00412"), ("Spülmeister G60 dishwasher", "SG6-50023")),
        "Not between 8 and 11, please: breakfast.",
    ),
    Household(
        "okafor",
        "Chidi Okafor",
        "+49 30 23125 103",
        ("Sonnenallee 140, 12059 Berlin",),
        (("Nordfrost K180 fridge", "NF1-77120"),),
        language="en",
    ),
    Household(
        "tiedemann",
        "Hausverwaltung Tiedemann",
        "+49 30 23125 104",
        ("Wilmersdorfer Straße 30, 10585 Berlin", "Turmstraße 71, 10551 Berlin"),
        (("Warmhaus 24 boiler", "WH2-09981"),),
        "Keys at the caretaker, ground floor left.",
    ),
    Household(
        "lehmann",
        "Dieter and Ute Lehmann",
        "+49 30 23125 105",
        ("Rabensteiner Straße 4, 12689 Berlin",),
        (("Herdwerk B45 oven", "HB4-31007"), ("Spülmeister G60 dishwasher", "SG6-52210")),
    ),
    Household(
        "sonnenhof",
        "Kita Sonnenhof",
        "+49 30 23125 106",
        ("Boxhagener Straße 51, 10245 Berlin",),
        (("Klarfluss W900 washing machine", "KF9-00218"), ("Spülmeister G45 dishwasher", "SG4-88140")),
        "Nap time from 12 to 14.",
    ),
    Household(
        "nguyen",
        "Linh Nguyen",
        "+49 30 23125 107",
        ("Landsberger Allee 211, 13055 Berlin",),
        (("Klarfluss W500 washing machine", "KF5-61234"),),
    ),
    Household(
        "spreeblick",
        "Hotel Spreeblick",
        "+49 30 23125 108",
        ("Märkisches Ufer 20, 10179 Berlin",),
        (("Klarfluss P12 washing machine", "KP1-00077"), ("Nordfrost C300 freezer", "NC3-00519")),
        "Delivery entrance in the yard; ask for housekeeping.",
    ),
    Household(
        "krause",
        "Ingrid Krause",
        "+49 30 23125 109",
        ("Scharnweberstraße 66, 13405 Berlin",),
        (("Nordfrost K120 fridge", "NF1-20455"),),
        "Third floor, no lift.",
    ),
    Household(
        "rossi",
        "Marco Rossi",
        "+49 30 23125 110",
        ("Bergmannstraße 99, 10961 Berlin",),
        (("Herdwerk I60 induction hob", "HI6-04410"),),
    ),
    Household(
        "krume",
        "Bäckerei Krume",
        "+49 30 23125 111",
        ("Hermannstraße 22, 12049 Berlin",),
        (("Herdwerk B90 oven", "HB9-00065"), ("Nordfrost C300 freezer", "NC3-00731")),
        "From 4 in the morning somebody is there.",
    ),
    Household(
        "schulte",
        "Petra Schulte",
        "+49 30 23125 112",
        ("Argentinische Allee 8, 14163 Berlin",),
        (("Spülmeister G60 dishwasher", "SG6-51977"),),
    ),
    Household(
        "haddad",
        "Samira Haddad",
        "+49 30 23125 113",
        ("Müllerstraße 118, 13349 Berlin",),
        (("Klarfluss W700 washing machine", "KF7-23006"),),
    ),
    Household(
        "blum",
        "Viktor Blum",
        "+49 30 23125 114",
        ("Invalidenstraße 34, 10115 Berlin",),
        (("Bohnenglück Solo coffee machine", "BG1-09120"),),
    ),
    Household(
        "petersen",
        "Familie Petersen",
        "+49 30 23125 115",
        ("Köpenicker Straße 190, 12355 Berlin",),
        (("Warmhaus 18 boiler", "WH1-44102"), ("Klarfluss T300 dryer", "KT3-12990")),
    ),
    Household(
        "yildiz",
        "Hatice Yildiz",
        "+49 30 23125 116",
        ("Kottbusser Damm 27, 10967 Berlin",),
        (("Herdwerk B45 oven", "HB4-35518"),),
    ),
    Household(
        "arendt",
        "Praxis Dr. Arendt",
        "+49 30 23125 117",
        ("Schloßstraße 40, 12165 Berlin",),
        (("Nordfrost M90 medicine fridge", "NM9-00140"),),
        "Opening hours 8 to 18; ask at the desk.",
    ),
    Household(
        "marchetti",
        "Giulia Marchetti",
        "+49 30 23125 118",
        ("Pannierstraße 12, 12047 Berlin",),
        (("Klarfluss W500 washing machine", "KF5-70021"),),
    ),
    Household(
        "wolff",
        "Hans-Joachim Wolff",
        "+49 30 23125 119",
        ("Waidmannsluster Damm 77, 13509 Berlin",),
        (("Warmhaus 24 boiler", "WH2-10233"),),
        "Please speak up on the phone.",
    ),
    Household(
        "fischer",
        "Nora Fischer",
        "+49 30 23125 120",
        ("Greifswalder Straße 203, 10405 Berlin",),
        (("Spülmeister G45 dishwasher", "SG4-90311"), ("Nordfrost K180 fridge", "NF1-80001")),
    ),
    Household("weber2", "A. Weber", "+49 30 23125 101", ("Lindenallee 12, Berlin",), ()),
)
