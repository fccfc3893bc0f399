"""The table of permissions: each row with the attempts that test it, and the missing check that they detect."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import NamedTuple

from tests.api.conftest import ApiClient
from tests.support import authority_contacts
from tests.support import authority_holes as holes
from tests.support import authority_tries as tries
from tests.support.authority_sides import Side, leaks, worst

Try = Callable[[Side, Side], Iterable[str]]
Hole = Callable[[ApiClient], AbstractContextManager[object]]


class Row(NamedTuple):
    """One rule: what is requested, by whom, whose the thing must be, and the result otherwise.

    `tried` requests it for somebody else's thing and gives the outcomes; each must be `otherwise`.
    """

    thing: str
    asker: str
    asked: str
    whose: str
    otherwise: str
    tried: Try
    hole: Hole

    def findings(self, mine: Side, theirs: Side) -> list[str]:
        """What is wrong: other outcomes than `otherwise`, changes to their things, documents of theirs on my phone."""
        before = theirs.state()
        outcome = worst(self.tried(mine, theirs), self.otherwise)
        found = [] if outcome == self.otherwise else [f"{self.thing}: {outcome}, not {self.otherwise}"]
        after = theirs.state()
        found += [f"{self.thing}: their {name} changed" for name in before if before[name] != after[name]]
        return found + [f"{self.thing}: I was given {leak}" for leak in leaks(mine, theirs)]


PHONE, OFFICE = "a technician's phone", "the office"

ROWS: tuple[Row, ...] = (
    Row("visit", PHONE, "every step of a visit", "given to its technician, or nobody's on an order of theirs",
        "conflicted work_after_reassignment", tries.steps, holes.any_step_counts),
    Row("visit of nobody", PHONE, "`visit_accepted`", "on an order of its technician",
        "conflicted work_after_reassignment", tries.accept, holes.anybody_takes_a_visit),
    Row("slice", PHONE, "what brings documents", "a decision of the office",
        "conflicted work_after_reassignment", tries.accept, holes.facts_widen_a_slice),
    Row("work order", PHONE, "every fact about it", "assigned to its technician",
        "conflicted work_after_reassignment", tries.order_facts, holes.nothing_misfits),
    Row("work order", PHONE, "`close_work_order`, `request_visit`", "assigned to its technician",
        "rejected not-yours", tries.order_requests, holes.every_order_is_mine),
    Row("visit", PHONE, "`decline_visit`", "given to its technician",
        "rejected not-their-visit", tries.decline, holes.every_visit_is_mine),
    Row("customer", PHONE, "`change_customer_details`", "one for whom its technician has open work",
        "rejected not-your-customer", tries.details, holes.work_for_everybody),
    Row("contact", PHONE, "`customer_spoke` with a work order", "of the same customer",
        "conflicted reference_mismatch", tries.spoke, holes.one_customer_in_operations),
    Row("van", PHONE, "all that is moved or counted there but `part_used`", "in its technician's custody, or nobody's",
        "conflicted foreign_van", tries.moves, holes.every_van_is_mine),
    Row("count", PHONE, "`stock_counted` with a `count`", "of the same place",
        "conflicted reference_mismatch", tries.count, holes.any_count_takes_lines),
    Row("part used", PHONE, "`part_used` with a `visit`", "of the same work order",
        "conflicted reference_mismatch", tries.use_in_their_visit, holes.any_visit_fits),
    Row("operation", PHONE, "`fact_corrected`", "recorded by a phone of its technician",
        "quarantined unknown-reference", tries.corrections, holes.anybody_takes_back),
    Row("operation", PHONE, "an id that is known", "the same operation",
        "quarantined not-understood", tries.same_id, holes.no_trouble),
    Row("photo", PHONE, "its bytes, in and out", "named by a phone of its technician",
        "404 blob-not-named", tries.bytes_of_photo, holes.every_photo_is_named),
    Row("device", PHONE, "its next incarnation", "with its key, or without one its technician's",
        "201", tries.their_installation, holes.a_name_is_enough),
    Row("tokens", PHONE, "a refresh", "with a proof that was not used before",
        "401 token-reused", tries.replayed_refresh, holes.tokens_are_good_for_ever),
    Row("tokens", PHONE, "an enrolment once more", "with its key and a challenge that was not used before",
        "403 enrolment-code-invalid", tries.replayed_enrolment, holes.codes_are_good_for_ever),
    Row("status", PHONE, "reading", "trusted, and its technician works here",
        "403 device-suspended", tries.of_nobody_here, holes.everybody_is_trusted),
    Row("device at the office", PHONE, "any route of `/api/v1`", "nobody's: users only",
        "401 not-signed-in", tries.phone_at_the_office, holes.any_token_is_a_user),
    Row("contact", OFFICE, "`link` (case, repeat_of), `mark-duplicate`, create with an order", "the same customer's",
        "409 of-another-customer", authority_contacts.contacts, holes.one_customer_in_requests),
    Row("contact of nobody", OFFICE, "with an order, or named at `reopen`; then `link`, `mark-duplicate`, a case",
        "the same customer's", "409 of-another-customer", authority_contacts.in_two_steps,
        holes.one_customer_in_requests),
    Row("case", OFFICE, "create or `reopen` with a contact, `merge`", "the same customer's",
        "409 of-another-customer", tries.cases, holes.one_customer_in_requests),
    Row("work order", OFFICE, "create with a machine", "the same customer's, or nobody's",
        "409 of-another-customer", tries.orders_with_machines, holes.one_customer_in_requests),
    Row("work order", OFFICE, "create with a customer and a case", "the same customer's",
        "409 case-of-somebody-else", tries.orders_with_cases, holes.one_customer_at_opening),
    Row("movement", OFFICE, "to or from a machine for a work order", "the same customer's, or nobody's",
        "409 of-another-customer", tries.movements, holes.one_customer_in_requests),
    Row("movement", OFFICE, "with a visit and a work order", "the visit is of that order",
        "409 visit-of-another-order", tries.movement_in_visit, holes.any_visit_of_any_order),
    Row("site", OFFICE, "work order, `install`, `move`, `change-site`", "the same customer's",
        "404 no-such-site", tries.sites, holes.every_site_is_theirs),
    Row("site", OFFICE, "`add-site` under an id", "nobody's yet",
        "409 id-is-taken", tries.add_site, holes.site_ids_are_free),
    Row("anything", OFFICE, "create under an id", "nobody's yet",
        "409 id-is-taken", tries.create_under_taken_id, holes.ids_are_free),
    Row("user, codes", OFFICE, "`disable`, `set-roles`, `set-password`, `enrolments`", "asked for by an admin",
        "403 forbidden", tries.as_agent, holes.agents_may_do_all),
)  # fmt: skip
