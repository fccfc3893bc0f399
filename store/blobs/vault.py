"""The vault: complete blobs, checked and sealed with the key of each person they are about, in the chosen place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from typing import BinaryIO, NamedTuple
from uuid import UUID

from domain.access.device_limits import BLOB_PIECE
from store.blobs.blob import Blob, BlobMismatch
from store.blobs.pieces import SEALED, BlobDamagedError, seal_piece, unseal_piece
from store.blobs.place import FileGoneError, Place
from store.keyring import Key, Keyring
from store.pool import ConnectionPool


class Opened(NamedTuple):
    """A blob to read, and the person whose copy it is."""

    blob: Blob
    person: UUID
    pieces: Iterator[bytes]


class Vault:
    """One copy per blob and person, so that erasing one person leaves the copies of others.

    A copy is the concatenation of its sealed pieces. It is written as a whole under a name computed from its content
    and person, so writing it twice, or concurrently, gives the same file.
    """

    def __init__(self, pool: ConnectionPool, keyring: Keyring, place: Place) -> None:
        self._pool = pool
        self._keyring = keyring
        self._place = place

    def keys(self, persons: Sequence[UUID]) -> dict[UUID, Key]:
        """The keys of these persons in their order, without those who were erased."""
        return self._keyring.present_keys(persons)

    def kept(self, sha256: str, persons: Collection[UUID]) -> dict[UUID, int]:
        """The size of the blob by each of these persons who has a copy."""
        rows = self._pool.fetch_all(
            """
            SELECT person, size FROM blobs.kept
            WHERE sha256 = %s AND person = ANY(%s::uuid[]) AND kept_at IS NOT NULL
            """,
            (sha256, [str(person) for person in persons]),
        )
        return dict(rows)

    def keep(self, blob: Blob, person: UUID, key: Key, pieces: Iterator[bytes]) -> None:
        """Write the person's copy; durable on return.

        Raises `BlobMismatch`, with nothing stored, when the pieces do not have the blob's hash.
        """
        name = name_of(blob.sha256, person)
        self._pool.execute(
            """
            INSERT INTO blobs.kept AS k (sha256, person, size) VALUES (%s, %s, %s)
            ON CONFLICT (sha256, person) DO UPDATE SET begun_at = now() WHERE k.kept_at IS NULL
            """,
            (blob.sha256, str(person), blob.size),
        )
        hashed = sha256()
        with self._place.writing(name) as file:
            for number, plain in enumerate(pieces):
                hashed.update(plain)
                file.write(seal_piece(key, blob, number, plain))
            if hashed.hexdigest() != blob.sha256:
                raise BlobMismatch
        noted = self._pool.execute(
            """
            UPDATE blobs.kept SET kept_at = coalesce(kept_at, now()), size = %s
            WHERE sha256 = %s AND person = %s
            RETURNING person
            """,
            (blob.size, blob.sha256, str(person)),
        )
        if not noted:  # the person was erased in between, so nothing would remove the file
            self._place.remove(name)

    @contextmanager
    def opened(self, sha256: str, sizes: Mapping[UUID, Sequence[int]]) -> Iterator[Opened | None]:
        """The first existing copy among those of these persons who were not erased; its pieces are read one by one.

        `sizes` has for each person the sizes that were named, in order of trust. The first piece is read at once, so
        that a copy that cannot be read raises `PlaceError` or `BlobDamagedError` here. A file that a restored database
        does not list is listed again.
        """
        kept = self.kept(sha256, sizes)
        keys = self._keyring.opening_keys(sizes)
        for person in sorted(keys, key=lambda person: person not in kept):
            named = [kept[person]] if person in kept else sizes[person]
            with ExitStack() as stack:
                try:
                    file = stack.enter_context(self._place.reading(name_of(sha256, person)))
                except FileGoneError:
                    continue
                blob, first = _begun(file, sha256, named, keys[person])
                if person not in kept:
                    self._list_again(blob, person)
                yield Opened(blob, person, _pieces(file, blob, keys[person], first))
                return
        yield None

    def _list_again(self, blob: Blob, person: UUID) -> None:
        self._pool.execute(
            """
            INSERT INTO blobs.kept (sha256, person, size, kept_at) VALUES (%s, %s, %s, now())
            ON CONFLICT (sha256, person) DO UPDATE SET kept_at = now()
            """,
            (blob.sha256, str(person), blob.size),
        )


def name_of(sha256_hex: str, person: UUID) -> str:
    """The name of a person's copy at the place: it reveals neither the person nor the hash."""
    return sha256(b"callout blob\x00" + person.bytes + bytes.fromhex(sha256_hex)).hexdigest()


def _begun(file: BinaryIO, named: str, sizes: Iterable[int], key: Key) -> tuple[Blob, bytes]:
    """The size of the file among these, and its first piece; raises `BlobDamagedError` when it has none of them."""
    sealed = _at_most(file, BLOB_PIECE + SEALED)
    if not sealed and named == sha256(b"").hexdigest():
        return Blob(named, 0), b""
    for size in sizes:
        with suppress(BlobDamagedError):
            blob = Blob(named, size)
            return blob, unseal_piece(key, blob, 0, sealed)
    raise BlobDamagedError(f"the first piece of the blob {named} does not open")


def _pieces(file: BinaryIO, blob: Blob, key: Key, first: bytes) -> Iterator[bytes]:
    yield first
    for number in blob.pieces()[1:]:
        length = blob.length_of(number) + SEALED
        sealed = _at_most(file, length)
        if len(sealed) < length:
            raise BlobDamagedError("the file of a blob is too short")
        yield unseal_piece(key, blob, number, sealed)


def _at_most(file: BinaryIO, many: int) -> bytes:
    parts = []
    while many > 0 and (part := file.read(many)):
        parts.append(part)
        many -= len(part)
    return b"".join(parts)
