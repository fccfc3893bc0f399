"""How urgent a case or a work order is."""

from typing import Literal

Priority = Literal["low", "normal", "high", "urgent"]
