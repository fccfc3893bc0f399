"""Work orders: one repair each, from its opening until it is closed or cancelled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.care.merged import merged
from api.http.key_filter import holder_of
from api.http.noun import Noun
from api.http.reading import filters, item_response, open_reader, page_arguments, page_response
from api.http.rows import api_row_or_none, api_rows, api_schema
from api.http.schemas import Body
from api.work import work_order_bodies as bodies
from commands.running.changed import Changed
from commands.running.context import CommandContext
from commands.work import work_orders as commands
from commands.work.opening import open_work_order
from domain.kernel.problem import NotFound
from domain.work.work_order import WorkOrder
from projections.engine.fact_pages import ListedFact, order_facts
from projections.work import work_order_queries as queries
from projections.work import work_orders as view
from projections.work.work_order_row import WorkOrderRow

work_orders = Noun("work-orders", "Work orders, one repair each.")


@work_orders.creates(WorkOrder, bodies.NewWorkOrder)
def create_work_order(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Open a work order; its case, if any, is in progress then."""
    return open_work_order(context.work, id, **body)


@work_orders.command("assign", bodies.Assignment)
def assign(context: CommandContext, body: Body, id: UUID) -> WorkOrder:
    """Assign the work order to a technician, also if it was assigned to another one."""
    return commands.assign(context.work, id, **body)


@work_orders.command("require-part", bodies.RequiredPart)
def require_part(context: CommandContext, body: Body, id: UUID) -> WorkOrder:
    """Record that the repair needs a part."""
    return commands.require_part(context.work, id, **body)


@work_orders.command("diagnose", bodies.Diagnosis)
def diagnose(context: CommandContext, body: Body, id: UUID) -> WorkOrder:
    """Record the diagnosis."""
    return commands.diagnose(context.work, id, **body)


@work_orders.command("hold", bodies.Hold)
def hold(context: CommandContext, body: Body, id: UUID) -> WorkOrder:
    """Put the work order on hold."""
    return commands.hold(context.work, id, **body)


@work_orders.command("resume")
def resume(context: CommandContext, _: Body, id: UUID) -> WorkOrder:
    """Resume the work order after a hold."""
    return commands.resume(context.work, id)


@work_orders.command("record-labour", bodies.Labour)
def record_labour(context: CommandContext, body: Body, id: UUID) -> WorkOrder:
    """Record working time."""
    return commands.record_labour(context.work, id, **body)


@work_orders.command("complete", bodies.Completion)
def complete(context: CommandContext, body: Body, id: UUID) -> WorkOrder:
    """Mark the work as done, or confirm that a technician reported it."""
    return commands.complete(context.work, id, **body)


@work_orders.command("cannot-complete", bodies.OrderFailure)
def cannot_complete(context: CommandContext, body: Body, id: UUID) -> WorkOrder:
    """Mark the work as impossible, or confirm that a technician reported it."""
    return commands.cannot_complete(context.work, id, **body)


@work_orders.command("reopen", bodies.OrderReason)
def reopen(context: CommandContext, body: Body, id: UUID) -> WorkOrder:
    """Reopen finished work."""
    return commands.reopen(context.work, id, **body)


@work_orders.command("close")
def close(context: CommandContext, _: Body, id: UUID) -> Changed:
    """Close a finished work order, which is final; its open visits are cancelled."""
    return commands.close(context.work, id)


@work_orders.command("cancel", bodies.OrderReason)
def cancel(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Cancel the work order, which is final; its open visits are cancelled."""
    return commands.cancel(context.work, id, **body)


@work_orders.command("add-note", bodies.Note)
def add_note(context: CommandContext, body: Body, id: UUID) -> WorkOrder:
    """Add a note."""
    return commands.add_note(context.work, id, **body)


@work_orders.lists(api_schema(WorkOrderRow), bodies.Filters)
def list_work_orders(query: dict[str, Any]) -> Response:
    """All work orders, the newest first."""
    with open_reader(query, view.WorkOrders(), *merged(query)) as reader:
        holder = holder_of(query, "number", "work_order_number")
        rows = queries.work_orders(reader, **page_arguments(query), **filters(query), holder=holder)
        return page_response(reader, query, api_rows(rows), key=("opened_at", "id"))


@work_orders.shows(api_schema(WorkOrderRow))
def show_work_order(query: dict[str, Any], id: UUID) -> Response:
    """One work order."""
    with open_reader(query, view.WorkOrders()) as reader:
        return item_response(reader, api_row_or_none(queries.work_order(reader, id)), own=False)


@work_orders.lists(ListedFact, bodies.Facts, path="/<uuid:id>/facts")
def list_work_order_facts(query: dict[str, Any], id: UUID) -> Response:
    """All facts of one of its lists, the newest first; the order itself shows the newest 50 and counts the others."""
    with open_reader(query, view.WorkOrders()) as reader:
        if queries.work_order(reader, id) is None:
            raise NotFound
        rows = order_facts(reader, id, name=query["list"], **page_arguments(query))
        return page_response(reader, query, rows, key=("at", "rank", "position"))
