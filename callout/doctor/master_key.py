"""The master key: whether it is there, readable by its owner alone, and the one the database was made with."""

from __future__ import annotations

from collections.abc import Iterator

from callout.doctor.finding import Finding, advice, ok, wrong
from callout.doctor.patient import Patient
from callout.master_key import FILE, MasterKeyNotUsable
from callout.master_key import master_key as read_master_key
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
        key = read_master_key(settings)
    except (MasterKeyNotUsable, OSError) as error:
        yield wrong(f"The master key cannot be used: {error}", "Correct the file or its rights.")
        return
    if sealed is not None and sealed != key_id_of(key).encode():
        yield wrong(
            "The master key is not the one that this database was made with.",
            "Bring back the key that it was made with.",
        )
    else:
        yield ok("The master key is there.")


def _sealed_with(patient: Patient) -> bytes | None:
    """The id of the key that the database was made with, as far as it answers."""
    if patient.pool is None or patient.pending == ["all"]:
        return None
    found = patient.ask("SELECT value FROM access.secrets WHERE name = 'master_key_id'")
    return bytes(found[0][0]) if found else None
