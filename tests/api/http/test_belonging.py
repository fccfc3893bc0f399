"""What a command names together belongs together, and an id names one thing only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

from domain.care.contact import Contact
from domain.kernel.instant import now
from domain.stock.location import VIRTUAL
from domain.stock.stock_movement import correction_id
from tests.api.conftest import ApiClient
from tests.support.api_steps import case, command, create, customer, items, part, place, read, refusal, site

CALL = {"channel": "phone", "about": "It drips."}


class Two:
    """Two customers, each with a site, a case, a contact, a machine and a work order."""

    def __init__(self, api: ApiClient) -> None:
        self.api = api
        self.mine, self.theirs = self._all(), self._all()

    def _all(self) -> dict[str, str]:
        owner = customer(self.api)
        about = case(self.api, owner)
        return {
            "customer": owner,
            "site": site(self.api, owner),
            "case": about,
            "contact": create(self.api, "contacts", **CALL, customer=owner),
            "machine": create(self.api, "equipment", model="B-200", customer=owner),
            "order": create(self.api, "work-orders", case=about, problem="It drips."),
        }


def test_what_is_another_customer_s_is_refused_in_every_command_that_names_two_things(api: ApiClient) -> None:
    """Issue 8, 16: contact and case, order and machine, and everything else that names two things."""
    two = Two(api)
    mine, theirs = two.mine, two.theirs
    pump, warehouse = part(api), place(api)
    command(api, f"cases/{mine['case']}/resolve", resolution="Done.")
    other = (409, "of-another-customer")
    use: dict[str, Any] = {"kind": "consumption", "part": pump, "quantity": "1", "from": warehouse}

    assert refusal(api, f"contacts/{mine['contact']}/link", case=theirs["case"]) == other
    repeated = {"case": mine["case"], "repeat_of": theirs["contact"]}
    assert refusal(api, f"contacts/{mine['contact']}/link", **repeated) == other
    assert refusal(api, f"contacts/{mine['contact']}/mark-duplicate", of=theirs["contact"]) == other
    assert refusal(api, "contacts", **CALL, customer=mine["customer"], work_order=theirs["order"]) == other
    opened = {"customer": mine["customer"], "topic": "troubleshooting", "contact": theirs["contact"]}
    assert refusal(api, "cases", **opened) == other
    assert refusal(api, f"cases/{mine['case']}/reopen", by_contact=theirs["contact"]) == other
    assert refusal(api, f"cases/{two.mine['case']}/merge", into=theirs["case"]) == other
    for of in ({"customer": mine["customer"]}, {"case": theirs["case"]}):
        machine = theirs["machine"] if "customer" in of else mine["machine"]
        assert refusal(api, "work-orders", **of, problem="x", equipment=machine) == other
    at_theirs = {"customer": mine["customer"], "site": theirs["site"]}
    assert refusal(api, "work-orders", **at_theirs, problem="x") == (404, "no-such-site")
    assert refusal(api, f"equipment/{mine['machine']}/install", **at_theirs) == (404, "no-such-site")
    command(api, f"equipment/{mine['machine']}/install", customer=mine["customer"], site=mine["site"])
    assert refusal(api, f"equipment/{mine['machine']}/move", site=theirs["site"]) == (404, "no-such-site")
    into = {"work_order": mine["order"], "to": theirs["machine"]}
    assert refusal(api, "stock-movements", **use | into) == other
    unknown = {"work_order": mine["order"], "technician": str(uuid4())}
    assert refusal(api, "stock-movements", **use | unknown) == (404, "not-found")
    assert refusal(api, "locations", kind="site", name="x", site=str(uuid4())) == (404, "not-found")


def test_a_contact_of_nobody_does_not_mix_two_customers_in_two_steps(api: ApiClient) -> None:
    """Issue 8, 16: with an order and no customer it was nobody's, and could be linked to anybody's case."""
    two = Two(api)
    mine, theirs = two.mine, two.theirs
    other = (409, "of-another-customer")

    by_order = create(api, "contacts", **CALL, work_order=theirs["order"])
    assert read(api, f"contacts/{by_order}")["customer"] == theirs["customer"]
    assert refusal(api, f"contacts/{by_order}/link", case=mine["case"]) == other

    older = Contact.receive(
        id=uuid4(), channel="phone", direction="in", started_at=now(), work_order=UUID(theirs["order"])
    )
    api.commit(older)  # as it was recorded before
    assert refusal(api, f"contacts/{older.id}/link", case=mine["case"]) == other
    assert refusal(api, f"contacts/{older.id}/mark-duplicate", of=mine["contact"]) == other
    assert refusal(api, f"contacts/{mine['contact']}/link", case=mine["case"], repeat_of=str(older.id)) == other
    opened = {"customer": mine["customer"], "topic": "troubleshooting", "contact": str(older.id)}
    assert refusal(api, "cases", **opened) == other
    command(api, f"cases/{mine['case']}/resolve", resolution="Done.")
    assert refusal(api, f"cases/{mine['case']}/reopen", by_contact=str(older.id)) == other

    of_nobody = create(api, "contacts", **CALL)
    command(api, f"cases/{mine['case']}/reopen", by_contact=of_nobody)
    assert read(api, f"contacts/{of_nobody}")["customer"] == mine["customer"]
    assert refusal(api, f"contacts/{of_nobody}/link", case=theirs["case"]) == other


def test_entries_that_were_merged_are_one_customer(api: ApiClient) -> None:
    """Issue 8, 16: what the two had belongs together from then on."""
    two = Two(api)
    command(api, f"customers/{two.theirs['customer']}/merge", into=two.mine["customer"])

    command(api, f"contacts/{two.theirs['contact']}/link", case=two.mine["case"])
    create(api, "work-orders", customer=two.mine["customer"], problem="x", equipment=two.theirs["machine"])


def test_a_site_that_exists_elsewhere_is_not_added(api: ApiClient) -> None:
    """Issue 8, 14: neither does the address move, nor may the id be another thing's."""
    two = Two(api)
    new = {"zone": "Europe/Berlin", "address": "Lindenallee 1"}
    before = read(api, f"customers/{two.theirs['customer']}")["sites"]

    for taken in (two.theirs["site"], two.theirs["customer"], two.mine["order"], str(VIRTUAL["transit"])):
        assert refusal(api, f"customers/{two.mine['customer']}/add-site", site=taken, **new) == (409, "id-is-taken")
    own = refusal(api, f"customers/{two.mine['customer']}/add-site", site=two.mine["site"], **new)

    assert own == (409, "site-is-known")
    assert read(api, f"customers/{two.theirs['customer']}")["sites"] == before


def test_two_customers_who_add_one_site_at_once_do_not_both_have_it(api: ApiClient) -> None:
    """Issue 8, 14: the database itself keeps a site with one customer."""
    owners = [customer(api) for _ in range(4)]
    for _ in range(3):
        id = str(uuid4())

        def add(owner: str, id: str = id) -> int:
            payload = {"site": id, "zone": "Europe/Berlin", "address": f"Street of {owner}"}
            return api.post(f"/api/v1/customers/{owner}/add-site", payload).status_code

        with ThreadPoolExecutor(4) as threads:
            assert sorted(threads.map(add, owners)) == [200, 409, 409, 409]
        holders = [each for each in owners if id in [one["id"] for one in read(api, f"customers/{each}")["sites"]]]
        assert len(holders) == 1


def test_an_id_that_is_taken_begins_nothing(api: ApiClient) -> None:
    """Issue 8, 14: siblings: whatever is created under a chosen id, a site's and a well-known place's included."""
    two = Two(api)
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
        assert refusal(api, noun, **payload, id=two.theirs["customer"]) == (409, "already-exists")
        for taken in (two.theirs["site"], *([] if noun == "locations" else [str(VIRTUAL["supplier"])])):
            assert refusal(api, noun, **payload, id=taken) == (409, "id-is-taken"), noun


def test_a_correction_whose_id_somebody_has_taken_is_made_all_the_same(api: ApiClient) -> None:
    """Issue 8, 8: sibling: ids that can be foreseen keep nobody from taking a movement back."""
    pump, warehouse = part(api), place(api)
    receipt = {"kind": "receipt", "part": pump, "to": warehouse}
    wrong = create(api, "stock-movements", **receipt, quantity="50")
    create(api, "stock-movements", **receipt, quantity="1", id=str(correction_id(UUID(wrong))))

    replies = [command(api, f"stock-movements/{wrong}/correct", reason="never_happened") for _ in range(2)]

    assert replies[0]["correction"] == replies[1]["correction"] != str(correction_id(UUID(wrong)))
    assert [line["on_hand"] for line in items(api, f"stock?location={warehouse}")] == ["1"]
