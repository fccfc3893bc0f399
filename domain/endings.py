"""The effect of each ending on its dependants: the table from which the page in docs is made."""

from __future__ import annotations

from typing import Final, NamedTuple


class Ending(NamedTuple):
    """One row: a command that ends something, a dependant, its fate, and the test that shows it.

    `command` is a noun and a word of the API; `test` is a file under `tests/` and a function of it.
    """

    command: str
    dependant: str
    becomes: str
    test: str


_ORDERS: Final = "api/work/test_order_ends.py::"
_MERGES: Final = "api/care/test_merges.py::"
_OTHERS: Final = "api/work/test_endings.py::"
_CANCELLED: Final = _ORDERS + "test_the_end_of_an_order_cancels_its_open_visits_with_it"
_GO_ON: Final = _ORDERS + "test_what_may_go_on_leaves_the_visits_as_they_are"
_FOLLOW: Final = _MERGES + "test_a_customer_shows_what_came_with_entries_merged_into_theirs_in_a_chain"

ENDINGS: Final = (
    Ending("work-orders cancel", "visits that are not over", "cancelled with it, for the same reason", _CANCELLED),
    Ending("work-orders close", "visits that are not over", "cancelled with it", _CANCELLED),
    Ending("work-orders cancel", "a visit planned at that moment", "cancelled with it, or refused",
           _ORDERS + "test_a_visit_planned_between_reading_and_recording_makes_the_end_decide_again"),
    Ending("work-orders cancel", "documents on phones",
           "gone as `closed`, with the `status` in which the order and each visit ended",
           "projections/documents/test_ended_jobs.py::test_a_phone_hears_how_an_order_and_its_visits_have_ended"),
    Ending("work-orders cancel", "what a phone does for it afterwards",
           "recorded, with the discrepancy `work_after_cancel`",
           "sync/test_ended_orders.py::test_work_after_the_end_is_recorded_and_a_request_for_a_visit_is_refused"),
    Ending("work-orders cancel", "parts required and used",
           "stay as they are: parts required reserve nothing, and what was used has moved",
           _OTHERS + "test_parts_of_a_cancelled_order_stay_on_the_books"),
    Ending("work-orders close", "a visit whose end its technician takes back afterwards", "cancelled with it",
           "sync/test_ended_orders.py::test_a_visit_whose_end_is_taken_back_ends_with_its_order"),
    Ending("work-orders hold", "visits", "stay: a visit may be needed because of it", _GO_ON),
    Ending("work-orders complete", "visits", "stay until the order is closed: it may be reopened", _GO_ON),
    Ending("work-orders cannot-complete", "visits", "stay until the order is closed: it may be reopened", _GO_ON),
    Ending("visits cancel", "its work order", "stays: another visit may be planned",
           _OTHERS + "test_an_order_goes_on_without_its_visit"),
    Ending("cases close", "open work orders and discrepancies", "refused until they are ended, or waived by name",
           "api/care/test_cases.py::test_a_case_does_not_close_while_work_is_open_on_it"),
    Ending("cases close", "a contact about it afterwards",
           "linked, and listed with `needs_decision` until somebody reopens the case, names another one or answers",
           _MERGES + "test_a_contact_about_a_closed_case_needs_a_decision"),
    Ending("cases merge", "its work orders, contacts and timeline",
           "found at the case that goes on, later ones too",
           _MERGES + "test_what_hangs_on_a_merged_case_is_found_at_the_one_that_goes_on"),
    Ending("customers merge", "machines, orders, cases, contacts", "found at either entry; records stay as they are",
           _FOLLOW),
    Ending("customers merge", "sites", "sites of the remaining entry as well, for every command",
           _MERGES + "test_a_site_that_came_with_a_merged_entry_is_one_of_the_customers"),
    Ending("customers merge", "the merged entry",
           "is read with `merged_into`; commands on it are refused and name the remaining one",
           _MERGES + "test_the_entry_that_stays_shows_all_sites_and_the_one_that_went_says_where_to_look"),
    Ending("customers merge", "facts of a phone about the merged entry", "are about the entry that remains",
           "sync/test_ended_orders.py::test_a_phone_corrects_the_entry_that_stays"),
    Ending("customers erase", "entries merged into it, and words of all that is theirs", "erased with it",
           _MERGES + "test_erasing_the_entry_that_stays_erases_what_came_with_the_others"),
    Ending("customers erase", "open work orders and visits", "stay without words: the office ends them",
           _OTHERS + "test_open_work_of_an_erased_customer_stays_to_be_ended"),
    Ending("contacts mark-duplicate", "its case", "keeps it among its contacts; the contact needs no decision any more",
           _OTHERS + "test_a_duplicate_needs_no_decision"),
    Ending("equipment retire", "open work orders", "stay: it may have to be taken away, and parts removed from it",
           _OTHERS + "test_open_orders_of_a_retired_machine_go_on"),
    Ending("equipment withdraw-warranty", "decisions of before", "stay: the past is asked with `known_at`",
           "api/work/test_warranties.py::test_a_warranty_is_withdrawn_with_a_reason_and_the_past_is_as_it_was_known"),
    Ending("parts discontinue", "stock and required parts", "stay: what is there may still be used",
           _OTHERS + "test_a_discontinued_part_is_still_used"),
    Ending("parts supersede", "stock and required parts", "stay: what is there may still be used",
           _OTHERS + "test_a_discontinued_part_is_still_used"),
    Ending("locations retire", "stock there", "stays on the books, listed and moved from there until it is gone",
           _OTHERS + "test_stock_of_a_retired_place_stays_on_the_books"),
    Ending("stock-movements correct", "the parts used of its order", "are without it",
           "projections/work/test_returned_parts.py::test_a_return_that_is_taken_back_was_none"),
    Ending("technicians deactivate", "open orders and visits",
           "stay theirs until the office gives them to somebody else, which it may do",
           _OTHERS + "test_open_work_of_a_deactivated_technician_is_given_to_somebody_else"),
    Ending("technicians deactivate", "their devices", "read nothing; what they hand in is quarantined for the office",
           "api/work/test_deactivated_technicians.py"),
    Ending("technicians erase", "their devices", "revoked, and ordered to hand in their outbox and to erase themselves",
           "api/care/test_forgotten_people.py"),
    Ending("devices suspend", "what it sends", "quarantined for the office", "api/access/test_lost_device.py"),
    Ending("devices revoke", "what it sends, and operations that are held", "quarantined for the office",
           "api/access/test_held_trust.py"),
    Ending("operations discard", "operations that need it", "decided without it, or quarantined in turn",
           "api/access/test_held_and_thrown_away.py"),
    Ending("users disable", "discrepancies that are theirs", "stay theirs until they are assigned to somebody else",
           _OTHERS + "test_discrepancies_of_a_disabled_user_are_assigned_to_somebody_else"),
    Ending("users erase", "discrepancies that are theirs", "stay theirs until they are assigned to somebody else",
           _OTHERS + "test_discrepancies_of_a_disabled_user_are_assigned_to_somebody_else"),
)  # fmt: skip
"""Every ending with its dependants. A concurrent write to a dependant is not missed: each decision is
recorded only if all that it has read is unchanged."""

ENDS: Final = frozenset(
    {
        "cancel", "close", "hold", "complete", "cannot-complete", "merge", "erase", "mark-duplicate", "retire",
        "withdraw-warranty", "discontinue", "supersede", "correct", "deactivate", "suspend", "revoke", "discard",
        "disable",
    }
)  # fmt: skip
"""The words of commands that end something."""
