"""Documents of both kinds for the small office, and what an office and a device hold of them."""

from sync.device import Device
from tests.support.fake_office import JOB, FakeOffice


def filled(office: FakeOffice) -> None:
    """Put some own and shared documents, some with texts whose sort order depends on the encoding."""
    office.put("work_order", JOB, number="1", problem="Läuft \U0001f600 \ufb33 nicht\n", notes=[{"b": 1, "a": None}])
    for number in range(8):
        office.put("visit", f"v{number}", work_order=JOB, done=number > 3)
        office.share("part", f"p{number}", number=str(number), name={"de": "Riemen", "en": "Belt"})


def held(device: Device) -> dict[tuple[str, str], object]:
    kinds = device.status()["documents"]
    return {(row["type"], row["id"]): row["body"] for kind in kinds for row in device.documents(kind)}


def bodies(office: FakeOffice) -> dict[tuple[str, str], object]:
    return {name: document["body"] for name, document in office.documents.items() if "gone" not in document}
