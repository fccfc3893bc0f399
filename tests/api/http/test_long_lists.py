"""Issue 8, 6: what grows without end is shown in part, counted, and paged through as a whole."""

from __future__ import annotations

from tests.api.conftest import ApiClient
from tests.api.work.test_work_orders import NOBODY, order
from tests.support.api_steps import command, read


def test_an_order_shows_its_newest_notes_and_a_page_route_all_of_them(api: ApiClient) -> None:
    """Issue 8, 6: 53 notes, of which the order shows 50."""
    id = order(api)
    for number in range(53):
        command(api, f"work-orders/{id}/add-note", text=f"Note {number}")

    shown = read(api, f"work-orders/{id}")
    assert [note["text"] for note in shown["notes"]] == [f"Note {number}" for number in range(3, 53)]
    assert shown["counts"] == {"notes": 53}

    first = read(api, f"work-orders/{id}/facts?list=notes&limit=40")
    rest = read(api, f"work-orders/{id}/facts?list=notes&limit=40&cursor={first['next']}")
    texts = [item["fact"]["text"] for page in (first, rest) for item in page["items"]]
    assert texts == [f"Note {number}" for number in reversed(range(53))]
    assert rest["next"] is None
    assert read(api, f"work-orders/{id}/facts?list=uses")["items"] == []
    assert api.get(f"/api/v1/work-orders/{id}/facts?list=secrets").status_code == 400
    assert api.get(f"/api/v1/work-orders/{NOBODY}/facts?list=notes").status_code == 404
    assert api.get(f"/api/v1/visits/{NOBODY}/facts?list=steps").status_code == 404
