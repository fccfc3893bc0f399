"""Sends the demo's story through the office's API and the sync protocol; resumes where it was interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event
from time import sleep
from uuid import UUID

from callout.assembly import Application
from callout.demo.office import Office, StoryStuck
from callout.demo.people import FITTERS
from callout.demo.phones import Phone
from callout.demo.scenes import THE_END
from callout.demo.script import story
from callout.demo.steps import Ask, Did, id_of
from domain.kernel.instant import now
from domain.kernel.problem import Kind, Problem
from store.file_lock import try_lock

Progress = Callable[[int, int], None]


class NotADemo(Problem):
    """This database holds another company's data; the demo needs an empty one."""

    kind = Kind.CONFLICT


def begun_at(application: Application) -> datetime | None:
    """When the first step of the story was recorded, or None; raises `NotADemo` for a database with other data."""
    pool = application.services.log.pool
    begun = pool.fetch_one(
        "SELECT recorded_at FROM log.events WHERE stream = %s AND version = 1", (id_of("place:main"),)
    )
    if begun is not None:
        moment: datetime = begun[0]
        return moment
    if pool.fetch_one("SELECT 1 FROM log.events WHERE topic IN ('customer.registered', 'work_order.opened') LIMIT 1"):
        raise NotADemo
    return None


def is_complete(application: Application) -> bool:
    """Whether all steps of the story have been sent."""
    return bool(application.services.log.load([UUID(id_of(THE_END))]))


def send_story(application: Application, office: Office, url: str, stop: Event, progress: Progress) -> int:
    """Send the steps that have not been sent yet; returns the number of steps. Of several processes, one sends."""
    with _alone(application.settings.home / "demo.lock", stop), ExitStack() as phones_at_hand:
        begun = begun_at(application)
        if is_complete(application) or stop.is_set():
            return 0
        steps = story(begun or now())
        folder = application.settings.home / "demo"
        phones = {
            fitter.slug: phones_at_hand.enter_context(closing(Phone(folder, fitter.slug, url))) for fitter in FITTERS
        }
        for number, step in enumerate(steps, 1):
            if stop.is_set():
                return number
            if isinstance(step, Ask):
                office.ask(step)
            elif isinstance(step, Did):
                phones[step.technician].remember(step)
            else:
                _sync(phones[step.technician], step.technician, office)
            progress(number, len(steps))
        return len(steps)


def _sync(phone: Phone, technician: str, office: Office) -> None:
    if not phone.is_enrolled():
        phone.enrol(office.enrolment_code("admin", id_of(f"fitter:{technician}")))
    refused = phone.sync()
    if refused:
        raise StoryStuck(f"{technician}’s phone: {refused[0]}")


@contextmanager
def _alone(file: Path, stop: Event) -> Iterator[None]:
    with file.open("w") as lock:
        while not stop.is_set() and not try_lock(lock.fileno()):
            sleep(0.2)
        yield
