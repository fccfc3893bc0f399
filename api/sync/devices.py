"""Enrolment and tokens: how a device comes in, and how it stays."""

from __future__ import annotations

from flask import Response, request

from api.http.encoding import answer
from api.http.services import services
from api.sync.blueprint import sync
from domain.kernel.instant import now
from sync.entry import EnrolmentRequest, RefreshRequest, parse_body


@sync.post("/devices")
def enrol() -> Response:
    """Trade a code for a device and its tokens."""
    asked: EnrolmentRequest = parse_body(request.get_data(), EnrolmentRequest)
    with services().strangers.enrolling(asked):
        return answer(services().enrolment.enrol(asked, now()), 201)


@sync.post("/token")
def refresh() -> Response:
    """Trade a refresh token for a new pair."""
    asked: RefreshRequest = parse_body(request.get_data(), RefreshRequest)
    with services().strangers.refreshing(asked):
        return answer(services().enrolment.refresh(asked, now()))
