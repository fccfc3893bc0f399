"""Steps of technicians: facts and requests about the work orders and visits on their phones, and syncs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.simulation.company import words_of
from tests.simulation.steps import step

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World

CODES = {"problem": "leak", "cause": "seal", "remedy": "replace"}


def shown(phone: Phone, kind: str) -> list[str]:
    """The ids of the documents of a type on a phone, in the order of the log: that of ids depends on clocks."""
    sql = f"SELECT id FROM documents WHERE type = '{kind}' ORDER BY position, substr(id, -12)"  # noqa: S608
    return [row[0] for row in phone.disk.rows(sql)] if phone.device else []


def record(world: World, phone: Phone, kind: str, data: dict[str, Any], **more: Any) -> str | None:
    """Record an operation on the phone, at an instant up to 50 minutes ago; its id, `None` if the phone failed."""
    ago = timedelta(seconds=world.dice.choice((0, 0, 30, 3000)))
    return phone.use(lambda device: device.record(kind, data, phone.clock.now() - ago, **more))


def order_of(world: World, phone: Phone) -> str | None:
    """A work order on the phone, or sometimes any other."""
    if world.dice.chance(0.1) and world.company.orders:
        return str(world.dice.choice(world.company.orders))
    return world.dice.one(shown(phone, "work_order"))


@step("write a note", 5)
def note(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        name = "text" if phone.app_version == "1" else "words"
        data = {"work_order": order, name: f"heard a noise {world.dice.getrandbits(20)}"}
        record(world, phone, "note_added", data, v=int(phone.app_version))


@step("take a photo or a signature", 3)
def photo(world: World, phone: Phone) -> None:
    of_visit, bytes_of = world.dice.chance(0.3), world.dice.randbytes(world.dice.choice((5, 5, 5, 300_000)))
    about = world.dice.one(shown(phone, "visit")) if of_visit else order_of(world, phone)
    named = phone.use(lambda device: device.attach(bytes_of, "image/png")) if about else None
    if named is not None and of_visit:
        record(world, phone, "signed", {"visit": about} | named)
    elif named is not None:
        record(world, phone, "photo_taken", {"work_order": about} | named)


@step("diagnose", 2)
def diagnose(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        record(world, phone, "diagnosed", {"work_order": order} | CODES)


@step("work", 2)
def labour(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        spent = {"minutes": world.dice.randint(1, 90), "kind": "work"}
        record(world, phone, "labour_recorded", {"work_order": order} | spent)


@step("finish", 4)
def finish(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        if world.dice.chance(0.8):
            record(world, phone, "work_completed", {"work_order": order, "fixed": world.dice.choice(("yes", "no"))})
        else:
            record(world, phone, "cannot_complete", {"work_order": order, "reason": "the cellar is locked"})


@step("go on a visit", 4)
def visit(world: World, phone: Phone) -> None:
    if id := world.dice.one(shown(phone, "visit")):
        kinds = ("visit_accepted", "travel_started", "arrived", "work_paused", "work_resumed", "visit_done")
        kind = world.dice.choice((*kinds, "visit_not_done"))
        record(world, phone, kind, {"visit": id} | ({"reason": "no_access"} if kind == "visit_not_done" else {}))


@step("ask for something", 4)
def ask(world: World, phone: Phone) -> None:
    details = "change_customer_details"
    kind = world.dice.choice(("close_work_order", "request_visit", "decline_visit", details, details))
    if kind == "decline_visit":
        if id := world.dice.one(shown(phone, "visit")):
            record(world, phone, kind, {"visit": id})
    elif kind == details:
        customer: UUID = world.dice.choice(world.company.customers)
        phones = {"from": ["030 1"], "to": [f"030 {world.dice.randrange(9)}"]}
        name = {"from": words_of(customer, "is a customer"), "to": words_of(customer, "has another name")}
        changes = {"phones": phones} if world.dice.chance(0.7) else {"name": name}
        record(world, phone, kind, {"customer": str(customer), "changes": changes})
    elif order := order_of(world, phone):
        record(world, phone, kind, {"work_order": order})


@step("hear the customer", 1)
def record_feedback(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        if world.dice.chance(0.5):
            record(world, phone, "satisfaction_recorded", {"work_order": order, "csat": 4, "solved": True})
        else:
            customer = str(world.dice.choice(world.company.customers))
            data = {"customer": customer, "work_order": order, "reason": "a noise", "summary": "it hums"}
            record(world, phone, "customer_spoke", data)


@step("take something back", 3)
def correct(world: World, phone: Phone) -> None:
    mine = [row[0] for row in phone.disk.rows("SELECT id FROM operations ORDER BY n")] if phone.device else []
    if mine:
        record(world, phone, "fact_corrected", {"operation": world.dice.choice(mine)})


@step("nonsense", 1)
def nonsense(world: World, phone: Phone) -> None:
    order = str(world.dice.choice(world.company.orders))
    kind, data = world.dice.choice(
        (
            ("note_sung", {"work_order": order, "text": "la"}),
            ("note_added", {"work_order": order, "text": ["no text"]}),
            ("note_added", {"work_order": str(world.dice.uuid()), "text": "about nothing"}),
            ("stock_counted", {"location": str(world.company.store), "part": order, "quantity": "-1"}),
        )
    )
    record(world, phone, kind, data)


@step("sync", 24)
def sync(_: World, phone: Phone) -> None:
    phone.sync()


@step("push", 4)
def push(_: World, phone: Phone) -> None:
    if not phone.wants_code:
        phone.use(lambda device: device.push())


@step("pull", 4)
def pull(_: World, phone: Phone) -> None:
    if not phone.wants_code:
        phone.use(lambda device: device.pull())
