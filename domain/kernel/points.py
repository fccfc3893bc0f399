"""Which 32 bytes are no public key of Ed25519: points of small order, and points that are not in their one spelling."""

from __future__ import annotations

from typing import Final

_PRIME: Final = 2**255 - 19
_EIGHTH: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
"""The y of points whose order is 8."""
_SMALL: Final = frozenset({0, 1, _PRIME - 1, _EIGHTH, _PRIME - _EIGHTH})
"""The y of all eight points whose order divides 8: under such a key one signature fits many texts."""
_Y_BITS: Final = 2**255 - 1


def is_weak(point: bytes) -> bool:
    """Whether these 32 bytes (RFC 8032, 5.1.2) are of small order, or write a y that is not below the prime.

    A sign at an x of zero, the other spelling that must not be, is one of a point of small order.
    """
    y = int.from_bytes(point, "little") & _Y_BITS
    return y >= _PRIME or y in _SMALL
