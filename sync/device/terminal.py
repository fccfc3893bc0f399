"""The device at the terminal: the commands that a technician types, and their output."""

from __future__ import annotations

import argparse
import json
import mimetypes
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from .commands import A_UUID, COMMANDS, ENDED, MEMBERS, NUMBERS
from .device import Device
from .errors import BadUseError, DeviceError, ErasedError
from .json_text import Json, to_json
from .printing import edge, explain, outline, summary_of, table


class Terminal:
    """The commands of the terminal: each returns the lines to print."""

    def __init__(self, device: Device) -> None:
        self.device = device

    def reply(self, options: argparse.Namespace) -> Iterable[str]:
        """The output of one command line."""
        if options.command in COMMANDS:
            return self.record_command(options)
        arguments = {name: value for name, value in vars(options).items() if name not in ("command", "home", "url")}
        answer: Iterable[str] = getattr(self, options.command)(**arguments)
        return answer

    def record_command(self, options: argparse.Namespace) -> Iterator[str]:
        """Record the operation of a command in COMMANDS."""
        kind, *members = re.sub(r"--|!", "", COMMANDS[options.command]).split()
        data = {MEMBERS.get(member, member): self.value_of(member, getattr(options, member)) for member in members}
        yield from self.save(kind, {name: value for name, value in data.items() if value is not None}, options.at)

    def save(self, kind: str, data: Json, at: datetime | None) -> Iterator[str]:
        """Record an operation; the line confirms that it is stored."""
        yield f"Recorded {kind} {self.device.record(kind, data, at)}; {self.device.status()['unsent']} to send."

    def value_of(self, member: str, typed: Any) -> Any:
        """The value that goes into an operation for what a person typed, or None to leave it out."""
        if member == "location" and typed is None:
            me = (self.device.status()["technician"] or {}).get("id")
            vans = [row["id"] for row in self.device.documents("location") if me and row["body"].get("custodian") == me]
            if len(vans) != 1:
                raise BadUseError(f"This device knows of {len(vans)} vans in your custody: give --location.")
            return vans[0]
        if member == "serial":
            return typed or []
        if member in NUMBERS:
            if not re.fullmatch(NUMBERS[member], typed):
                raise BadUseError(f"{typed} is no {member}.")
            return int(typed) if member == "minutes" else typed
        return self.find(member, typed) if typed and member in ("work_order", "visit", "part", "location") else typed

    def find(self, kind: str, typed: str) -> str:
        """The id of the document that a person means by an id, a number or a name; a visit also by its job.

        A UUID that no document has is returned as it is: work is recorded whether its job is on this device or not.
        """
        hits, orders = [], {row["id"]: str(row["body"]["number"]) for row in self.device.documents("work_order")}
        for row in self.device.documents(kind):
            names, body = {row["id"], row["body"].get("name"), str(row["body"].get("number"))}, row["body"]
            if kind == "visit" and body["status"] not in ENDED:
                names |= {body["work_order"], orders.get(body["work_order"])}
            hits += [row["id"]] if typed in names else []
        if not hits and re.fullmatch(A_UUID, typed):
            return typed
        if len(hits) != 1:
            raise BadUseError(f"{'More than one' if hits else 'No'} {kind.replace('_', ' ')} here is called {typed}.")
        return str(hits[0])

    def record(self, type: str, json_text: str, at: datetime | None) -> Iterator[str]:  # noqa: A002
        """Record any operation, its data given as JSON."""
        try:
            data = json.loads(json_text)
        except ValueError as error:
            raise BadUseError(f"The data is not JSON: {error}.") from error
        if not isinstance(data, dict):
            raise BadUseError("The data must be a JSON object.")
        yield from self.save(type, data, at)

    def photo(self, work_order: str, file: str, at: datetime | None) -> Iterator[str]:
        """Record a photo of a job; its bytes follow when the server has the record."""
        order = self.find("work_order", work_order)
        yield from self.save("photo_taken", {"work_order": order} | self.attach(file), at)

    def sign(self, visit: str, file: str, signer: str | None, at: datetime | None) -> Iterator[str]:
        """Record the customer's signature for a visit, drawn in a file."""
        signed = {"visit": self.find("visit", visit)} | self.attach(file)
        yield from self.save("signed", signed | ({"signer": signer} if signer else {}), at)

    def attach(self, file: str) -> Json:
        """Store a file's bytes; returns the members that name it."""
        return self.device.attach(file, mimetypes.guess_type(file)[0] or "application/octet-stream")

    def enrol(self, code: str, name: str, *, as_new: bool) -> Iterator[str]:
        """Make this file a technician's device; with --as-new, a copy of another one's file becomes a second device."""
        technician = self.device.enrol(code, name, as_new=as_new)["technician"]
        try:
            synced = self.device.sync()
        except DeviceError as error:
            yield f"Enrolled for {technician.get('name', technician['id'])}; now sync."
            yield f"The first sync has failed: {error}"
            return
        known = self.device.document("technician", technician["id"])
        who = (known or {"body": technician})["body"].get("name") or technician.get("name") or technician["id"]
        yield f"Enrolled for {who}."
        yield from summary_of(synced)
        yield from self.jobs()
        yield "Next: jobs, job NUMBER, use NUMBER PART QUANTITY, complete NUMBER --fixed yes, sync; --help says more."

    def sync(self, wait: int) -> Iterator[str]:
        """Send everything, fetch everything; then wait for changes, if asked."""
        yield from summary_of(self.device.sync(wait))

    def run(self) -> Iterator[str]:
        """Sync, wait for changes and sync again until Ctrl-C, also after errors."""
        for outcome in self.device.run():
            if isinstance(outcome, ErasedError):
                raise outcome
            yield from [str(outcome)] if isinstance(outcome, DeviceError) else summary_of(outcome)

    def jobs(self) -> Iterator[str]:
        """The jobs here, each with its next visit."""
        unsent, rows = [to_json(operation) for operation in self.device.outbox()], []
        for order in self.device.documents("work_order"):
            visits = self.visits(order["id"])
            body, visit = order["body"], visits[0]["body"] if visits else {}
            named = (order["id"], *(row["id"] for row in visits))
            when = (edge(visit, "start"), edge(visit, "end")[-5:], visit.get("status"))
            who = ((body.get("customer") or {}).get("name"), (body.get("site") or {}).get("address"), body["problem"])
            waiting = sum(any(id in text for id in named) for text in unsent) or None
            short = (str(text or "")[:40] for text in who)
            rows.append((body["number"], order["gone"] or body["status"], body["priority"], *when, *short, waiting))
        return table("JOB STATUS PRIORITY FROM TO VISIT CUSTOMER ADDRESS PROBLEM UNSENT", sorted(rows, key=str))

    def visits(self, work_order: str) -> list[Json]:
        """The visits of a job, the next one first."""
        visits = [row for row in self.device.documents("visit") if row["body"]["work_order"] == work_order]
        return sorted(visits, key=lambda row: (row["body"]["status"] in ENDED, row["body"]["window_start"] or ""))

    def job(self, work_order: str) -> Iterator[str]:
        """All details of one job."""
        id_ = self.find("work_order", work_order)
        order = self.device.document("work_order", id_)
        if order is None:
            raise BadUseError(f"No work order {id_} on this device.")
        visits = [{"id": row["id"]} | row["body"] for row in self.visits(id_)]
        unsent = [f"{item['type']} {item['at']}" for item in self.device.outbox() if id_ in item["data"].values()]
        parts = {row["id"]: f"{row['body']['number']} {row['body']['name']}" for row in self.device.documents("part")}
        for name, value in ({"id": id_} | order["body"] | {"visits": visits, "unsent": unsent}).items():
            yield from (re.sub(A_UUID, lambda hit: parts.get(hit[0], hit[0]), line) for line in outline(name, value))

    def stock(self) -> Iterator[str]:
        """What is on the van, less what was used and not yet sent."""
        parts = {row["id"]: row["body"] for row in self.device.documents("part")}
        places = {row["id"]: row["body"]["name"] for row in self.device.documents("location")}
        rows = []
        for line in self.device.stock():
            part = parts.get(line["part"], {})
            known = (part.get("number", line["part"]), part.get("name"), places.get(line["location"], line["location"]))
            sums = (f"{Decimal(line[name]).normalize():f}" for name in ("on_hand", "confirmed", "reserved"))
            rows.append((*known, *sums, part.get("unit")))
        return table("PART NAME WHERE ON-HAND CONFIRMED RESERVED UNIT", sorted(rows, key=str))

    def outbox(self) -> Iterator[str]:
        """What was recorded and has no result yet."""
        rows = [(item["seq"], item["at"], item["type"], to_json(item["data"])) for item in self.device.outbox()]
        return table("NO AT OPERATION DATA", rows)

    def results(self) -> Iterator[str]:
        """The results of everything sent in the last seven days."""
        rows = [(item["operation"]["at"], item["operation"]["type"], explain(item)) for item in self.device.results()]
        return table("AT OPERATION RESULT", rows)

    def status(self) -> Iterator[str]:
        """The identity of this device, and how much is unsent."""
        return outline("device", self.device.status())
