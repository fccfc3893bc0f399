"""The rules of discrepancies over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from domain.access.device import Device
from domain.access.user import Role, User
from domain.kernel.envelope import Envelope
from domain.kernel.instant import now
from domain.stock.location import VIRTUAL
from domain.work.technician import Technician
from domain.work.work_order import WorkOrder
from tests.api.conftest import PASSWORD, House
from tests.support.api_steps import case, customer, items, made, part, place, read, refused, technician, told

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"


def below_zero(house: House, by: Role = "stock_keeper", **more: Any) -> dict[str, Any]:
    """The discrepancy of two parts that somebody sent away from a shelf where there were none."""
    payload = {"kind": "transfer_out", "part": part(house), "quantity": "2", "from": place(house)}
    sent = house.post("/api/v1/stock-movements", payload | more, role=by)
    assert sent.status_code == 201, sent.text
    [found] = items(house, "discrepancies?open=true")
    return found


def late_work(house: House, order: str) -> dict[str, Any]:
    """The discrepancy of a technician's device that noted something on an order that is somebody else's."""
    told(house, f"work-orders/{order}/assign", technician=technician(house))
    entity = house.services.log.work().get(WorkOrder, UUID(order))
    entity.record_note("I was there.")
    anna = Technician.register(id=uuid4(), name="Anna", zone="UTC", language="de")
    phone = Device.enrol(id=uuid4(), technician=anna.id, install_id="i", name="phone", platform="test", app_version="1")
    house.commit(anna, phone)
    work = house.services.log.work()
    work.add(Envelope(occurred_at=now(), actor=anna.id, device=phone.id, operation_id=uuid4()), entity)
    work.commit()
    [found] = items(house, f"discrepancies?work_order={order}")
    return found


def test_a_discrepancy_tells_what_it_is_about_and_what_caused_it(house: House) -> None:
    found = below_zero(house)

    shown = read(house, f"discrepancies/{found['id']}")

    assert (shown["kind"], shown["status"], shown["open"]) == ("negative_book", "open", True)
    assert shown["refs"] == {"location": shown["location"], "part": shown["part"]}
    assert [event["stream"] for event in shown["events"]] == [items(house, "stock-movements")[0]["id"]]
    assert isinstance(shown["age"], int)


def test_a_discrepancy_is_given_to_somebody_to_look_into(house: House) -> None:
    found, keeper = below_zero(house), house.user("service_manager")

    told(house, f"discrepancies/{found['id']}/assign", to=str(keeper))

    [shown] = items(house, f"discrepancies?owner={keeper}&status=assigned")
    assert shown["id"] == found["id"]
    assert refused(house, f"discrepancies/{found['id']}/assign", to=NOBODY)[0] == 404


def test_an_adjustment_makes_the_books_right_and_names_the_discrepancy(house: House) -> None:
    admin = house.user("admin")
    found = below_zero(house)
    line = {"part": found["part"], "quantity": "2", "to": found["location"]}

    reply = told(house, f"discrepancies/{found['id']}/adjust", movements=[line])

    [movement] = reply["movements"]
    shown = read(house, f"stock-movements/{movement}")
    assert (shown["kind"], shown["discrepancy"]) == ("adjustment", found["id"])
    assert (shown["from"], shown["approved_by"]) == (str(VIRTUAL["unexplained"]), str(admin))
    assert [row["on_hand"] for row in items(house, f"stock?location={found['location']}")] == ["0"]
    assert read(house, f"discrepancies/{found['id']}")["open"] is False


def test_who_caused_a_discrepancy_does_not_settle_it_and_somebody_else_does(house: House) -> None:
    found = below_zero(house, by="stock_keeper")
    path = f"/api/v1/discrepancies/{found['id']}"
    line = {"part": found["part"], "quantity": "2", "to": found["location"]}
    cause = found["events"][0]["stream"]

    bodies: dict[str, Any] = {
        "adjust": {"movements": [line]},
        "write-off": {"reason": "unknown"},
        "explain": {"by_event": cause},
    }
    for word, body in bodies.items():
        reply = house.post(f"{path}/{word}", body, role="stock_keeper")
        assert (reply.status_code, reply.json["type"].rpartition("/")[2]) == (409, "settled-by-its-cause")  # type: ignore[index]
    assert house.post(f"{path}/adjust", bodies["adjust"], role="service_manager").status_code == 200


def test_a_technician_does_not_settle_as_a_user_what_they_caused_in_the_field(house: House) -> None:
    order = made(house, "work-orders", customer=customer(house))
    found = late_work(house, order)
    causer = UUID(found["refs"]["technician"])
    user = User.register(id=uuid4(), login="anna", name="Anna", roles=("dispatcher",), technician=causer)
    house.services.access.claim(user.id, "anna", PASSWORD)
    house.commit(user)
    house.tokens["dispatcher"] = house.services.access.sign_in("anna", PASSWORD).token
    house.catch_up()

    mine = house.post(f"/api/v1/discrepancies/{found['id']}/write-off", {"reason": "unknown"}, role="dispatcher")
    others = house.post(f"/api/v1/discrepancies/{found['id']}/write-off", {"reason": "unknown"}, role="admin")

    assert (mine.status_code, others.status_code) == (409, 200)


def test_a_discrepancy_is_explained_by_something_that_happened(house: House) -> None:
    found = late_work(house, made(house, "work-orders", customer=customer(house)))

    told(house, f"discrepancies/{found['id']}/explain", by_event=found["work_order"], note="They helped out.")

    assert read(house, f"discrepancies/{found['id']}")["status"] == "explained"
    assert refused(house, f"discrepancies/{found['id']}/explain", by_event=NOBODY)[0] == 404


def test_a_discrepancy_is_written_off_for_a_reason_that_can_be_counted(house: House) -> None:
    found = late_work(house, made(house, "work-orders", customer=customer(house)))
    path = f"discrepancies/{found['id']}/write-off"

    words = house.post(f"/api/v1/{path}", {"reason": "Herr Linde took it"})
    told(house, path, reason="unknown")

    assert [each["pointer"] for each in (words.json or {})["errors"]] == ["/reason"]
    assert read(house, f"discrepancies/{found['id']}")["decisions"][-1]["reason"] == "unknown"


def test_an_adjustment_goes_from_or_to_what_is_unexplained(house: House) -> None:
    found = below_zero(house)
    path, line = f"discrepancies/{found['id']}/adjust", {"part": found["part"], "quantity": "2"}

    assert refused(house, path, movements=[line]) == (409, "wrong-route")
    assert refused(house, path, movements=[line | {"from": place(house), "to": found["location"]}])[0] == 409
    assert refused(house, path, movements=[]) == (400, "invalid-input")
    lost = house.post(f"/api/v1/{path}", {"movements": [line | {"to": NOBODY}]})
    assert [each["pointer"] for each in (lost.json or {})["errors"]] == ["/movements/0/to"]


def test_nobody_decides_about_a_discrepancy_that_there_is_not(house: House) -> None:
    house.catch_up()

    assert refused(house, f"discrepancies/{NOBODY}/write-off", reason="unknown")[0] == 404
    assert house.get(f"/api/v1/discrepancies/{NOBODY}").status_code == 404


def test_a_case_does_not_close_while_a_discrepancy_is_open_on_its_work(house: House) -> None:
    concern = case(house, customer(house))
    order = made(house, "work-orders", case=concern)
    found = late_work(house, order)
    told(house, f"work-orders/{order}/cancel", reason="Not needed")
    told(house, f"cases/{concern}/resolve")
    house.catch_up()

    closing = {"outcome": "satisfied", "basis": "spoken"}
    open_one = house.post(f"/api/v1/cases/{concern}/close", closing)
    told(house, f"discrepancies/{found['id']}/write-off", reason="unknown")
    house.catch_up()
    settled = house.post(f"/api/v1/cases/{concern}/close", closing)

    assert (open_one.status_code, (open_one.json or {})["open_discrepancies"]) == (409, 1)
    assert settled.status_code == 200


def test_a_movement_of_the_office_is_no_adjustment(house: House) -> None:
    payload = {"kind": "adjustment", "part": part(house), "quantity": "1", "to": place(house)}

    reply = house.post("/api/v1/stock-movements", payload)

    assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/kind"]
