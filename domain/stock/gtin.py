"""GTINs: numbers of trade items, the last digit of which checks the others."""

import re

from domain.kernel.bad_input import bad_member

GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")


def check_gtins(gtins: tuple[str, ...]) -> None:
    """Raise `BadInput` unless each is a GTIN-8, -12, -13 or -14 with the right check digit (as GS1 sets it)."""
    for gtin in gtins:
        if not GTIN.fullmatch(gtin) or sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(reversed(gtin))) % 10:
            raise bad_member("/gtins", f"{gtin} is not a GTIN: 8, 12, 13 or 14 digits, the last of them a check digit.")
