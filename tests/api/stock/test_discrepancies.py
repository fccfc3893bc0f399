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
from tests.api.conftest import PASSWORD, ApiClient
from tests.support.api_steps import case, command, create, customer, items, part, place, read, refusal, technician

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"


def below_zero(api: ApiClient, by: Role = "stock_keeper", **more: Any) -> dict[str, Any]:
    """The discrepancy of two parts that somebody sent away from a shelf where there were none."""
    payload = {"kind": "transfer_out", "part": part(api), "quantity": "2", "from": place(api)}
    sent = api.post("/api/v1/stock-movements", payload | more, role=by)
    assert sent.status_code == 201, sent.text
    [found] = items(api, "discrepancies?open=true")
    return found


def late_work(api: ApiClient, order: str) -> dict[str, Any]:
    """The discrepancy of a technician's device that noted something on an order that is somebody else's."""
    command(api, f"work-orders/{order}/assign", technician=technician(api))
    entity = api.services.log.work().get(WorkOrder, UUID(order))
    entity.record_note("I was there.")
    anna = Technician.register(id=uuid4(), name="Anna", zone="UTC", language="de")
    phone = Device.enrol(id=uuid4(), technician=anna.id, install_id="i", name="phone", platform="test", app_version="1")
    api.commit(anna, phone)
    work = api.services.log.work()
    work.add(Envelope(occurred_at=now(), actor=anna.id, device=phone.id, operation_id=uuid4()), entity)
    work.commit()
    [found] = items(api, f"discrepancies?work_order={order}")
    return found


def test_a_discrepancy_tells_what_it_is_about_and_what_caused_it(api: ApiClient) -> None:
    found = below_zero(api)

    shown = read(api, f"discrepancies/{found['id']}")

    assert (shown["kind"], shown["status"], shown["open"]) == ("negative_book", "open", True)
    assert shown["refs"] == {"location": shown["location"], "part": shown["part"]}
    assert [event["stream"] for event in shown["events"]] == [items(api, "stock-movements")[0]["id"]]
    assert isinstance(shown["age"], int)


def test_a_discrepancy_is_given_to_somebody_to_look_into(api: ApiClient) -> None:
    found, keeper = below_zero(api), api.user("service_manager")

    command(api, f"discrepancies/{found['id']}/assign", to=str(keeper))

    [shown] = items(api, f"discrepancies?owner={keeper}&status=assigned")
    assert shown["id"] == found["id"]
    assert refusal(api, f"discrepancies/{found['id']}/assign", to=NOBODY)[0] == 404


def test_an_adjustment_makes_the_books_right_and_names_the_discrepancy(api: ApiClient) -> None:
    admin = api.user("admin")
    found = below_zero(api)
    line = {"part": found["part"], "quantity": "2", "to": found["location"]}

    reply = command(api, f"discrepancies/{found['id']}/adjust", movements=[line])

    [movement] = reply["movements"]
    shown = read(api, f"stock-movements/{movement}")
    assert (shown["kind"], shown["discrepancy"]) == ("adjustment", found["id"])
    assert (shown["from"], shown["approved_by"]) == (str(VIRTUAL["unexplained"]), str(admin))
    assert [row["on_hand"] for row in items(api, f"stock?location={found['location']}")] == ["0"]
    assert read(api, f"discrepancies/{found['id']}")["open"] is False


def test_who_caused_a_discrepancy_does_not_settle_it_and_somebody_else_does(api: ApiClient) -> None:
    found = below_zero(api, by="stock_keeper")
    path = f"/api/v1/discrepancies/{found['id']}"
    line = {"part": found["part"], "quantity": "2", "to": found["location"]}
    cause = found["events"][0]["stream"]

    bodies: dict[str, Any] = {
        "adjust": {"movements": [line]},
        "write-off": {"reason": "unknown"},
        "explain": {"by_event": cause},
    }
    for word, body in bodies.items():
        reply = api.post(f"{path}/{word}", body, role="stock_keeper")
        assert (reply.status_code, reply.json["type"].rpartition("/")[2]) == (409, "settled-by-its-cause")  # type: ignore[index]
    assert api.post(f"{path}/adjust", bodies["adjust"], role="service_manager").status_code == 200


def test_a_technician_does_not_settle_as_a_user_what_they_caused_in_the_field(api: ApiClient) -> None:
    order = create(api, "work-orders", customer=customer(api))
    found = late_work(api, order)
    causer = UUID(found["refs"]["technician"])
    user = User.register(id=uuid4(), login="anna", name="Anna", roles=("dispatcher",), technician=causer)
    api.services.access.claim(user.id, "anna", PASSWORD)
    api.commit(user)
    api.tokens["dispatcher"] = api.services.access.sign_in("anna", PASSWORD).token
    api.catch_up()

    mine = api.post(f"/api/v1/discrepancies/{found['id']}/write-off", {"reason": "unknown"}, role="dispatcher")
    others = api.post(f"/api/v1/discrepancies/{found['id']}/write-off", {"reason": "unknown"}, role="admin")

    assert (mine.status_code, others.status_code) == (409, 200)


def test_a_discrepancy_is_explained_by_something_that_happened(api: ApiClient) -> None:
    found = late_work(api, create(api, "work-orders", customer=customer(api)))

    command(api, f"discrepancies/{found['id']}/explain", by_event=found["work_order"], note="They helped out.")

    assert read(api, f"discrepancies/{found['id']}")["status"] == "explained"
    assert refusal(api, f"discrepancies/{found['id']}/explain", by_event=NOBODY)[0] == 404


def test_a_discrepancy_is_written_off_for_a_reason_that_can_be_counted(api: ApiClient) -> None:
    found = late_work(api, create(api, "work-orders", customer=customer(api)))
    path = f"discrepancies/{found['id']}/write-off"

    words = api.post(f"/api/v1/{path}", {"reason": "Herr Linde took it"})
    command(api, path, reason="unknown")

    assert [each["pointer"] for each in (words.json or {})["errors"]] == ["/reason"]
    assert read(api, f"discrepancies/{found['id']}")["decisions"][-1]["reason"] == "unknown"


def test_an_adjustment_goes_from_or_to_what_is_unexplained(api: ApiClient) -> None:
    found = below_zero(api)
    path, line = f"discrepancies/{found['id']}/adjust", {"part": found["part"], "quantity": "2"}

    assert refusal(api, path, movements=[line]) == (409, "wrong-route")
    assert refusal(api, path, movements=[line | {"from": place(api), "to": found["location"]}])[0] == 409
    assert refusal(api, path, movements=[]) == (400, "invalid-input")
    lost = api.post(f"/api/v1/{path}", {"movements": [line | {"to": NOBODY}]})
    assert [each["pointer"] for each in (lost.json or {})["errors"]] == ["/movements/0/to"]


def test_nobody_decides_about_a_discrepancy_that_there_is_not(api: ApiClient) -> None:
    api.catch_up()

    assert refusal(api, f"discrepancies/{NOBODY}/write-off", reason="unknown")[0] == 404
    assert api.get(f"/api/v1/discrepancies/{NOBODY}").status_code == 404


def test_a_case_does_not_close_while_a_discrepancy_is_open_on_its_work(api: ApiClient) -> None:
    concern = case(api, customer(api))
    order = create(api, "work-orders", case=concern)
    found = late_work(api, order)
    command(api, f"work-orders/{order}/cancel", reason="Not needed")
    command(api, f"cases/{concern}/resolve")
    api.catch_up()

    closing = {"outcome": "satisfied", "basis": "spoken"}
    open_one = api.post(f"/api/v1/cases/{concern}/close", closing)
    command(api, f"discrepancies/{found['id']}/write-off", reason="unknown")
    api.catch_up()
    settled = api.post(f"/api/v1/cases/{concern}/close", closing)

    assert (open_one.status_code, (open_one.json or {})["open_discrepancies"]) == (409, 1)
    assert settled.status_code == 200


def test_a_movement_of_the_office_is_no_adjustment(api: ApiClient) -> None:
    payload = {"kind": "adjustment", "part": part(api), "quantity": "1", "to": place(api)}

    reply = api.post("/api/v1/stock-movements", payload)

    assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/kind"]
