"""A technician's day from a terminal, through real processes and real HTTP."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.support.fake_office import JOB, PART, VAN, VISIT, FakeOffice
from tests.support.fake_office_enrolment import ME

OTHER_VISIT = VISIT[:-1] + "9"
Type = Callable[..., subprocess.CompletedProcess[str]]


def test_a_whole_day_is_worked_offline_and_sent_in_order(office: FakeOffice, day: Type, tmp_path: Path) -> None:
    words = [
        "accept 1001",
        "travel 1001",
        f"arrive {VISIT}",
        "pause 1001",
        "resume 1001",
        "diagnose 1001 no-spin worn-belt replace --note squeaks",
        "use 1001 BELT-7 1 --serial S1 --serial S2",
        "remove 1001 BELT-7 1 --reason worn",
        "labour 1001 45",
        "note 1001 clean",
        "count BELT-7 0",
        "complete 1001 --fixed yes",
        "cannot-complete 1001 late",
        f"done {VISIT} --at 2026-11-21T11:00:00+01:00",
        'record reserve_part {"part":"x"}',
        f"not-done {OTHER_VISIT} no_access",
        f"photo 1001 {tmp_path / 'photo.jpg'}",
        f"sign {VISIT} {tmp_path / 'name.bin'} --signer Grace --at 2026-11-21T11:01:00+01:00",
    ]
    (tmp_path / "photo.jpg").write_bytes(b"a picture")
    (tmp_path / "name.bin").write_bytes(b"a name")
    for line in words:
        outcome = day(*line.split())
        assert (outcome.returncode, outcome.stderr) == (0, ""), line
        assert outcome.stdout.startswith("Recorded ")
    assert office.operations == []

    synced = day("sync", "--wait", "1")

    assert synced.stdout.splitlines()[0].startswith("Sent 18, ")
    assert synced.stdout.splitlines()[1:] == ["15 rejected; There is none left.", "Uploaded 2 photos or signatures."]
    assert sorted(office.shelf.kept.values()) == [b"a name", b"a picture"]
    data = {item["type"]: item["data"] for item in office.operations}
    assert len(data) == 18
    assert data["arrived"] == data["visit_done"] == {"visit": VISIT}
    used = {"work_order": JOB, "location": VAN, "part": PART, "quantity": "1", "serials": ["S1", "S2"]}
    assert data["part_used"] == used
    assert data["part_removed"] == used | {"serials": [], "reason": "worn"}
    assert data["diagnosed"]["note"] == "squeaks"
    assert data["labour_recorded"] == {"work_order": JOB, "minutes": 45, "kind": "work"}
    assert data["stock_counted"] == {"location": VAN, "part": PART, "quantity": "0"}
    assert data["work_completed"] == {"work_order": JOB, "fixed": "yes"}
    assert (data["photo_taken"]["work_order"], data["photo_taken"]["media_type"]) == (JOB, "image/jpeg")
    assert (data["signed"]["visit"], data["signed"]["signer"], data["signed"]["size"]) == (VISIT, "Grace", 6)
    assert data["signed"]["media_type"] == "application/octet-stream"
    assert data["visit_not_done"] == {"visit": OTHER_VISIT, "reason": "no_access"}
    assert office.operations[13]["at"] == "2026-11-21T11:00:00.000+01:00"
    assert day("outbox").stdout == "Nothing here.\n"
    assert day("results").stdout.count("applied") == 17


def test_the_screens_show_the_jobs_the_van_and_what_waits(day: Type) -> None:
    day("use", "1001", PART, "1.5")

    assert day("stock").stdout.splitlines()[1].split() == [
        "BELT-7",
        "Drive",
        "belt",
        "Van",
        "1",
        "0.5",
        "2",
        "0",
        "piece",
    ]
    row = day("jobs").stdout.splitlines()[1]
    assert row.split()[:3] == ["1001", "scheduled", "high"]
    assert row.endswith("1")
    job = day("job", "1001").stdout
    assert "  name: Grace  [31m" in job.splitlines()
    assert "  part: BELT-7 Drive belt" in job.splitlines()
    assert "unsent: part_used" in job
    assert f"  id: {VISIT}" in job.splitlines()
    assert json.loads(day("outbox").stdout.splitlines()[1].split(maxsplit=3)[3])["quantity"] == "1.5"
    assert "  unsent: 1" in day("status").stdout.splitlines()


BAD_USE = [
    "use 1001 NO-SUCH-PART 1",
    "use 1001 BELT-7 0",
    "use 1001 BELT-7 many",
    "use 2002 BELT-7 1",
    "use 1001 BELT-7 1 --location Nowhere",
    "complete 1001 --fixed perhaps",
    "complete 1001",
    "labour 1001 long",
    "note 1001",
    "done 1001 --at yesterday",
    "record note_added [1]",
    "record note_added {",
    'record note_added {"minutes":1.5}',
    "sync --wait soon",
    "photo 1001 /no/such/file",
    "photo 2002 /dev/null",
    "photo 1001 /dev/null",
    "sign 1001",
    "dance",
    "--url office sync",
]


def test_bad_use_is_one_sentence_and_changes_nothing(day: Type) -> None:
    for words in BAD_USE:
        outcome = day(*words.split())
        assert (outcome.returncode, outcome.stdout, len(outcome.stderr.splitlines())) == (2, "", 1), words

    assert day("outbox").stdout == "Nothing here.\n"


def test_a_visit_must_be_named_when_a_job_has_several(office: FakeOffice, day: Type) -> None:
    office.put(
        "visit", OTHER_VISIT, work_order=JOB, technician=ME, status="planned", window_start=None, window_end=None
    )
    day("sync")

    assert day("arrive", "1001").stderr == "More than one visit here goes by 1001.\n"
    assert day("arrive", OTHER_VISIT).returncode == 0


def test_a_failure_is_one_sentence_and_nothing_is_lost(day: Type, tmp_path: Path) -> None:
    day("note", "1001", "kept")

    offline = day("--url", "http://127.0.0.1:9", "sync")

    assert offline.returncode == 1
    assert len(offline.stderr.splitlines()) == 1
    assert offline.stderr.startswith("No answer from http://127.0.0.1:9 (")
    assert "kept" in day("outbox").stdout
    nowhere = day("--home", str(tmp_path / "no/such/folder/ada.db"), "jobs")
    assert (nowhere.returncode, len(nowhere.stderr.splitlines())) == (1, 1)
    (tmp_path / "ada.db").write_bytes(b"this is no database, it is only a text of some length" * 99)
    broken = day("jobs")
    assert (broken.returncode, len(broken.stderr.splitlines())) == (1, 1)


def test_a_device_that_is_not_enrolled_says_so(typed: Type, url: str) -> None:
    assert typed("sync").stderr == "This device is not enrolled: ask the office for a code.\n"
    assert typed("jobs").stdout == "Nothing here.\n"
    assert typed("enrol", "CODE", "--name", "x").stderr.startswith("Say where the server is")
    assert typed("--url", url, "enrol", "CODE").returncode == 2
