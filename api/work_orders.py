"""Work orders: one repair each, from the moment it is opened until it is closed or cancelled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api import office
from api import work_order_bodies as bodies
from api.key_filter import holder_of
from api.merged import merged
from api.noun import Noun
from api.opening import open_work_order
from api.reading import filters, looking, one, page, paged
from api.rows import FACT, shape_of, spoken_all, spoken_one
from api.schemas import Body
from api.who import asking
from domain.part import Part
from domain.problem import NotFound
from domain.technician import Technician, TechnicianIsDeactivated
from domain.work_order import WorkOrder
from projections import work_order_queries as queries
from projections import work_orders as view
from projections.fact_pages import order_facts
from store.order_ends import cancel_order, close_order
from store.work import Work

work_orders = Noun("work-orders", "One repair each.")


@work_orders.creates(bodies.NewWorkOrder)
def create(body: Body) -> Response:
    """Open a work order; the case it is for, if any, goes on with it."""
    who = asking()
    return office.create(who, WorkOrder, body, lambda id, work: open_work_order(id, work, dict(body)))


@work_orders.command("assign", bodies.Assignment)
def assign(body: Body, id: UUID) -> Response:
    """Give it to a technician, perhaps taking it from another."""
    who = asking()

    def decide(order: WorkOrder, work: Work) -> None:
        if not work.get(Technician, body["technician"]).is_active():
            raise TechnicianIsDeactivated
        order.assign(**body)

    return office.change(who, WorkOrder, id, body, decide)


@work_orders.command("require-part", bodies.RequiredPart)
def require_part(body: Body, id: UUID) -> Response:
    """Say that the repair needs a part."""
    who = asking()

    def decide(order: WorkOrder, work: Work) -> None:
        work.get(Part, body["part"])
        order.require_part(**body)

    return office.change(who, WorkOrder, id, body, decide)


@work_orders.command("diagnose", bodies.Diagnosis)
def diagnose(body: Body, id: UUID) -> Response:
    """Write down what was found."""
    who = asking()
    return office.change(who, WorkOrder, id, body, lambda order, _: order.record_diagnosis(**body))


@work_orders.command("hold", bodies.Hold)
def hold(body: Body, id: UUID) -> Response:
    """Let the work wait."""
    who = asking()
    return office.change(who, WorkOrder, id, body, lambda order, _: order.hold(**body))


@work_orders.command("resume")
def resume(body: Body, id: UUID) -> Response:
    """End the waiting."""
    who = asking()
    return office.change(who, WorkOrder, id, body, lambda order, _: order.resume())


@work_orders.command("record-labour", bodies.Labour)
def record_labour(body: Body, id: UUID) -> Response:
    """Write down the time that somebody spent."""
    who = asking()
    return office.change(who, WorkOrder, id, body, lambda order, _: order.record_labour(**body))


@work_orders.command("complete", bodies.Completion)
def complete(body: Body, id: UUID) -> Response:
    """Say, or confirm what a technician reported, that the work is done."""
    who = asking()
    return office.change(who, WorkOrder, id, body, lambda order, _: order.complete(**body))


@work_orders.command("cannot-complete", bodies.OrderFailure)
def cannot_complete(body: Body, id: UUID) -> Response:
    """Say, or confirm what a technician reported, that the work cannot be done."""
    who = asking()
    return office.change(who, WorkOrder, id, body, lambda order, _: order.cannot_complete(**body))


@work_orders.command("reopen", bodies.OrderReason)
def reopen(body: Body, id: UUID) -> Response:
    """Let finished work go on."""
    who = asking()
    return office.change(who, WorkOrder, id, body, lambda order, _: order.reopen(**body))


@work_orders.command("close")
def close(body: Body, id: UUID) -> Response:
    """End a finished work order for good; its visits that are not over are cancelled with it."""
    who = asking()
    return office.change(who, WorkOrder, id, body, lambda order, work: close_order(work, order))


@work_orders.command("cancel", bodies.OrderReason)
def cancel(body: Body, id: UUID) -> Response:
    """Call the work off for good; its visits that are not over are cancelled with it."""
    who = asking()
    return office.change(who, WorkOrder, id, body, lambda order, work: cancel_order(work, order, **body))


@work_orders.command("add-note", bodies.Note)
def add_note(body: Body, id: UUID) -> Response:
    """Write down something to remember."""
    who = asking()
    return office.change(who, WorkOrder, id, body, lambda order, _: order.record_note(**body))


@work_orders.lists(shape_of(view.WORK_ORDERS), bodies.Filters)
def register(query: dict[str, Any]) -> Response:
    """All work orders, the newest first."""
    asking()
    with looking(query, view.WorkOrders(), *merged(query)) as reader:
        holder = holder_of(query, "number", "work_order_number")
        rows = queries.work_orders(reader, **paged(query), **filters(query), holder=holder)
        return page(reader, query, spoken_all(rows), key=("opened_at", "id"))


@work_orders.shows(shape_of(view.WORK_ORDERS))
def work_order(query: dict[str, Any], id: UUID) -> Response:
    """One work order."""
    asking()
    with looking(query, view.WorkOrders()) as reader:
        return one(reader, spoken_one(queries.work_order(reader, id)), own=False)


@work_orders.lists(FACT, bodies.Facts, path="/<uuid:id>/facts")
def facts(query: dict[str, Any], id: UUID) -> Response:
    """All facts of one of its lists, the newest first; the order itself shows the newest 50 and counts the others."""
    asking()
    with looking(query, view.WorkOrders()) as reader:
        if queries.work_order(reader, id) is None:
            raise NotFound
        rows = order_facts(reader, id, name=query["list"], **paged(query))
        return page(reader, query, rows, key=("at", "rank", "position"))
