"""A digest says what a device must hold: as many entries, with that sum, at every moment and in whatever batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from uuid import UUID, uuid4

import orjson
import pytest
import rfc8785

from domain.stock.part import Part, PartName
from domain.work.technician import Technician
from projections.documents.digest import LEAVES, MODULUS, NOTHING, digest_of, entry_of, leaf_of, number_of, written
from projections.documents.digests import DIGESTS
from projections.documents.documents import Documents
from projections.documents.holdings import holdings_of
from projections.documents.page import page
from projections.documents.table import DOCUMENTS
from tests.support.memory_documents import digest
from tests.support.memory_events import ViewsInMemory
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.pulled_documents import Phone
from tests.support.random_company import RandomCompany
from tests.support.views import busy

MOMENTS = 5  # that a test looks at while the views move, however slow the machine is


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Documents()) as made:
        yield made


def part(number: int = 1) -> Part:
    return Part.register(id=uuid4(), number=f"P-{number}", names=(PartName("en", "Pump"),), unit="piece")


def held(phone: Phone) -> tuple[int, str]:
    """The digest of all documents of a phone, from its own bodies, as the protocol tells a device to compute it."""
    hashes = [(*name, sha256(rfc8785.dumps(body)).hexdigest()) for name, body in phone.documents.items()]
    found = digest(hashes)
    return found.count, found.sum


def test_an_entry_is_the_first_half_of_the_hash_of_type_id_and_hash() -> None:
    hashed = sha256(b"part\x00P-1\x00" + b"ab" * 32).digest()
    assert entry_of("part", "P-1", "ab" * 32) == int.from_bytes(hashed[:16], "big")
    assert leaf_of("part", "P-1") == sha256(b"part\x00P-1").digest()[0] < LEAVES
    assert digest_of([MODULUS - 1, 3]) == digest_of([1, 1])
    assert (NOTHING.count, NOTHING.sum) == (0, "0" * 32)


@pytest.mark.parametrize(
    "text", ["", "0" * 31, "0" * 33, "F" * 32, "0" * 31 + "g", "0x" + "0" * 30, "0" * 32 + "\n", "٣" * 32]
)
def test_a_sum_is_written_in_one_way_only(text: str) -> None:
    assert number_of(written(MODULUS - 1)) == MODULUS - 1
    with pytest.raises(ValueError, match="32 lower-case hex digits"):
        number_of(text)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_each_digest_is_that_of_the_documents_that_are_there(seed: int) -> None:
    turmoil = RandomCompany(ViewsInMemory(Documents()), seed)
    turmoil.run_steps(300)
    names: dict[UUID, list[tuple[str, str, str]]] = defaultdict(list)
    newest: dict[UUID, int] = defaultdict(int)
    for row in turmoil.views.all(DOCUMENTS):
        newest[row["audience"]] = max(newest[row["audience"]], row["position"])
        if row["gone"] is None:
            names[row["audience"]].append((row["type"], row["id"], row["hash"]))
    kept = {row["audience"]: row for row in turmoil.views.all(DIGESTS)}
    assert set(kept) == set(newest)
    assert len(kept) == 4
    for audience, row in kept.items():
        must = digest(names[audience])
        assert (row["count"], row["sum"], row["position"]) == (must.count, must.sum, newest[audience])


def test_entries_of_what_all_share_say_so_in_the_order_of_canonical_json(projected: ProjectedLog) -> None:
    anna = Technician.register(id=uuid4(), name="Anna", zone="Europe/Berlin", language="de")
    projected.record(part(), anna)
    rows = Phone(projected, anna.id).page().rows
    changes = [orjson.loads(row["entry"]) for row in rows]
    assert {change["type"]: change.get("shared") for change in changes} == {
        "part": True,
        "code_list": True,
        "technician": None,
    }
    assert all(rfc8785.dumps(change).decode() == row["entry"] for change, row in zip(changes, rows, strict=True))


def test_the_digests_of_a_page_are_those_of_a_device_that_has_everything(projected: ProjectedLog) -> None:
    anna = Technician.register(id=uuid4(), name="Anna", zone="Europe/Berlin", language="de")
    one, other = part(1), part(2)
    projected.record(one, other, anna)
    phone, nobody = Phone(projected, anna.id), Phone(projected, uuid4())
    assert (nobody.page().moment.own, nobody.page().moment.shared.count > 2) == (NOTHING, True)

    for _ in range(2):
        phone.pull()
        moment = phone.page().moment
        own, shared = moment.own, moment.shared
        count, total = held(phone)
        assert (own.count + shared.count, written(number_of(own.sum) + number_of(shared.sum))) == (count, total)
        assert (moment.through, moment.head, own.count) == (phone.cursor, phone.cursor, 1)
        one.discontinue()
        anna.deactivate()
        projected.record(one, anna)
    projected.check_rebuild()


def test_a_page_and_its_digests_are_of_one_moment_while_the_views_move(projected: ProjectedLog) -> None:
    projected.record(part(0))
    projected.rows()
    numbers = iter(range(1, 1_000_000))

    def goes_on() -> None:
        projected.record(*(part(next(numbers)) for _ in range(3)))
        projected.rows()

    moments: list[tuple[int, bool]] = []
    with busy(goes_on) as wrong, ThreadPoolExecutor(3) as pool:
        while len({through for through, _ in moments}) < MOMENTS and not wrong:
            moments += pool.map(lambda _: _looked(projected), range(12))
    assert wrong == []
    assert [shown for _, shown in moments if not shown] == []


def _looked(projected: ProjectedLog) -> tuple[int, bool]:
    """The position of a page of everything and of the holdings, and whether each is what its digest says."""
    with projected.past.now() as reader:
        rows, more, moment = page(reader, uuid4(), after=0, limit=100_000)
    changes = [orjson.loads(row["entry"]) for row in rows]
    fits = digest([(one["type"], one["id"], one["hash"]) for one in changes]) == moment.shared
    with holdings_of(projected.past, uuid4()) as held:
        there = [(row["type"], row["id"], row["hash"]) for row in held.rows(0)]
        fits = (
            fits
            and digest(there) == held.moment.shared
            and len(held.entries([(True, *name[:2]) for name in there])) == len(there)
        )
    return moment.through, fits and not more and rows[-1]["position"] == moment.through


def test_holdings_leave_out_what_had_gone_before_and_name_what_went_behind(projected: ProjectedLog) -> None:
    van_taken = Technician.register(id=uuid4(), name="Anna", zone="Europe/Berlin", language="de")
    position = projected.record(van_taken)
    with projected.seen(), holdings_of(projected.past, van_taken.id) as holdings:
        [own] = [row for row in holdings.rows(position) if not row["shared"]]
        assert (own["type"], own["id"], own["position"]) == ("technician", str(van_taken.id), position)
        [entry] = holdings.entries([(False, "technician", str(van_taken.id))])
        assert orjson.loads(entry)["body"]["name"] == "Anna"
        assert holdings.entries([(True, "technician", str(van_taken.id))]) == []
