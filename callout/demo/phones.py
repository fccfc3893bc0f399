"""The phones of the story: the reference device for each technician, which records work until it has a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from callout.demo.steps import Did
from sync.device import Device


class Phone:
    """A technician's device in a file of its own; recording the same step again changes nothing."""

    def __init__(self, folder: Path, technician: str, url: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._device = Device(str(folder / f"{technician}.sqlite"), url, tries=30)
        self._name = f"phone of {technician.capitalize()}"
        remembered = [*self._device.outbox(), *(result["operation"] for result in self._device.results())]
        self._known = {_content(each["type"], each["at"], each["data"]) for each in remembered}

    def is_enrolled(self) -> bool:
        """Whether it is enrolled."""
        return self._device.status()["device_id"] is not None

    def enrol(self, code: str) -> None:
        """Enrol it with a code."""
        self._device.enrol(code, self._name, platform="demo")

    def remember(self, step: Did) -> None:
        """Record the step in the outbox, unless it has been recorded before."""
        content = _content(step.operation, step.at.isoformat(timespec="milliseconds"), step.data)
        if content not in self._known:
            self._known.add(content)
            self._device.record(step.operation, dict(step.data), step.at)

    def sync(self) -> list[str]:
        """Send and fetch everything; returns the results that are neither `applied` nor `conflicted`."""
        results = self._device.sync().results
        return [str(result) for result in results if result["status"] not in ("applied", "conflicted")]

    def close(self) -> None:
        """Close the file."""
        self._device.close()


def _content(operation: str, at: str, data: Mapping[str, Any]) -> str:
    return json.dumps([operation, at, data], sort_keys=True)
