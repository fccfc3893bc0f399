"""Findings of `callout doctor`, and settings with something wrong."""

from __future__ import annotations

from dataclasses import replace

from callout.doctor.catalogue import examine
from callout.doctor.finding import Finding
from callout.doctor.system import open_system
from callout.master_key import FILE
from callout.settings import Settings


def findings(settings: Settings) -> list[tuple[str, Finding]]:
    with open_system(settings) as system:
        return list(examine(system))


def wrongs(settings: Settings) -> dict[str, str]:
    return {name: f"{finding.text} {finding.do}" for name, finding in findings(settings) if finding.level == "wrong"}


def no_key(settings: Settings) -> Settings:
    return replace(settings, master_key=None)


def open_key(settings: Settings) -> Settings:
    (settings.home / FILE).write_bytes(b"k" * 32)
    (settings.home / FILE).chmod(0o644)
    return replace(settings, master_key=None)


def file_for_folder(settings: Settings) -> Settings:
    (settings.home / "file").touch()
    return replace(settings, blobs=str(settings.home / "file"))
