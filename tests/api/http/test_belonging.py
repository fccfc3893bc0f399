"""What a command names together belongs together, and an id names one thing only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

from domain.care.contact import Contact
from domain.kernel.instant import now
from domain.stock.location import VIRTUAL
from domain.stock.stock_movement import correction_id
from tests.api.conftest import House
from tests.support.api_steps import case, customer, items, made, part, place, read, refused, site, told

CALL = {"channel": "phone", "about": "It drips."}


class Two:
    """Two customers, each with a site, a case, a contact, a machine and a work order."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.mine, self.theirs = self._all(), self._all()

    def _all(self) -> dict[str, str]:
        owner = customer(self.house)
        about = case(self.house, owner)
        return {
            "customer": owner,
            "site": site(self.house, owner),
            "case": about,
            "contact": made(self.house, "contacts", **CALL, customer=owner),
            "machine": made(self.house, "equipment", model="B-200", customer=owner),
            "order": made(self.house, "work-orders", case=about, problem="It drips."),
        }


def test_what_is_another_customer_s_is_refused_in_every_command_that_names_two_things(house: House) -> None:
    """Issue 8, 16: contact and case, order and machine, and everything else that names two things."""
    two = Two(house)
    mine, theirs = two.mine, two.theirs
    pump, warehouse = part(house), place(house)
    told(house, f"cases/{mine['case']}/resolve", resolution="Done.")
    other = (409, "of-another-customer")
    use: dict[str, Any] = {"kind": "consumption", "part": pump, "quantity": "1", "from": warehouse}

    assert refused(house, f"contacts/{mine['contact']}/link", case=theirs["case"]) == other
    repeated = {"case": mine["case"], "repeat_of": theirs["contact"]}
    assert refused(house, f"contacts/{mine['contact']}/link", **repeated) == other
    assert refused(house, f"contacts/{mine['contact']}/mark-duplicate", of=theirs["contact"]) == other
    assert refused(house, "contacts", **CALL, customer=mine["customer"], work_order=theirs["order"]) == other
    opened = {"customer": mine["customer"], "topic": "troubleshooting", "contact": theirs["contact"]}
    assert refused(house, "cases", **opened) == other
    assert refused(house, f"cases/{mine['case']}/reopen", by_contact=theirs["contact"]) == other
    assert refused(house, f"cases/{two.mine['case']}/merge", into=theirs["case"]) == other
    for of in ({"customer": mine["customer"]}, {"case": theirs["case"]}):
        machine = theirs["machine"] if "customer" in of else mine["machine"]
        assert refused(house, "work-orders", **of, problem="x", equipment=machine) == other
    at_theirs = {"customer": mine["customer"], "site": theirs["site"]}
    assert refused(house, "work-orders", **at_theirs, problem="x") == (404, "no-such-site")
    assert refused(house, f"equipment/{mine['machine']}/install", **at_theirs) == (404, "no-such-site")
    told(house, f"equipment/{mine['machine']}/install", customer=mine["customer"], site=mine["site"])
    assert refused(house, f"equipment/{mine['machine']}/move", site=theirs["site"]) == (404, "no-such-site")
    into = {"work_order": mine["order"], "to": theirs["machine"]}
    assert refused(house, "stock-movements", **use | into) == other
    unknown = {"work_order": mine["order"], "technician": str(uuid4())}
    assert refused(house, "stock-movements", **use | unknown) == (404, "not-found")
    assert refused(house, "locations", kind="site", name="x", site=str(uuid4())) == (404, "not-found")


def test_a_contact_of_nobody_does_not_mix_two_customers_in_two_steps(house: House) -> None:
    """Issue 8, 16: with an order and no customer it was nobody's, and could be linked to anybody's case."""
    two = Two(house)
    mine, theirs = two.mine, two.theirs
    other = (409, "of-another-customer")

    by_order = made(house, "contacts", **CALL, work_order=theirs["order"])
    assert read(house, f"contacts/{by_order}")["customer"] == theirs["customer"]
    assert refused(house, f"contacts/{by_order}/link", case=mine["case"]) == other

    older = Contact.receive(
        id=uuid4(), channel="phone", direction="in", started_at=now(), work_order=UUID(theirs["order"])
    )
    house.commit(older)  # as it was recorded before
    assert refused(house, f"contacts/{older.id}/link", case=mine["case"]) == other
    assert refused(house, f"contacts/{older.id}/mark-duplicate", of=mine["contact"]) == other
    assert refused(house, f"contacts/{mine['contact']}/link", case=mine["case"], repeat_of=str(older.id)) == other
    opened = {"customer": mine["customer"], "topic": "troubleshooting", "contact": str(older.id)}
    assert refused(house, "cases", **opened) == other
    told(house, f"cases/{mine['case']}/resolve", resolution="Done.")
    assert refused(house, f"cases/{mine['case']}/reopen", by_contact=str(older.id)) == other

    of_nobody = made(house, "contacts", **CALL)
    told(house, f"cases/{mine['case']}/reopen", by_contact=of_nobody)
    assert read(house, f"contacts/{of_nobody}")["customer"] == mine["customer"]
    assert refused(house, f"contacts/{of_nobody}/link", case=theirs["case"]) == other


def test_entries_that_were_merged_are_one_customer(house: House) -> None:
    """Issue 8, 16: what the two had belongs together from then on."""
    two = Two(house)
    told(house, f"customers/{two.theirs['customer']}/merge", into=two.mine["customer"])

    told(house, f"contacts/{two.theirs['contact']}/link", case=two.mine["case"])
    made(house, "work-orders", customer=two.mine["customer"], problem="x", equipment=two.theirs["machine"])


def test_a_site_that_exists_elsewhere_is_not_added(house: House) -> None:
    """Issue 8, 14: neither does the address move, nor may the id be another thing's."""
    two = Two(house)
    new = {"zone": "Europe/Berlin", "address": "Lindenallee 1"}
    before = read(house, f"customers/{two.theirs['customer']}")["sites"]

    for taken in (two.theirs["site"], two.theirs["customer"], two.mine["order"], str(VIRTUAL["transit"])):
        assert refused(house, f"customers/{two.mine['customer']}/add-site", site=taken, **new) == (409, "id-is-taken")
    own = refused(house, f"customers/{two.mine['customer']}/add-site", site=two.mine["site"], **new)

    assert own == (409, "site-is-known")
    assert read(house, f"customers/{two.theirs['customer']}")["sites"] == before


def test_two_customers_who_add_one_site_at_once_do_not_both_have_it(house: House) -> None:
    """Issue 8, 14: the database itself keeps a site with one customer."""
    owners = [customer(house) for _ in range(4)]
    for _ in range(3):
        id = str(uuid4())

        def add(owner: str, id: str = id) -> int:
            payload = {"site": id, "zone": "Europe/Berlin", "address": f"Street of {owner}"}
            return house.post(f"/api/v1/customers/{owner}/add-site", payload).status_code

        with ThreadPoolExecutor(4) as threads:
            assert sorted(threads.map(add, owners)) == [200, 409, 409, 409]
        holders = [each for each in owners if id in [one["id"] for one in read(house, f"customers/{each}")["sites"]]]
        assert len(holders) == 1


def test_an_id_that_is_taken_begins_nothing(house: House) -> None:
    """Issue 8, 14: siblings: whatever is created under a chosen id, a site's and a well-known place's included."""
    two = Two(house)
    new: dict[str, dict[str, Any]] = {
        "customers": {"name": "Mallory"},
        "contacts": CALL,
        "cases": {"customer": two.mine["customer"], "topic": "troubleshooting"},
        "equipment": {"model": "B-200"},
        "work-orders": {"customer": two.mine["customer"], "problem": "x"},
        "locations": {"kind": "warehouse", "name": "x"},
        "technicians": {"name": "x"},
        "parts": {"number": "P-9", "names": [{"language": "en", "text": "x"}], "unit": "pcs"},
    }
    for noun, payload in new.items():
        assert refused(house, noun, **payload, id=two.theirs["customer"]) == (409, "already-exists")
        for taken in (two.theirs["site"], *([] if noun == "locations" else [str(VIRTUAL["supplier"])])):
            assert refused(house, noun, **payload, id=taken) == (409, "id-is-taken"), noun


def test_a_correction_whose_id_somebody_has_taken_is_made_all_the_same(house: House) -> None:
    """Issue 8, 8: sibling: ids that can be foreseen keep nobody from taking a movement back."""
    pump, warehouse = part(house), place(house)
    receipt = {"kind": "receipt", "part": pump, "to": warehouse}
    wrong = made(house, "stock-movements", **receipt, quantity="50")
    made(house, "stock-movements", **receipt, quantity="1", id=str(correction_id(UUID(wrong))))

    replies = [told(house, f"stock-movements/{wrong}/correct", reason="never_happened") for _ in range(2)]

    assert replies[0]["correction"] == replies[1]["correction"] != str(correction_id(UUID(wrong)))
    assert [line["on_hand"] for line in items(house, f"stock?location={warehouse}")] == ["1"]
