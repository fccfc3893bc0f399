"""The steps beside the repairs: other contacts, a part recorded twice, a count, syncs, an erasure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from callout.demo.founding import loaded
from callout.demo.people import FITTERS
from callout.demo.steps import DAYS, Ask, Calendar, Did, Step, Sync, id_of
from callout.demo.week import OUT_OF_REACH

THE_END = "contact:the end"


class Talk(NamedTuple):
    """A contact that is no repair. `demand` and `cause` are its confirmed cause; `topic` opens a case."""

    slug: str
    customer: str | None
    at: tuple[int, str]
    channel: str
    about: str
    reason: str
    topic: str | None = None
    demand: str = "value"
    cause: str = "question"


TALKS = (
    Talk(
        "hours",
        "lehmann",
        (2, "10:40"),
        "phone",
        "The invoice names two hours, he was here for fifty minutes.",
        "invoice is wrong",
        "billing",
        "failure",
        "wrong_hours_on_invoice",
    ),
    Talk(
        "dryer",
        "marchetti",
        (2, "11:25"),
        "web",
        "Do you also sell heat pump dryers, and would you take the old one?",
        "wants to buy",
        "purchase",
    ),
    Talk("opening", None, (3, "09:15"), "phone", "Somebody asks whether we repair sewing machines.", "do you repair …"),
    Talk(
        "late",
        "okafor",
        (3, "17:40"),
        "chat",
        "Your technician came an hour late yesterday, nobody called me.",
        "complaint",
        None,
        "failure",
        "late_visit",
    ),
    Talk(
        "invoice-copy",
        "spreeblick",
        (4, "09:05"),
        "email",
        "Please send the last invoice again as PDF.",
        "wants a copy",
        "billing",
    ),
    Talk("thanks", "krause", (5, "09:30"), "phone", "Only wanted to say that the fridge is cold. Thank you!", "thanks"),
)


def scenes(calendar: Calendar) -> Iterator[Step]:
    """All of these steps."""
    for talk in TALKS:
        yield from _talked(talk, calendar)
    yield from _same_person_twice(calendar)
    yield from _same_message_twice(calendar)
    yield from loaded("WM-DP-220", 1, "mia", calendar.at(2, "07:00"), " again")
    yield from _helping_hands(calendar)
    yield from _counted(calendar)
    yield from _day_by_day(calendar)
    yield from _forgotten(calendar)


def _talked(talk: Talk, calendar: Calendar) -> Iterator[Step]:
    at, contact, case = calendar.at(*talk.at), id_of(f"contact:{talk.slug}"), id_of(f"case:{talk.slug}")
    customer = {"customer": id_of(f"customer:{talk.customer}")} if talk.customer else {}
    body = {"id": contact, "channel": talk.channel, "about": talk.about, "reason": talk.reason, **customer}
    yield Ask(at, "agent", "contacts", body, f"contact:{talk.slug}")
    if talk.topic is not None:
        opened = {"id": case, "topic": talk.topic, "contact": contact, **customer}
        yield Ask(at + timedelta(minutes=3), "agent", "cases", opened, f"case:{talk.slug}")
    cause = {"demand": talk.demand, "cause": talk.cause, "basis": "listened"}
    yield Ask(at + timedelta(minutes=5), "agent", f"contacts/{contact}/confirm-cause", cause, f"cause:{talk.slug}")
    yield Ask(at + timedelta(minutes=40), "agent", f"contacts/{contact}/answer", {}, f"answered:{talk.slug}")
    if talk.topic == "purchase":
        later = at + timedelta(hours=20)
        resolved = {"resolution": "Offer sent, old dryer would be taken back."}
        yield Ask(later, "agent", f"cases/{case}/resolve", resolved, f"resolved:{talk.slug}")


def _same_person_twice(calendar: Calendar) -> Iterator[Step]:
    stays = {"into": id_of("customer:weber")}
    yield Ask(calendar.at(1, "09:05"), "agent", f"customers/{id_of('customer:weber2')}/merge", stays, "merged:weber")


def _same_message_twice(calendar: Calendar) -> Iterator[Step]:
    first, again = id_of("contact:mail"), id_of("contact:mail again")
    mail = {"channel": "email", "customer": id_of("customer:spreeblick"), "message_id": "<laundry-7@hotel.example>"}
    mail |= {"about": "When does your man come for the shaking machine?", "reason": "asks for the time"}
    yield Ask(calendar.at(0, "18:10"), "agent", "contacts", {"id": first, **mail}, "mail")
    sent_anew = mail | {"message_id": "<laundry-8@hotel.example>"}
    yield Ask(calendar.at(0, "18:12"), "agent", "contacts", {"id": again, **sent_anew}, "mail again")
    yield Ask(calendar.at(0, "18:15"), "agent", f"contacts/{again}/mark-duplicate", {"of": first}, "mail twice")
    linked = {"case": id_of("case:spreeblick-0-0")}
    yield Ask(calendar.at(0, "18:20"), "agent", f"contacts/{first}/link", linked, "mail linked")


def _helping_hands(calendar: Calendar) -> Iterator[Step]:
    """Jonas helps Lena with the hotel's freezer, and both record the fan: one of the two too many."""
    used = {"work_order": id_of("order:spreeblick-4-1"), "visit": id_of("visit:spreeblick-4-1"), "serials": []}
    used |= {"location": id_of("van:jonas"), "part": id_of("part:RF-FAN-12"), "quantity": "1"}
    yield Did(calendar.at(5, "08:40"), "jonas", "part_used", used)
    yield Sync(calendar.at(5, "08:45"), "jonas")


def _counted(calendar: Calendar) -> Iterator[Step]:
    """A count of some parts on Saturday."""
    for minute, (part, quantity) in enumerate((("CM-GASKET", "0"), ("WM-BRUSH-12", "2"), ("OV-LAMP-25", "2"))):
        counted = {"location": id_of("van:jonas"), "part": id_of(f"part:{part}"), "quantity": quantity}
        yield Did(calendar.at(5, "17:00", minute), "jonas", "stock_counted", counted)
    yield Sync(calendar.at(5, "17:10"), "jonas")


def _day_by_day(calendar: Calendar) -> Iterator[Step]:
    """Everybody who is online syncs in the morning and in the evening; the others when they are online again."""
    for day in range(DAYS):
        for at in (calendar.at(day, "07:20"), calendar.at(day, "17:50")):
            yield from (Sync(at, fitter.slug) for fitter in FITTERS if not _is_away(calendar, fitter.slug, at))
    for fitter, (_, back) in OUT_OF_REACH.items():
        yield Sync(calendar.at(*back), fitter)


def _is_away(calendar: Calendar, fitter: str, at: datetime) -> bool:
    away = OUT_OF_REACH.get(fitter)
    return away is not None and calendar.at(*away[0]) <= at < calendar.at(*away[1])


def _forgotten(calendar: Calendar) -> Iterator[Step]:
    """Viktor Blum asks to be erased; the last step of the story is an unrelated contact."""
    blum, contact = id_of("customer:blum"), id_of("contact:farewell")
    body = {"id": contact, "channel": "email", "customer": blum, "reason": "wants to be forgotten"}
    body |= {"about": "I am moving to Lisbon. Please delete everything that you know about me. Viktor Blum"}
    yield Ask(calendar.at(5, "15:00"), "agent", "contacts", body, "farewell")
    yield Ask(calendar.at(5, "15:30"), "manager", f"customers/{blum}/erase", {}, "forgotten")
    last = {
        "id": id_of(THE_END),
        "channel": "phone",
        "about": "Somebody has the wrong number.",
        "reason": "wrong number",
    }
    yield Ask(calendar.at(5, "17:55"), "agent", "contacts", last, THE_END)
