"""The output of the demo when it is ready: addresses, users with passwords, enrolment codes."""

from __future__ import annotations

from contextlib import closing
from time import monotonic
from typing import Any

import click

from callout.console import print_json, print_line, progress
from callout.demo.catalogue import ITEMS
from callout.demo.office import Office
from callout.demo.people import COMPANY, FITTERS, WAREHOUSES
from callout.demo.roster import SignIn
from callout.demo.sending import is_complete, send_story
from callout.demo.steps import id_of
from callout.demo.tries import ORDER, TECHNICIAN, tries
from callout.serving import Running
from domain.stock.location import VIRTUAL


def show(running: Running, people: list[SignIn], *, as_json: bool) -> None:
    """Send the steps of the story that have not been sent, then print that the demo is ready."""
    passwords = {each.login: each.password for each in people}
    begun = monotonic()
    with closing(Office(running.url, passwords)) as office:
        if not as_json and not is_complete(running.application):
            click.echo("callout: sending the company's week through the API and the sync protocol", err=True)
        with progress("sending the week", quiet=as_json) as show_progress:
            steps = send_story(running.application, office, running.url, running.stop, show_progress)
        if running.stop.is_set():
            return
        if steps:
            click.echo(f"callout: sent the week in {steps} steps and {monotonic() - begun:.1f} s", err=True)
        ready = _ready(running, people, office)
    if as_json:
        print_json(ready)
    else:
        _greet(ready)


def _ready(running: Running, people: list[SignIn], office: Office) -> dict[str, Any]:
    places = [*((slug, "warehouse", name) for slug, name in WAREHOUSES)]
    vans = [{"id": id_of(f"van:{each.slug}"), "kind": "van", "name": each.van} for each in FITTERS]
    stores = [{"id": id_of(f"place:{slug}"), "kind": kind, "name": name} for slug, kind, name in places]
    books = [{"id": id, "kind": kind, "name": kind.capitalize()} for kind, id in VIRTUAL.items()]
    codes = {id: office.enrolment_code("admin", id) for id in (id_of(f"fitter:{each.slug}") for each in FITTERS)}
    number = office.read("dispatcher", f"work-orders/{ORDER}")["number"]
    return {
        "url": running.url,
        "try": tries(running.url, codes[TECHNICIAN], number, running.application.settings.home),
        "users": [each._asdict() for each in people],
        "technicians": [
            {
                "id": id_of(f"fitter:{each.slug}"),
                "name": each.name,
                "van": id_of(f"van:{each.slug}"),
                "enrolment_code": codes[id_of(f"fitter:{each.slug}")],
            }
            for each in FITTERS
        ],
        "parts": [{"id": id_of(f"part:{item.number}"), "number": item.number} for item in ITEMS],
        "locations": [*stores, *vans, *books],
    }


def _greet(ready: dict[str, Any]) -> None:
    url = ready["url"]
    print_line(f"{COMPANY}: open at {url}")
    print_line(f"  Look:      {url}/  ·  {url}/docs  ·  {url}/openapi.json  ·  {url}/health")
    print_line(
        "  Be:        "
        + "\n             ".join(
            f"{each['login']:<11}{each['password']:<17}{', '.join(each['roles'])}" for each in ready["users"]
        )
    )
    print_line(
        "  Phones:    "
        + "\n             ".join(f"{each['enrolment_code']:<17}{each['name']}" for each in ready["technicians"])
    )
    print_line("Try in another terminal, in this folder: enrol a technician's phone, use a part, see who did what:")
    for each in ready["try"]:
        print_line(f"  {each}")
    print_line("Ctrl-C ends it.")
