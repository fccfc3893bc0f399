"""The master keys: whether they are there, readable by their owner alone, and those that the database needs."""

from __future__ import annotations

from collections.abc import Iterator

from callout.doctor.finding import Finding, advice, ok, wrong
from callout.doctor.patient import Patient
from callout.master_key import FILE, MasterKeyNotUsable, master_keys
from store.key_ids import key_id_of


def master_key(patient: Patient) -> Iterator[Finding]:
    """Without it nobody's words can be read; none is made here."""
    settings, path = patient.settings, patient.settings.home / FILE
    sealed = _sealed_with(patient)
    if settings.master_key is None and not path.exists():
        if sealed is None:
            yield advice("There is no master key yet.", "The first start makes one; keep a copy apart from backups.")
        else:
            yield wrong(
                f"The master key is missing ({path}), and the database was made with one: no words can be read.",
                "Bring the file back from where its copy is kept, or set CALLOUT_MASTER_KEY. Start nothing before.",
            )
        return
    try:
        ids = [key_id_of(key) for key in master_keys(settings).secrets()]
    except (MasterKeyNotUsable, OSError) as error:
        yield wrong(f"The master key cannot be used: {error}", "Correct the file or its rights.")
        return
    if sealed is not None and sealed.decode() not in ids:
        yield wrong(
            "The master key is not the one that this database was made with.",
            "Bring back the key that it was made with.",
        )
        return
    older = (
        _wrapped(patient, "master_id IS DISTINCT FROM %s", ids[0]) if sealed is not None and not patient.pending else 0
    )
    missing = _wrapped(patient, "master_id <> ALL(%s)", ids) if older else 0
    if missing:
        yield wrong(
            f"{missing} keys of people are wrapped under a master key that is not here: their words cannot be read.",
            "Bring that key back, behind the others, and run `callout rotate-keys`.",
        )
    elif older or (sealed is not None and sealed.decode() != ids[0]):
        yield advice(
            f"The newest master key is not the only one in use: {older} keys of people are wrapped under older ones.",
            "Run `callout rotate-keys`, which goes on where it was cut off.",
        )
    else:
        yield ok("The master key is there.")


def _wrapped(patient: Patient, condition: str, ids: str | list[str]) -> int:
    """How many keys are wrapped as the condition says, as far as the login may see that."""
    [(may,)] = patient.ask("SELECT has_schema_privilege('keys', 'USAGE')")
    if not may:
        return 0
    sql = f"SELECT count(*) FROM keys.person_keys WHERE wrapped IS NOT NULL AND {condition}"  # noqa: S608 - our own
    return int(patient.ask(sql, (ids,))[0][0])


def _sealed_with(patient: Patient) -> bytes | None:
    """The id of the key that the database was made with, as far as it answers."""
    if patient.pool is None or patient.pending == ["all"]:
        return None
    found = patient.ask("SELECT value FROM access.secrets WHERE name = 'master_key_id'")
    return bytes(found[0][0]) if found else None
