"""The status of a machine, and the refusals of decisions about one."""

from __future__ import annotations

from enum import StrEnum

from domain.kernel.problem import Refused


class Status(StrEnum):
    """The status of a machine; retired is final."""

    REGISTERED = "registered"
    INSTALLED = "installed"
    IN_REPAIR = "in_repair"
    RETIRED = "retired"


class EquipmentIsRetired(Refused):
    """The equipment is retired; register what replaces it."""


class NotInstalled(Refused):
    """The equipment is not installed anywhere; install it first."""


class NotInRepair(Refused):
    """The equipment is not in repair."""
