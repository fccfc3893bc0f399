"""What technicians do: they work with what their phones show them, and sometimes with what these no longer know."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sync.device import Deed
from tests.simulation.company import words_of
from tests.simulation.steps import step

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World

CODES = {"problem": "leak", "cause": "seal", "remedy": "replace"}


def shown(phone: Phone, kind: str) -> list[str]:
    """The ids of the documents of a type on a phone, in the order of the log: ids depend on clocks, and this does not."""
    sql = f"SELECT id FROM documents WHERE type = '{kind}' ORDER BY position, substr(id, -12)"  # noqa: S608
    return [row[0] for row in phone.disk.rows(sql)] if phone.device else []


def tell(world: World, phone: Phone, kind: str, data: dict[str, Any], **more: Any) -> str | None:
    """Put an operation into the phone's outbox, some time after it happened."""
    ago = timedelta(seconds=world.dice.choice((0, 0, 30, 3000)))
    return phone.use(lambda device: device.record(kind, data, phone.clock.now() - ago, **more))


def order_of(world: World, phone: Phone) -> str | None:
    """A work order that the phone shows, or now and then any that there is."""
    if world.dice.chance(0.1) and world.company.orders:
        return str(world.dice.choice(world.company.orders))
    return world.dice.one(shown(phone, "work_order"))


def van_of(world: World, phone: Phone) -> str:
    """The technician's first van, or now and then somebody else's."""
    mine = world.company.technicians.index(phone.technician)
    number = world.dice.randrange(len(world.company.vans)) if world.dice.chance(0.15) else mine
    return str(world.company.vans[number])


def part_of(world: World) -> str:
    """A part of the catalogue, seldom one that is not in it."""
    return str(world.dice.uuid() if world.dice.chance(0.03) else world.dice.choice(world.company.parts))


def taken(world: World, phone: Phone) -> dict[str, Any]:
    """A part out of a van, with serial numbers where it has some; two may well take the same."""
    part = part_of(world)
    told = {"location": van_of(world, phone), "part": part, "quantity": str(world.dice.randint(1, 2)), "serials": []}
    if part == str(world.company.parts[-1]):
        told |= {"quantity": "1", "serials": [world.dice.choice(world.serials) if world.serials else "S1"]}
    return told


@step("use a part", 8)
def use(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        tell(world, phone, "part_used", {"work_order": order} | taken(world, phone))


@step("take a part out", 2)
def remove(world: World, phone: Phone) -> None:
    reason = world.dice.choice(("defective", "core", "it fell down"))
    kind = world.dice.choice(("part_removed", "part_scrapped"))
    order = order_of(world, phone)
    tell(world, phone, kind, taken(world, phone) | {"reason": reason} | ({"work_order": order} if order else {}))


@step("pass a part on", 3)
def transfer(world: World, phone: Phone) -> None:
    kind = world.dice.choice(("part_sent", "part_received"))
    tell(world, phone, kind, taken(world, phone) | {"counterparty": str(world.dice.choice(world.company.vans))})


@step("count", 3)
def count(world: World, phone: Phone) -> None:
    seen = {"location": van_of(world, phone), "part": part_of(world), "quantity": str(world.dice.randrange(4))}
    tell(world, phone, "stock_counted", seen)


@step("write a note", 5)
def note(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        name = "text" if phone.app_version == "1" else "words"
        told = {"work_order": order, name: f"heard a noise {world.dice.getrandbits(20)}"}
        tell(world, phone, "note_added", told, v=int(phone.app_version))


@step("take a photo", 3)
def photo(world: World, phone: Phone) -> None:
    order, bytes_of = order_of(world, phone), world.dice.randbytes(world.dice.choice((5, 5, 5, 300_000)))
    named = phone.use(lambda device: device.attach(bytes_of, "image/png")) if order else None
    if named is not None:
        tell(world, phone, "photo_taken", {"work_order": order} | named)


@step("diagnose", 2)
def diagnose(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        tell(world, phone, "diagnosed", {"work_order": order} | CODES)


@step("work", 2)
def labour(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        spent = {"minutes": world.dice.randint(1, 90), "kind": "work"}
        tell(world, phone, "labour_recorded", {"work_order": order} | spent)


@step("finish", 4)
def finish(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        if world.dice.chance(0.8):
            tell(world, phone, "work_completed", {"work_order": order, "fixed": world.dice.choice(("yes", "no"))})
        else:
            tell(world, phone, "cannot_complete", {"work_order": order, "reason": "the cellar is locked"})


@step("go on a visit", 4)
def visit(world: World, phone: Phone) -> None:
    if id := world.dice.one(shown(phone, "visit")):
        kinds = ("visit_accepted", "travel_started", "arrived", "work_paused", "work_resumed", "visit_done")
        kind = world.dice.choice((*kinds, "visit_not_done"))
        tell(world, phone, kind, {"visit": id} | ({"reason": "no_access"} if kind == "visit_not_done" else {}))


@step("ask for something", 3)
def ask(world: World, phone: Phone) -> None:
    kind = world.dice.choice(("close_work_order", "request_visit", "decline_visit", "change_customer_details"))
    if kind == "decline_visit":
        if id := world.dice.one(shown(phone, "visit")):
            tell(world, phone, kind, {"visit": id})
    elif kind == "change_customer_details":
        customer: UUID = world.dice.choice(world.company.customers)
        phones = {"from": ["030 1"], "to": [f"030 {world.dice.randrange(9)}"]}
        name = {"from": words_of(customer, "is a customer"), "to": words_of(customer, "has another name")}
        changes = {"phones": phones} if world.dice.chance(0.7) else {"name": name}
        tell(world, phone, kind, {"customer": str(customer), "changes": changes})
    elif order := order_of(world, phone):
        tell(world, phone, kind, {"work_order": order})


@step("hear the customer", 1)
def hear(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        tell(world, phone, "satisfaction_recorded", {"work_order": order, "csat": 4, "solved": True})


@step("take something back", 3)
def correct(world: World, phone: Phone) -> None:
    mine = [row[0] for row in phone.disk.rows("SELECT id FROM operations ORDER BY n")] if phone.device else []
    if mine:
        tell(world, phone, "fact_corrected", {"operation": world.dice.choice(mine)})


@step("do several things at once", 3)
def group(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        deeds = [
            Deed("part_used", {"work_order": order} | taken(world, phone)),
            Deed("labour_recorded", {"work_order": order, "minutes": 5, "kind": "work"}),
            Deed("close_work_order", {"work_order": order}),
            Deed("note_added", {"work_order": order, "text": ["no text"]}),
            Deed("work_completed", {"work_order": order, "fixed": "yes"}),
            Deed("request_visit", {"work_order": order}),
        ]
        some = world.dice.sample(deeds, world.dice.randint(2, 4))
        if (need := needed(world)) and world.dice.chance(0.3):
            some[0] = some[0]._replace(needs=[need])
        phone.use(lambda device: device.record_group(some))


def needed(world: World) -> str | None:
    """An operation of anybody, which may not have come; seldom one that never will."""
    return world.dice.one(list(world.auditor.ledger.made)[-12:]) if world.dice.chance(0.9) else str(world.dice.uuid())


@step("go on with what another began", 3)
def need(world: World, phone: Phone) -> None:
    order, need = order_of(world, phone), needed(world)
    if order and need:
        kind, more = world.dice.choice(
            (("note_added", {"text": "as he said"}), ("close_work_order", {}), ("part_used", taken(world, phone)))
        )
        tell(world, phone, kind, {"work_order": order} | more, needs=[need])


@step("nonsense", 1)
def nonsense(world: World, phone: Phone) -> None:
    order = str(world.dice.choice(world.company.orders))
    kind, data = world.dice.choice(
        (
            ("note_sung", {"work_order": order, "text": "la"}),
            ("note_added", {"work_order": order, "text": ["no text"]}),
            ("note_added", {"work_order": str(world.dice.uuid()), "text": "about nothing"}),
            ("part_used", {"work_order": order, "location": van_of(world, phone), "part": order, "quantity": "-1"}),
        )
    )
    tell(world, phone, kind, data)


@step("sync", 24)
def sync(world: World, phone: Phone) -> None:
    phone.sync()


@step("push", 4)
def push(world: World, phone: Phone) -> None:
    if not phone.wants_code:
        phone.use(lambda device: device.push())


@step("pull", 4)
def pull(world: World, phone: Phone) -> None:
    if not phone.wants_code:
        phone.use(lambda device: device.pull())
