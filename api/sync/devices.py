"""Enrolment of devices, and refresh of their tokens."""

from __future__ import annotations

from flask import Response, request

from api.http.encoding import json_response
from api.http.services import services
from api.sync.blueprint import sync
from domain.kernel.instant import now
from sync.entry import EnrolmentRequest, RefreshRequest, parse_body


@sync.post("/devices")
def enrol() -> Response:
    """Exchange an enrolment code for a device id and tokens."""
    asked: EnrolmentRequest = parse_body(request.get_data(), EnrolmentRequest)
    with services().address_limits.enrolling(asked):
        return json_response(services().enrolment.enrol(asked, now()), 201)


@sync.post("/token")
def refresh() -> Response:
    """Exchange a refresh token for a new pair of tokens."""
    asked: RefreshRequest = parse_body(request.get_data(), RefreshRequest)
    with services().address_limits.refreshing(asked):
        return json_response(services().enrolment.refresh(asked, now()))
