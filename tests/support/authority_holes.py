"""Planted holes: for each row of the table, a patch that removes the check that enforces it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import commands.work.visits
import projections.work.attachments
from domain.care.customer import Customer
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from store.device_access import DeviceAccess
from store.operations import Operations
from store.sessions import LiveSession, Sessions
from sync.enrolment import EnrolmentService
from sync.outcome import Context
from tests.api.conftest import ApiClient

Plant = AbstractContextManager[Any]


def any_step_counts(_: ApiClient) -> Plant:
    def report(self: Visit, what: Any, _: UUID | None, **more: bool) -> None:
        self._step(what.TOPIC, "told", "early", technician=self.technician, **more)

    return patch.object(Visit, "_reported", report)


def anybody_takes_a_visit(_: ApiClient) -> Plant:
    accept = commands.work.visits.accept
    return patch("commands.work.visits.accept", lambda work, id, technician=None, **_: accept(work, id, technician))


@contextmanager
def facts_widen_a_slice(api: ApiClient) -> Iterator[None]:
    with ExitStack() as plants:
        plants.enter_context(anybody_takes_a_visit(api))
        plants.enter_context(patch("projections.documents.slices._helps", lambda *_: True))
        yield


def nothing_misfits(_: ApiClient) -> Plant:
    return patch.object(Context, "misfits", lambda *_: ())


def every_order_is_mine(_: ApiClient) -> Plant:
    return patch.object(Context, "must_own", lambda *_: None)


def every_visit_is_mine(_: ApiClient) -> Plant:
    return patch.object(Visit, "assigned_to", lambda *_: True)


def work_for_everybody(_: ApiClient) -> Plant:
    return patch("projections.work.open_work.works_for", lambda *_: True)


def one_customer_in_operations(_: ApiClient) -> Plant:
    return patch("sync.operations.care.customers.one_customer", lambda *_: True)


def every_van_is_mine(_: ApiClient) -> Plant:
    return patch.object(Context, "van_misfits", lambda *_: ())


def any_count_takes_lines(_: ApiClient) -> Plant:
    from domain.stock.stock_count import StockCount  # noqa: PLC0415 - only this hole needs it

    def sheet(context: Context, data: Any) -> tuple[StockCount | None, tuple[()]]:
        return context.work.find(StockCount, data.count), ()

    return patch("sync.operations.stock.counts._count_for", sheet)


def any_visit_fits(_: ApiClient) -> Plant:
    return patch("sync.operations.stock.movements._on_another_visit", lambda *_: ())


def anybody_takes_back(_: ApiClient) -> Plant:
    def recorded_by(self: Operations, operation: UUID, _: UUID) -> list[tuple[UUID, str]]:
        sql = "SELECT stream, topic FROM log.events WHERE operation_id = %(id)s OR stream = %(id)s"
        return [(stream, topic) for stream, topic in self._pool.fetch_all(sql, {"id": str(operation)})]

    return patch.object(Operations, "recorded_by", recorded_by)


def no_trouble(_: ApiClient) -> Plant:
    return patch("sync.groups.problem_with", lambda *_: None)


def every_photo_is_named(_: ApiClient) -> Plant:
    attachments = projections.work.attachments.attachments
    return patch("sync.blobs.attachments", lambda reader, sha256, _: attachments(reader, sha256))


def a_name_is_enough(_: ApiClient) -> Plant:
    def known(cursor: Any, _: UUID, asking: Any) -> Any:
        cursor.execute(
            "SELECT device, incarnation, standing, revoked_at FROM access.device_standing WHERE install_id = %s",
            (asking.install_id,),
        )
        return cursor.fetchone()

    return patch("store.enrolling._known", known)


def tokens_are_good_for_ever(_: ApiClient) -> Plant:
    return patch("store.device_access.trouble_with", lambda *_: None)


def codes_are_good_for_ever(_: ApiClient) -> Plant:
    def redeem_code(self: EnrolmentService, asked: Any, _: Any) -> Any:
        before = self._access.enrolled_before(asked.code, asked.install_id, asked.public_key)
        assert before is not None
        return self._access.enrol_again(before)

    return patch.object(EnrolmentService, "_redeem_code", redeem_code)


def everybody_is_trusted(_: ApiClient) -> Plant:
    who = DeviceAccess.who
    return patch.object(
        DeviceAccess, "who", lambda self, token, **_: who(self, token, revoked_too=True)._replace(status="active")
    )


def any_token_is_a_user(_: ApiClient) -> Plant:
    admin = LiveSession(UUID(int=2), UUID(int=1), ("admin",), None, timedelta())
    return patch.object(Sessions, "find", lambda *_: admin)


def one_customer_in_requests(_: ApiClient) -> Plant:
    return patch("commands.running.belonging.one_customer", lambda *_: True)


def one_customer_at_opening(_: ApiClient) -> Plant:
    return patch("commands.work.opening.one_customer", lambda *_: True)


def any_visit_of_any_order(_: ApiClient) -> Plant:
    return patch("commands.stock.moving._order", lambda work, fields: work.get(WorkOrder, fields["work_order"]))


def every_site_is_theirs(_: ApiClient) -> Plant:
    return patch.object(Customer, "has_site", lambda *_: True)


def site_ids_are_free(_: ApiClient) -> Plant:
    return patch("commands.care.customers.must_be_free", lambda *_, **__: None)


def ids_are_free(_: ApiClient) -> Plant:
    return patch("commands.running.beginning.must_be_free", lambda *_, **__: None)


def agents_may_do_all(api: ApiClient) -> Plant:
    policy = api.client.application.extensions["callout.policy"]
    return patch.dict(policy, {place: allowed | {"agent"} for place, allowed in policy.items() if "admin" in allowed})
