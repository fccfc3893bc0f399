"""The master keys: whether they exist, are readable by their owner alone, and are those that the database needs."""

from __future__ import annotations

from collections.abc import Iterator

from callout.doctor.finding import Finding, advice, ok, wrong
from callout.doctor.system import System
from callout.master_key import FILE, MasterKeyNotUsable, master_keys
from store.key_ids import key_id_of


def master_key(system: System) -> Iterator[Finding]:
    """Checks the master keys, without which personal text cannot be read; creates none."""
    settings, path = system.settings, system.settings.home / FILE
    sealed = _sealed_with(system)
    if settings.master_key is None and not path.exists():
        if sealed is None:
            yield advice("There is no master key yet.", "The first start makes one; keep a copy apart from backups.")
        else:
            yield wrong(
                f"The master key is missing ({path}), and the database was made with it: personal text is unreadable.",
                "Restore the file from its copy, or set CALLOUT_MASTER_KEY, before you start anything.",
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
            "Restore the key that it was made with.",
        )
        return
    older = (
        _wrapped(system, "master_id IS DISTINCT FROM %s", ids[0]) if sealed is not None and not system.pending else 0
    )
    missing = _wrapped(system, "master_id <> ALL(%s)", ids) if older else 0
    if missing:
        yield wrong(
            f"{missing} keys of people are wrapped under a master key that is not here: their texts cannot be read.",
            "Add that key after the others, and run `callout rotate-keys`.",
        )
    elif older or (sealed is not None and sealed.decode() != ids[0]):
        yield advice(
            f"The newest master key is not the only one in use: {older} keys of people are wrapped under older ones.",
            "Run `callout rotate-keys`, which continues where it was interrupted.",
        )
    else:
        yield ok("The master key is there.")


def _wrapped(system: System, condition: str, ids: str | list[str]) -> int:
    """The number of keys that fulfil the condition; None where the login may not see them."""
    [(may,)] = system.ask("SELECT has_schema_privilege('keys', 'USAGE')")
    if not may:
        return 0
    sql = f"SELECT count(*) FROM keys.person_keys WHERE wrapped IS NOT NULL AND {condition}"  # noqa: S608 - our own
    return int(system.ask(sql, (ids,))[0][0])


def _sealed_with(system: System) -> bytes | None:
    """The id of the key that the database was made with; None where the database does not answer."""
    if system.pool is None or system.pending == ["all"]:
        return None
    found = system.ask("SELECT value FROM access.secrets WHERE name = 'master_key_id'")
    return bytes(found[0][0]) if found else None
