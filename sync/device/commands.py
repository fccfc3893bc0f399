"""The commands of the terminal that record operations: the operation of each, its data, and how values are written."""

from __future__ import annotations

COMMANDS = {  # command: the operation, then the members of its data; `--` is optional, `!` is required
    "accept": "visit_accepted visit",
    "travel": "travel_started visit",
    "arrive": "arrived visit",
    "pause": "work_paused visit",
    "resume": "work_resumed visit",
    "done": "visit_done visit",
    "not-done": "visit_not_done visit reason",
    "use": "part_used work_order part quantity --serial --location --visit",
    "remove": "part_removed work_order part quantity --reason! --serial --location",
    "count": "stock_counted part counted --location",
    "diagnose": "diagnosed work_order problem cause remedy --note",
    "labour": "labour_recorded work_order minutes --kind",
    "note": "note_added work_order text",
    "complete": "work_completed work_order --fixed! --remedy",
    "cannot-complete": "cannot_complete work_order reason",
}
CHOICES = {"fixed": ("yes", "temporary", "no"), "kind": ("work", "travel", "wait")}
NUMBERS = {
    "quantity": r"(?=.*[1-9])[0-9]{1,12}(\.[0-9]{1,6})?",
    "counted": r"[0-9]{1,12}(\.[0-9]{1,6})?",
    "minutes": r"[0-9]{1,5}",
}
MEMBERS = {"counted": "quantity", "serial": "serials"}
ENDED = ("done", "not_done", "cancelled", "rescheduled")
A_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
