"""The policy: one table from route to roles. The application does not start when a route is missing from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from flask import Flask
from werkzeug.routing import Rule

from domain.access.user import ROLES

ANYONE: Final = frozenset({"anyone"})
"""No token is needed."""
DEVICE: Final = frozenset({"device"})
"""A technician's device with an access token."""
LEAVING_DEVICE: Final = frozenset({"device", "revoked device"})
"""A device, also a revoked one, which may still upload its outbox."""

EVERYBODY: Final = frozenset(ROLES)
OFFICE: Final = EVERYBODY - {"technician"}
ADMIN: Final = frozenset({"admin"})
AUDITOR: Final = frozenset({"admin", "auditor"})
DISPATCH: Final = frozenset({"dispatcher", "service_manager", "admin"})
CARE: Final = frozenset({"agent", "dispatcher", "service_manager", "admin"})
KEEPERS: Final = frozenset({"stock_keeper", "service_manager", "admin"})
MANAGERS: Final = frozenset({"service_manager", "admin"})


def _reads(roles: frozenset[str], *nouns: str) -> dict[str, frozenset[str]]:
    """The list of each noun and one thing of it."""
    return {f"GET /api/v1/{noun}{one}": roles for noun in nouns for one in ("", "/{id}")}


def _commands(roles: frozenset[str], noun: str, *names: str) -> dict[str, frozenset[str]]:
    """Commands on one thing."""
    return {f"POST /api/v1/{noun}/{{id}}/{name}": roles for name in names}


POLICY: Final[Mapping[str, frozenset[str]]] = {
    "GET /health": ANYONE,
    "GET /ready": ANYONE,
    "GET /metrics": ANYONE,
    "GET /openapi.json": ANYONE,
    "GET /docs": ANYONE,
    "GET /static/{filename}": ANYONE,
    # Devices
    "POST /sync/v1/devices": ANYONE,
    "POST /sync/v1/token": ANYONE,
    "POST /sync/v1/push": DEVICE,
    "POST /sync/v1/salvage": LEAVING_DEVICE,
    "POST /sync/v1/wiped": LEAVING_DEVICE,
    "GET /sync/v1/pull": DEVICE,
    "GET /sync/v1/live": DEVICE,
    "POST /sync/v1/verify": DEVICE,
    "GET /sync/v1/blobs/{sha256}": DEVICE,
    "PUT /sync/v1/blobs/{sha256}": DEVICE,
    # Sessions, users, technicians and devices
    "POST /api/v1/sessions": ANYONE,
    "POST /api/v1/sessions/second-factor": ANYONE,
    "POST /api/v1/sessions/reset-password": ANYONE,
    "GET /api/v1/sessions": EVERYBODY,
    "GET /api/v1/sessions/current": EVERYBODY,
    "POST /api/v1/sessions/current/challenge": EVERYBODY,
    "POST /api/v1/sessions/current/prove": EVERYBODY,
    "POST /api/v1/sessions/current/end": EVERYBODY,
    "POST /api/v1/sessions/end-all": EVERYBODY,
    "POST /api/v1/sessions/{id}/end": EVERYBODY,
    "POST /api/v1/me/password": EVERYBODY,
    "GET /api/v1/me/second-factors": EVERYBODY,
    "POST /api/v1/me/second-factors/{id}/remove": EVERYBODY,
    "POST /api/v1/me/totp": EVERYBODY,
    "POST /api/v1/me/totp/{id}/confirm": EVERYBODY,
    "POST /api/v1/me/passkeys/challenge": EVERYBODY,
    "POST /api/v1/me/passkeys": EVERYBODY,
    "POST /api/v1/me/recovery-codes": EVERYBODY,
    "GET /api/v1/users": ADMIN,
    "GET /api/v1/users/{id}": ADMIN,
    "POST /api/v1/users": ADMIN,
    "POST /api/v1/users/{id}/set-roles": ADMIN,
    "POST /api/v1/users/{id}/set-password": ADMIN,
    "POST /api/v1/users/{id}/reset-code": ADMIN,
    "POST /api/v1/users/{id}/reset-second-factors": ADMIN,
    "POST /api/v1/users/{id}/disable": ADMIN,
    "POST /api/v1/users/{id}/enable": ADMIN,
    "POST /api/v1/users/{id}/erase": ADMIN,
    "GET /api/v1/technicians": OFFICE,
    "GET /api/v1/technicians/{id}": OFFICE,
    "POST /api/v1/technicians": DISPATCH,
    "POST /api/v1/technicians/{id}/change": DISPATCH,
    "POST /api/v1/technicians/{id}/assign-van": DISPATCH,
    "POST /api/v1/technicians/{id}/deactivate": DISPATCH,
    "POST /api/v1/technicians/{id}/reactivate": DISPATCH,
    "POST /api/v1/technicians/{id}/enrolments": ADMIN,
    "POST /api/v1/technicians/{id}/erase": ADMIN,
    "GET /api/v1/devices": OFFICE,
    "GET /api/v1/devices/{id}": OFFICE,
    "POST /api/v1/devices/{id}/suspend": DISPATCH,
    "POST /api/v1/devices/{id}/resume": DISPATCH,
    "POST /api/v1/devices/{id}/revoke": DISPATCH,
    # Operations of devices, and the log
    "GET /api/v1/operations": DISPATCH | AUDITOR,
    "GET /api/v1/operations/{id}": DISPATCH | AUDITOR,
    "GET /api/v1/operations/{id}/signed": AUDITOR,
    "POST /api/v1/operations/{id}/release": DISPATCH,
    "POST /api/v1/operations/{id}/discard": DISPATCH,
    "GET /api/v1/events": AUDITOR,
    "GET /api/v1/events/{position}": AUDITOR,
    "GET /api/v1/security-events": AUDITOR,
    "GET /api/v1/projections": AUDITOR,
    "POST /api/v1/projections/{name}/rebuild": AUDITOR,
    "POST /api/v1/projections/{name}/verify": AUDITOR,
    "GET /api/v1/jobs": AUDITOR,
    "GET /api/v1/jobs/{id}": AUDITOR,
    # Search shows each kind only to those who may read it
    "GET /api/v1/search": OFFICE,
    # The customer's side
    **_reads(OFFICE, "customers", "contacts", "cases", "equipment"),
    "GET /api/v1/cases/{id}/timeline": OFFICE,
    **dict.fromkeys((f"GET /api/v1/equipment/{{id}}/{one}" for one in ("history", "coverage", "warranties")), OFFICE),
    "POST /api/v1/customers": CARE,
    **_commands(CARE, "customers", "change", "add-site", "change-site", "merge"),
    "POST /api/v1/customers/{id}/erase": MANAGERS,
    "POST /api/v1/contacts": CARE,
    **_commands(CARE, "contacts", "set-reason", "link", "confirm-cause", "answer", "mark-duplicate"),
    "POST /api/v1/cases": CARE,
    **_commands(CARE, "cases", "wait", "resume", "resolve", "reopen", "close", "merge"),
    "POST /api/v1/equipment": CARE,
    **_commands(CARE, "equipment", "install", "set-warranty", "withdraw-warranty", "move", "change-owner", "retire"),
    # Work
    **_reads(OFFICE, "work-orders", "visits"),
    "GET /api/v1/work-orders/{id}/facts": OFFICE,
    "GET /api/v1/visits/{id}/facts": OFFICE,
    "POST /api/v1/work-orders": CARE,
    "POST /api/v1/work-orders/{id}/add-note": CARE,
    **_commands(DISPATCH, "work-orders", "assign", "require-part", "diagnose", "hold", "resume", "record-labour"),
    **_commands(DISPATCH, "work-orders", "complete", "cannot-complete", "reopen", "close", "cancel"),
    "POST /api/v1/visits": DISPATCH,
    **_commands(DISPATCH, "visits", "dispatch", "accept", "decline", "start-travel", "arrive", "pause", "resume"),
    **_commands(DISPATCH, "visits", "finish", "not-done", "reschedule", "cancel"),
    "GET /api/v1/blobs/{sha256}": OFFICE,
    # Parts and stock
    **_reads(OFFICE, "locations", "stock-movements", "discrepancies"),
    "GET /api/v1/stock": OFFICE,
    "GET /api/v1/stock/{location}/{part}/explain": OFFICE,
    "POST /api/v1/locations": KEEPERS,
    "POST /api/v1/locations/{id}/retire": KEEPERS,
    "POST /api/v1/locations/{id}/take-custody": KEEPERS | DISPATCH,
    "POST /api/v1/stock-movements": KEEPERS,
    "POST /api/v1/stock-movements/{id}/correct": KEEPERS,
    **_commands(KEEPERS | DISPATCH, "discrepancies", "assign", "explain", "write-off"),
    "POST /api/v1/discrepancies/{id}/adjust": KEEPERS,
    "GET /api/v1/parts": OFFICE,
    "GET /api/v1/parts/{id}": OFFICE,
    "POST /api/v1/parts": KEEPERS,
    "POST /api/v1/parts/{id}/revise": KEEPERS,
    "POST /api/v1/parts/{id}/set-cost": KEEPERS,
    "POST /api/v1/parts/{id}/supersede": KEEPERS,
    "POST /api/v1/parts/{id}/discontinue": KEEPERS,
}


class RouteWithoutPolicyError(RuntimeError):
    """A route is missing from the policy table."""


def template(rule: Rule) -> str:
    """A route's path as OpenAPI writes it: `/api/v1/parts/{id}`."""
    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)


def routes(app: Flask) -> dict[tuple[str, str], str]:
    """Every (endpoint, method) of an application with its name in the policy table."""
    return {
        (rule.endpoint, method): f"{method} {template(rule)}"
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }


def access_of(app: Flask, policy: Mapping[str, frozenset[str]]) -> dict[tuple[str, str], frozenset[str]]:
    """The roles that may use each (endpoint, method); raises `RouteWithoutPolicyError` for one that is missing."""
    named = routes(app)
    missing = sorted(name for name in named.values() if name not in policy)
    if missing:
        raise RouteWithoutPolicyError(f"the policy does not say who may use {', '.join(missing)}")
    return {place: policy[name] for place, name in named.items()}
