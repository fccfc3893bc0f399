"""Importing: commands a second in batches, beside one request and one transaction a command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from uuid import UUID, uuid4

from benchmarks.place import Place
from benchmarks.rounds import Goal, Outcome, Progress, compare, timed
from callout.assembly import Application
from callout.bootstrap import FIRST_LOGIN, bootstrap
from callout.import_entry import Entry
from callout.importing import Importer
from callout.settings import Settings

CASES = 100
ONE_BY_ONE = "a request and a transaction a command"
BATCHES = "an import in batches"
GOAL = 3.0
AT = "2025-03-01T09:00:00+01:00"


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """A case from its opening to its resolution, four commands each."""
    with place.database() as dsn:
        settings = Settings(home=place.folder / "importing", database_url=dsn, master_key=b"m" * 32)
        with Application(settings, migrating=True) as application:
            bootstrap(application)
            application.ensure_views()
            user = application.services.access.user_of(FIRST_LOGIN)
            assert user is not None, "somebody may import"
            words = f"an import in batches reaches {GOAL:g} × one command a transaction"
            return compare(
                "commands of a history",
                "commands",
                {
                    ONE_BY_ONE: partial(timed, _one_by_one(application, user)),
                    BATCHES: partial(timed, lambda: Importer(application, user, "history").run(_history()).done),
                },
                rounds=rounds,
                progress=progress,
                goals=(Goal(BATCHES, ONE_BY_ONE, GOAL, words),),
            )


def _one_by_one(application: Application, user: UUID) -> Callable[[], int]:
    client = application.app().test_client()
    headers = {"Authorization": f"Bearer {application.services.access.begin_session(user)}"}
    numbers = count()

    def send() -> int:
        done = 0
        for entry in _history():
            keyed = headers | {"Idempotency-Key": f"bench {next(numbers)}"}
            with client.post(f"/api/v1/{entry.do}", json=entry.body, headers=keyed) as answer:
                done += answer.status_code < 400
        return done

    return send


def _history() -> Iterator[Entry]:
    for _ in range(CASES):
        customer, case = str(uuid4()), str(uuid4())
        steps = [
            ("customers", {"id": customer, "name": "Ada Weber"}),
            ("cases", {"id": case, "customer": customer, "topic": "billing"}),
            ("contacts", {"channel": "phone", "customer": customer, "about": "The bill"}),
            (f"cases/{case}/resolve", {"resolution": "Explained"}),
        ]
        for do, body in steps:
            yield Entry(1, f"{case} {do}", do, body | {"occurred_at": AT})
