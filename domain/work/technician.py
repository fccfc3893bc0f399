"""A technician: name, zone, language, van and whether they are active."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.aggregate import Begun, Entity, Personal, event
from domain.kernel.instant import parse_zone
from domain.kernel.problem import Refused


class TechnicianIsDeactivated(Refused):
    """The technician no longer works here; choose somebody else."""


class TechnicianIsErased(Refused):
    """The technician was erased; register another one."""


class Technician(Entity):
    """A technician. Their name is only in the log, sealed, never in this state."""

    TOPIC: ClassVar[str] = "technician"

    zone: str
    language: str
    user: UUID | None
    van: UUID | None
    active: bool
    erased: bool

    class Registered(Begun):
        TOPIC: ClassVar[str] = "technician.registered"
        zone: str
        language: str
        user: UUID | None = None
        name: Personal = None

    class Changed(Entity.Event):
        TOPIC: ClassVar[str] = "technician.changed"
        zone: str
        language: str
        user: UUID | None = None
        name: Personal = None

    class VanAssigned(Entity.Event):
        TOPIC: ClassVar[str] = "technician.van_assigned"
        location: UUID
        previous: UUID | None

    class Deactivated(Entity.Event):
        TOPIC: ClassVar[str] = "technician.deactivated"

    class Erased(Entity.Event):
        TOPIC: ClassVar[str] = "technician.erased"

    class Reactivated(Entity.Event):
        TOPIC: ClassVar[str] = "technician.reactivated"

    @classmethod
    def register(
        cls,
        *,
        id: UUID,
        name: str,
        zone: str,
        language: str,
        user: UUID | None = None,
    ) -> "Technician":
        """A new technician; `zone` is an IANA name, `language` a BCP 47 tag, `user` their login for the office."""
        zone = parse_zone(zone)
        return cls.begin(cls.Registered, id=id, name=name, zone=zone, language=language, user=user)

    # Questions

    def is_active(self) -> bool:
        """Still working here; facts of one who is not are recorded all the same."""
        return self.active

    # Decisions

    def change(
        self,
        *,
        name: str | None = None,
        zone: str | None = None,
        language: str | None = None,
        user: UUID | None = None,
    ) -> None:
        """Change what is given and leave the rest; an event whose name is None leaves the name as it was."""
        if self.erased:
            raise TechnicianIsErased
        zone = self.zone if zone is None else parse_zone(zone)
        language, user = language or self.language, user or self.user
        if name is not None or (zone, language, user) != (self.zone, self.language, self.user):
            self.trigger_event(self.Changed, name=name, zone=zone, language=language, user=user)

    def assign_van(self, location: UUID) -> None:
        """Assign a van (its location) to them; the same one again changes nothing."""
        if not self.active:
            raise TechnicianIsDeactivated
        if location != self.van:
            self.trigger_event(self.VanAssigned, location=location, previous=self.van)

    def deactivate(self) -> None:
        """Deactivate the technician, who gets no more work; doing so twice changes nothing."""
        if self.active:
            self.trigger_event(self.Deactivated)

    def erase(self) -> None:
        """Erase the technician: they are deactivated and their key is destroyed; doing so twice changes nothing."""
        self.deactivate()
        if not self.erased:
            self.trigger_event(self.Erased)

    def reactivate(self) -> None:
        """Activate the technician again; doing so twice changes nothing."""
        if self.erased:
            raise TechnicianIsErased
        if not self.active:
            self.trigger_event(self.Reactivated)

    # Changes

    @event(Registered)
    def __init__(self, zone: str, language: str, user: UUID | None) -> None:
        self.zone = zone
        self.language = language
        self.user = user
        self.van = None
        self.active = True
        self.erased = False

    @event(Changed)
    def _(self, zone: str, language: str, user: UUID | None) -> None:
        self.zone = zone
        self.language = language
        self.user = user

    @event(VanAssigned)
    def _(self, location: UUID) -> None:
        self.van = location

    @event(Deactivated)
    def _(self) -> None:
        self.active = False

    @event(Erased)
    def _(self) -> None:
        self.erased = True

    @event(Reactivated)
    def _(self) -> None:
        self.active = True
