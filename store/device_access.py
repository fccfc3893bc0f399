"""Access of devices: enrolment codes, tokens that rotate in families, and the status of each device."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from domain.access.identity import DeviceIdentity, DeviceRevoked, Keyholder, TokenExpired, TokenReused
from domain.kernel.problem import Kind, Problem
from store.access import token_hash
from store.device_statuses import LATELY
from store.device_tokens import Pair, count, end_family, end_tokens, issue, issued, lock_holder_of, trouble_with
from store.enrolling import Applicant, Enrolment, claim, enrol_installation, enrolled_by, note
from store.enrolment_code import folded
from store.enrolment_codes import EnrolmentCodes
from store.pool import ConnectionPool


class CodeNotGood(Problem):
    """The code is wrong, used or older than a day; ask the office for a new one."""

    kind = Kind.FORBIDDEN
    code = "enrolment-code-invalid"


class DeviceAccess:
    """Codes, tokens and status of devices; only hashes of secrets are stored."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self.codes = EnrolmentCodes(pool)

    def issue_code(self, technician: UUID, seed: bytes | None = None) -> tuple[str, datetime]:
        """A one-time code for a device of this technician, and when it expires; see `EnrolmentCodes.issue`."""
        return self.codes.issue(technician, seed)

    def enrol(self, code: str, install_id: str, app_version: str = "", public_key: str | None = None) -> Enrolment:
        """Exchange a code for a device; raises `CodeNotGood`.

        A known installation with the same key (or still without one, and with the same technician) becomes its
        device's next incarnation, once the event of that is recorded; every other one is a new device.
        """
        hashed = token_hash(folded(code))
        with self._pool.transaction() as cursor:
            claimed = claim(cursor, hashed)
            if claimed is None:
                raise CodeNotGood
            enrolled = enrol_installation(cursor, hashed, *claimed, Applicant(install_id, app_version, public_key))
            if enrolled is None:
                raise CodeNotGood
        return enrolled

    def enrolled_before(self, code: str, install_id: str, public_key: str) -> Keyholder | None:
        """The device that this installation has become by this code, if it has not changed since."""
        with self._pool.transaction() as cursor:
            return enrolled_by(cursor, token_hash(folded(code)), install_id, public_key)

    def enrol_again(self, holder: Keyholder) -> Enrolment:
        """The same enrolment once more, for a device that has proven its identity; all earlier tokens end.

        Raises `CodeNotGood` when tokens were issued to it since `holder` was read.
        """
        with self._pool.transaction() as cursor:
            if issued(cursor, holder.device) != holder.issued:
                raise CodeNotGood
            end_tokens(cursor, holder.device)
            count(cursor, holder.device)
        return Enrolment(holder.device, holder.incarnation, holder.technician)

    def note_incarnation(self, code: str, device: UUID, incarnation: int) -> None:
        """Store which incarnation was enrolled by a code, where it differs from the expected one."""
        with self._pool.transaction() as cursor:
            note(cursor, token_hash(folded(code)), device, incarnation)

    def revoked_at(self, device: UUID) -> datetime | None:
        """When a device was revoked last, as far as that is known."""
        row = self._pool.fetch_one("SELECT revoked_at FROM access.device_standing WHERE device = %s", (str(device),))
        return row[0] if row else None

    def issue_tokens(self, device: UUID, incarnation: int, technician: UUID, family: UUID | None = None) -> Pair:
        """A pair of tokens, the first of a new family unless one is given."""
        with self._pool.transaction() as cursor:
            return issue(cursor, device, incarnation, technician, family or uuid4())

    def keyholder(self, device: UUID) -> Keyholder | None:
        """A device that can prove who it is, `None` for one without a key."""
        row = self._pool.fetch_one(
            """
            SELECT device, incarnation, technician, public_key, issued FROM access.device_standing
            WHERE device = %s AND public_key IS NOT NULL
            """,
            (str(device),),
        )
        return Keyholder(*row) if row else None

    def rotate(self, refresh_token: str, proven: UUID | None = None) -> Pair:
        """A new pair for a refresh token, which ends together with the access tokens before it.

        Raises `TokenReused` when it was used before, which ends the whole family unless its device has `proven` its
        identity with its key; `TokenExpired`; `ProofRequired` for a device with a key that has not; `DeviceRevoked` for
        one without: with a proof, its tokens permit only the upload of its outbox.
        """
        with self._pool.transaction() as cursor:
            lock_holder_of(cursor, refresh_token)
            cursor.execute(
                """
                SELECT t.device, t.incarnation, t.technician, t.family, t.used_at IS NOT NULL, t.expires_at <= now(),
                    d.standing, d.wipe, d.public_key IS NOT NULL
                FROM access.device_tokens t JOIN access.device_standing d USING (device)
                WHERE t.token_hash = %s AND t.kind = 'refresh'
                FOR UPDATE OF t
                """,
                (token_hash(refresh_token),),
            )
            found = cursor.fetchone()
            trouble = trouble_with(found, proven)
            if trouble is None and found is not None:
                device, incarnation, technician, family = found[:4]
                end_family(cursor, family)
                return issue(cursor, device, incarnation, technician, family)
            if isinstance(trouble, TokenReused) and found is not None and found[0] != proven:
                end_family(cursor, found[3])
        assert trouble is not None, "a refresh token gives a pair or a problem"
        raise trouble

    def renew(self, refresh_token: str, holder: Keyholder) -> Pair | None:
        """A new pair for a device that has answered a challenge: any refresh token is accepted.

        `None` when tokens were issued to it since `holder` was read: each challenge can be used once.
        """
        with self._pool.transaction() as cursor:
            if issued(cursor, holder.device) != holder.issued:
                return None
            cursor.execute(
                "SELECT family FROM access.device_tokens WHERE token_hash = %s AND kind = 'refresh' AND device = %s",
                (token_hash(refresh_token), str(holder.device)),
            )
            row = cursor.fetchone()
            if row is not None:
                end_family(cursor, row[0])
            return issue(cursor, holder.device, holder.incarnation, holder.technician, row[0] if row else uuid4())

    def who(self, access_token: str, *, revoked_too: bool = False) -> DeviceIdentity:
        """The device of an access token; raises `TokenExpired`, and `DeviceRevoked` unless `revoked_too`.

        The device of a technician who no longer works here has status suspended: it may upload its outbox.
        """
        row = self._pool.fetch_one(
            """
            SELECT t.expires_at <= now(), t.device, t.incarnation, t.technician,
                CASE WHEN d.standing = 'active' AND i.technician IS NOT NULL THEN 'suspended' ELSE d.standing END,
                d.wipe, d.app_version, d.public_key, coalesce(d.told_at > now() - %(lately)s, false), d.unsent,
                coalesce(d.last_seen_at > now() - %(lately)s, false)
            FROM access.device_tokens t
            JOIN access.device_standing d USING (device)
            LEFT JOIN access.inactive_technicians i ON i.technician = t.technician
            WHERE t.token_hash = %(token)s AND t.kind = 'access'
            """,
            {"token": token_hash(access_token), "lately": LATELY},
        )
        if row is None:
            raise TokenExpired
        expired, identity = row[0], DeviceIdentity(*row[1:])
        if identity.status == "revoked":  # a lost device may have been offline for longer than its token is valid
            if not revoked_too:
                raise DeviceRevoked(wipe=identity.wipe, salvage=True)
        elif expired:
            raise TokenExpired
        return identity
