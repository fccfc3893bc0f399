"""The week as steps: each repair from the first call to its outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from callout.demo.repairs import Repair
from callout.demo.steps import ZONE, Ask, Calendar, Did, Step, Sync, id_of

OUT_OF_REACH = {"emre": ((1, "18:00"), (4, "17:00")), "lena": ((1, "18:30"), (4, "17:30"))}
"""Who was offline, from when until when."""
DONE = ("satisfied", "resolved", "reassigned", "cancelled")


class RepairSteps:
    """The steps of one repair."""

    def __init__(self, repair: Repair, calendar: Calendar) -> None:
        self.repair = repair
        self.slug = repair.slug
        self.calendar = calendar
        self.called = calendar.at(*repair.called)
        self.begins = calendar.at(*repair.visit)
        self.ends = self.begins + timedelta(minutes=25 + repair.minutes)
        self.case, self.order, self.visit = (id_of(f"{kind}:{self.slug}") for kind in ("case", "order", "visit"))

    def steps(self) -> Iterator[Step]:
        """All of them; the office's last ones follow when the technician's work has been received."""
        yield from self._call()
        if self.repair.ending == "new":
            return
        yield from self._assign()
        if self.repair.ending == "planned":
            return
        yield from self._go()
        ending = self.repair.ending
        yield from {"no_access": self._nobody_home, "waiting": self._part_missing}.get(ending, self._work)()
        yield from self._sync(self.ends + timedelta(minutes=10))
        yield from {
            "no_access": self._second_visit,
            "waiting": self._wait,
            "reassigned": self._reassign,
            "cancelled": self._cancel,
        }.get(ending, self._finish)()

    # What the office does

    def _ask(self, at: datetime, login: str, path: str, body: Mapping[str, Any], key: str) -> Ask:
        return Ask(at, login, path, body, f"{key}:{self.slug}")

    def _call(self) -> Iterator[Step]:
        repair, at = self.repair, self.called
        customer, contact = id_of(f"customer:{repair.customer}"), id_of(f"contact:{self.slug}")
        body = {"id": contact, "channel": repair.channel, "customer": customer, "about": repair.about}
        yield self._ask(at, "agent", "contacts", body | {"reason": repair.reason}, "contact")
        case = {"id": self.case, "customer": customer, "topic": "troubleshooting", "priority": repair.priority}
        yield self._ask(at + _minutes(2), "agent", "cases", case | {"contact": contact}, "case")
        order = {"id": self.order, "case": self.case, "site": id_of(f"site:{repair.customer}:0")}
        order |= {"equipment": id_of(f"machine:{repair.customer}:{repair.machine}")}
        order |= {"priority": repair.priority, "problem": repair.about}
        yield self._ask(at + _minutes(4), "agent", "work-orders", order, "order")

    def _assign(self) -> Iterator[Step]:
        at, technician = self.called + _minutes(12), id_of(f"fitter:{self.repair.fitter}")
        body = {"technician": technician}
        yield self._ask(at, "dispatcher", f"work-orders/{self.order}/assign", body, "assigned")
        yield from self._plan(self.visit, self.begins, at + _minutes(1), "visit")

    def _plan(self, visit: str, begins: datetime, at: datetime, key: str) -> Iterator[Step]:
        body = {"technician": id_of(f"fitter:{self.repair.fitter}")}
        window = {"window_start": begins.isoformat(), "window_end": (begins + _minutes(120)).isoformat()}
        planned = {"id": visit, "work_order": self.order, "zone": ZONE, **window, **body}
        yield self._ask(at, "dispatcher", "visits", planned, key)
        yield self._ask(at + _minutes(1), "dispatcher", f"visits/{visit}/dispatch", body, f"{key} dispatched")

    def _finish(self) -> Iterator[Step]:
        at = self._reported_at()
        yield self._ask(at, "dispatcher", f"work-orders/{self.order}/close", {}, "order closed")
        resolution: Mapping[str, Any] = {"resolution": f"Repaired: {self.repair.found[2].replace('_', ' ')}."}
        yield self._ask(at + _minutes(2), "agent", f"cases/{self.case}/resolve", resolution, "resolved")
        if self.repair.ending == "satisfied":
            body: Mapping[str, Any] = {"outcome": "satisfied", "basis": "survey"}
            yield self._ask(at + _minutes(30), "agent", f"cases/{self.case}/close", body, "closed")

    def _second_visit(self) -> Iterator[Step]:
        again = self.calendar.at(6, "15:00")
        yield from self._plan(id_of(f"second visit:{self.slug}"), again, self.ends + _minutes(30), "second visit")

    def _wait(self) -> Iterator[Step]:
        at, part = self.ends + _minutes(30), id_of("part:HB-POWER-I")
        needed: Mapping[str, Any] = {"part": part, "quantity": "1", "why": "The module is burnt."}
        yield self._ask(at, "dispatcher", f"work-orders/{self.order}/require-part", needed, "needed")
        yield self._ask(at + _minutes(1), "dispatcher", f"work-orders/{self.order}/hold", {"reason": "parts"}, "held")
        yield self._ask(at + _minutes(3), "agent", f"cases/{self.case}/wait", {"on": "parts"}, "waiting")

    def _reassign(self) -> Iterator[Step]:
        at, mia = self.begins - _minutes(20), {"technician": id_of("fitter:mia")}
        yield self._ask(at, "dispatcher", f"work-orders/{self.order}/assign", mia, "reassigned")
        yield self._ask(at + _minutes(1), "dispatcher", f"visits/{self.visit}/dispatch", mia, "dispatched again")
        yield Sync(at + _minutes(5), "mia")
        note = "Emre was here this morning, the customer says. It runs; I only had a coffee."
        later = self.begins + _minutes(180)
        yield Did(later, "mia", "note_added", {"work_order": self.order, "text": note})
        yield Sync(later + _minutes(2), "mia")
        confirmed: Mapping[str, Any] = {"fixed": "yes", "technician": id_of("fitter:emre")}
        at = self._reported_at()
        yield self._ask(at, "dispatcher", f"work-orders/{self.order}/complete", confirmed, "confirmed")

    def _cancel(self) -> Iterator[Step]:
        at, why = self.begins - _minutes(15), {"reason": "The customer has changed the lamp herself."}
        yield self._ask(at, "dispatcher", f"visits/{self.visit}/cancel", why, "visit cancelled")
        yield self._ask(at + _minutes(1), "dispatcher", f"work-orders/{self.order}/cancel", why, "cancelled")

    def _reported_at(self) -> datetime:
        """When the office has received the technician's work: soon after, or when they are online again."""
        begins, ends = self._out_of_reach()
        return self.calendar.at(5, "08:10") if begins <= self.ends < ends else self.ends + _minutes(60)

    # What the technician does

    def _did(self, at: datetime, operation: str, **data: Any) -> Did:
        about = {"visit": self.visit} if operation in _STEPS else {"work_order": self.order}
        return Did(at, self.repair.fitter, operation, about | data)

    def _go(self) -> Iterator[Step]:
        yield from self._sync(self.begins - _minutes(50))
        yield self._did(self.begins - _minutes(45), "visit_accepted")
        yield self._did(self.begins - _minutes(25), "travel_started")
        yield self._did(self.begins + _minutes(5), "arrived")

    def _work(self) -> Iterator[Step]:
        repair, end = self.repair, self.ends
        yield self._diagnosis()
        van = id_of(f"van:{repair.shelf or repair.fitter}")
        for number, (part, quantity) in enumerate(repair.used):
            used = {"visit": self.visit, "location": van, "part": id_of(f"part:{part}"), "quantity": quantity}
            yield self._did(self.begins + _minutes(30 + number), "part_used", **used, serials=[], billable=True)
        yield self._did(end - _minutes(3), "labour_recorded", minutes=30, kind="travel")
        yield self._did(end - _minutes(2), "labour_recorded", minutes=repair.minutes, kind="work")
        yield self._did(end - _minutes(1), "work_completed", fixed="yes", remedy=repair.found[2])
        comment = {"comment": repair.words} if repair.words else {}
        yield self._did(end, "satisfaction_recorded", csat=repair.csat, solved=True, **comment)
        yield self._did(end + _minutes(2), "visit_done")

    def _nobody_home(self) -> Iterator[Step]:
        yield self._did(self.ends, "visit_not_done", reason="no_access")

    def _part_missing(self) -> Iterator[Step]:
        yield self._diagnosis()
        yield self._did(self.ends - _minutes(2), "labour_recorded", minutes=self.repair.minutes, kind="work")
        yield self._did(self.ends, "visit_not_done", reason="no_part")

    def _diagnosis(self) -> Did:
        problem, cause, remedy = self.repair.found
        return self._did(self.begins + _minutes(20), "diagnosed", problem=problem, cause=cause, remedy=remedy)

    def _sync(self, at: datetime) -> Iterator[Step]:
        begins, ends = self._out_of_reach()
        if not begins <= at < ends:
            yield Sync(at, self.repair.fitter)

    def _out_of_reach(self) -> tuple[datetime, datetime]:
        away = OUT_OF_REACH.get(self.repair.fitter)
        return (self.calendar.at(*away[0]), self.calendar.at(*away[1])) if away else (self.ends, self.ends)


_STEPS = frozenset({"visit_accepted", "travel_started", "arrived", "visit_done", "visit_not_done"})


def _minutes(many: int) -> timedelta:
    return timedelta(minutes=many)
