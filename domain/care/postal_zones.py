"""Time zones by postcode and by region, for countries that have several; what is left out is not decided."""

from __future__ import annotations

from typing import Final

_US_POSTCODES: Final = {
    "America/New_York": "005 010-069 070-089 100-319 320-323 326-339 341 342 344 346-349 374 376-379 398-418"
    " 430-459 460-462 466-475 478 479",
    "America/Puerto_Rico": "006-009",
    "America/Detroit": "480-497",
    "America/Chicago": "325 350-372 380-397 420-424 463 464 476 477 500-528 530-567 570-574 580-585 587 588 600-677"
    " 680-690 700-797",
    "America/Denver": "577 590-599 691 693 798 799 800-831 840-847 870-885",
    "America/Boise": "832-834 836 837",
    "America/Phoenix": "850-859 863",
    "America/Los_Angeles": "838 889-897 900-961 970-978 980-994",
    "Pacific/Honolulu": "967 968",
    "America/Anchorage": "995-997",
    "America/Juneau": "998",
    "Pacific/Guam": "969",
}
_US_STATES: Final = {
    "America/New_York": "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL LA MN MO MS OK WI",
    "America/Denver": "CO MT NM UT WY",
    "America/Los_Angeles": "CA WA",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR",
}
"""States with two zones (Florida, Texas and others) are not decided by their name alone."""

POSTCODES: Final[dict[str, dict[str, str]]] = {
    "ES": {"Atlantic/Canary": "35 38", "Africa/Ceuta": "51 52", "Europe/Madrid": "01-34 36 37 39-50"},
    "PT": {"Atlantic/Madeira": "90-94", "Atlantic/Azores": "95-99", "Europe/Lisbon": "1-8"},
    "FR": {
        "America/Guadeloupe": "971",
        "America/Martinique": "972",
        "America/Cayenne": "973",
        "Indian/Reunion": "974",
        "America/Miquelon": "975",
        "Indian/Mayotte": "976",
        "Pacific/Wallis": "986",
        "Pacific/Tahiti": "987",
        "Pacific/Noumea": "988",
        "Europe/Paris": "01-96",
    },
    "DK": {"America/Nuuk": "39", "Europe/Copenhagen": "1 2 30-38 4-9"},
    "US": _US_POSTCODES,
    "CA": {
        "America/St_Johns": "A1 A2 A5 A8",
        "America/Halifax": "B C",
        "America/Moncton": "E",
        "America/Toronto": "G0-G3 G5-G9 H J K L M N P1-P7",
        "America/Winnipeg": "R",
        "America/Regina": "S0-S7",
        "America/Edmonton": "T",
        "America/Vancouver": "V2-V9",
        "America/Whitehorse": "Y",
    },
    "AU": {
        "Australia/Darwin": "08 09",
        "Australia/Sydney": "02 1 20-27 281-287 289 29",
        "Australia/Broken_Hill": "2880",
        "Australia/Melbourne": "3 8",
        "Australia/Brisbane": "4 9",
        "Australia/Adelaide": "5",
        "Australia/Perth": "6",
        "Australia/Hobart": "7",
    },
    "BR": {
        "America/Sao_Paulo": "01-39 70-767 80-99",
        "America/Bahia": "40-48",
        "America/Maceio": "49 57",
        "America/Recife": "50-56",
        "America/Fortaleza": "58-65",
        "America/Belem": "66 67 689",
        "America/Boa_Vista": "693",
        "America/Rio_Branco": "699",
        "America/Porto_Velho": "768 769",
        "America/Araguaina": "77",
        "America/Cuiaba": "78",
        "America/Campo_Grande": "79",
    },
    "EC": {"Pacific/Galapagos": "20", "America/Guayaquil": "01-19 21-24"},
    "ID": {
        "Asia/Jakarta": "1-6",
        "Asia/Pontianak": "73 74 78 79",
        "Asia/Makassar": "70-72 75-77 8 90-96",
        "Asia/Jayapura": "97-99",
    },
    "NZ": {"Pacific/Chatham": "8942", "Pacific/Auckland": "0-7 80-88 890-893 895-899 9"},
}
"""Of a country, the postcodes of each zone: beginnings, and ranges of beginnings of one length."""

REGIONS: Final[dict[str, dict[str, str]]] = {
    "ES": {
        "Atlantic/Canary": "CN GC TF",
        "Africa/Ceuta": "CE ML",
        "Europe/Madrid": "A AB AL AN AR AS AV B BA BI BU C CA CB CC CL CM CO CR CS CT CU EX GA GI GR GU H HU IB J L"
        " LE LO LU M MA MC MD MU NA NC O OR P PM PO PV RI S SA SE SG SO SS T TE TO V VA VC VI Z ZA",
    },
    "PT": {
        "Atlantic/Azores": "20",
        "Atlantic/Madeira": "30",
        "Europe/Lisbon": "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18",
    },
    "US": _US_STATES,
    "CA": {
        "America/Halifax": "NS PE",
        "America/Moncton": "NB",
        "America/Winnipeg": "MB",
        "America/Edmonton": "AB",
        "America/Whitehorse": "YT",
    },
    "AU": {
        "Australia/Sydney": "ACT",
        "Australia/Melbourne": "VIC",
        "Australia/Brisbane": "QLD",
        "Australia/Adelaide": "SA",
        "Australia/Perth": "WA",
        "Australia/Darwin": "NT",
        "Australia/Hobart": "TAS",
    },
    "BR": {
        "America/Sao_Paulo": "DF ES GO MG PR RJ RS SC SP",
        "America/Bahia": "BA",
        "America/Maceio": "AL SE",
        "America/Fortaleza": "CE MA PB PI RN",
        "America/Araguaina": "TO",
        "America/Cuiaba": "MT",
        "America/Campo_Grande": "MS",
        "America/Porto_Velho": "RO",
        "America/Boa_Vista": "RR",
        "America/Rio_Branco": "AC",
        "America/Belem": "AP",
    },
    "MX": {
        "America/Cancun": "ROO",
        "America/Hermosillo": "SON",
        "America/Tijuana": "BCN",
        "America/Mazatlan": "BCS SIN",
        "America/Merida": "CAM YUC",
        "America/Mexico_City": "AGU CHP CMX COL DUR GRO GUA HID JAL MEX MIC MOR OAX PUE QUE SLP TAB TLA VER ZAC",
    },
    "CL": {
        "America/Punta_Arenas": "MA",
        "America/Coyhaique": "AI",
        "America/Santiago": "AN AP AR AT BI CO LI LL LR ML NB RM TA",
    },
}
"""Of a country, the regions of each zone by the part of their ISO 3166-2 code after the hyphen."""
