"""Search shows what a role may read, in pages, and nobody who was erased (issue 9, 8)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.api.conftest import House
from tests.support.api_steps import customer, items, made, read, refused, told


def found(house: House, question: str, role: str = "agent", **more: str) -> list[tuple[str, str]]:
    """Kind and id of what is found, the best first."""
    query = "".join(f"&{name}={quote(value)}" for name, value in more.items())
    reply = house.get(f"/api/v1/search?q={quote(question)}{query}", role=role)  # type: ignore[arg-type]
    assert reply.status_code == 200, reply.text
    shown: Any = reply.json
    return [(each["kind"], each["id"]) for each in shown["items"]]


def ids(house: House, question: str) -> list[str]:
    return [id for _, id in found(house, question)]


def listed(house: House, words: str) -> list[str]:
    """Customers that the list of customers finds."""
    return [each["id"] for each in items(house, f"customers?words={quote(words)}")]


def test_only_what_a_role_may_read_is_found(house: House) -> None:
    """Issue 9, 8: users are for administrators; technicians ask their phones."""
    user = str(house.user("biller"))

    assert found(house, "the biller", role="admin") == [("users", user)]
    assert found(house, "the biller", role="agent") == []
    assert found(house, user, role="agent") == []
    assert house.ask("GET", "/api/v1/search?q=x", role="technician").status_code == 403


def test_what_is_found_is_read_page_by_page(house: House) -> None:
    """Issue 9, 8: bounded, the best first, none twice and none left out."""
    owners = [customer(house, name=f"Maier {number}") for number in range(7)]
    best = customer(house, name="Mai")

    first = read(house, "search?q=mai&limit=3")
    pages, following = [first], first["next"]
    while following:
        pages.append(read(house, f"search?q=mai&limit=3&cursor={following}"))
        following = pages[-1]["next"]

    shown = [each["id"] for page in pages for each in page["items"]]
    assert [len(page["items"]) for page in pages] == [3, 3, 2]
    assert shown == [best, *sorted(owners)]
    assert [each["kind"] for each in first["items"]] == ["customers"] * 3
    assert ids(house, "mai") == shown
    assert found(house, "mai", kind="sites") == []


def test_a_question_is_of_some_length_and_known_kind(house: House) -> None:
    """Issue 9, 8."""
    for path in ("search", "search?q=", f"search?q={'x' * 201}", "search?q=x&kind=wishes"):
        assert house.get(f"/api/v1/{path}").status_code == 400, path
    assert found(house, "x " * 100) == []


def test_an_entry_that_was_merged_says_so(house: House) -> None:
    """Issue 9, 8."""
    gone, stays = customer(house, name="Kurz"), customer(house, name="Lang")
    told(house, f"customers/{gone}/merge", into=stays)

    [entry] = items(house, "search?q=kurz")

    assert (entry["id"], entry["merged_into"]) == (gone, stays)


def words_of(house: House) -> str:
    """Everything that is stored anywhere in the database, terms of the search in letters."""
    pool = house.services.log.pool
    tables = pool.fetch_all(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
        " WHERE schemaname IN ('log', 'views', 'views_next', 'blobs', 'access')"
    )
    stored = [text for (table,) in tables for (text,) in pool.fetch_all(f"SELECT t::text FROM {table} t")]  # noqa: S608 - names of ours
    terms = [bytes(term).decode() for (term,) in pool.fetch_all("SELECT term FROM views.search_terms")]
    return "\n".join([*stored, *terms]).lower()


def test_nobody_finds_who_was_erased_and_no_table_has_their_words(house: House) -> None:
    """Issue 9, 8: the index forgets them together with the views; technicians and users as well."""
    owner = customer(house, name="Zacharias Quendelkraut", phones=["+49 30 777888999"], email="q@quendelkraut.example")
    merged = customer(house, name="Z. Quendelkraut", phones=[], email="x@y.example")
    told(house, f"customers/{owner}/add-site", zone="Europe/Berlin", address="Rautenschlag 17")
    told(house, f"customers/{merged}/merge", into=owner)
    anna = made(house, "technicians", name="Wendelgard Vogt", zone="Europe/Berlin", language="de")
    body = {"login": "wendelgard", "name": "Wendelgard V", "roles": ["agent"], "password": "correct horse battery st"}
    user = made(house, "users", **body)
    questions = (
        "quendelkraut",
        "zacharias",
        "+49 30 777888999",
        "q@quendelkraut.example",
        "rautenschlag",
        "wendelgard",
    )
    assert all(found(house, question, role="admin") for question in questions)
    assert "quendelkraut" in words_of(house)

    told(house, f"customers/{owner}/erase")
    told(house, f"technicians/{anna}/erase")
    told(house, f"users/{user}/erase")
    house.catch_up()

    assert {question: found(house, question, role="admin") for question in questions} == {key: [] for key in questions}
    stored = words_of(house)
    assert not [word for word in ("quendel", "zacharias", "777888999", "rautenschlag", "wendelgard") if word in stored]
    assert refused(house, f"customers/{owner}/change", name="x")[0] == 409


def test_the_past_is_searched_as_it_was(house: House) -> None:
    """Issue 9, 8: like every other read."""
    owner = customer(house, name="Altmann")
    position = read(house, f"customers/{owner}")["position"]
    told(house, f"customers/{owner}/change", name="Neumann")

    then = house.get(f"/api/v1/search?q=altmann&known_at={position}").json

    assert ids(house, "altmann") == []
    assert then is not None
    assert [each["name"] for each in then["items"]] == ["Altmann"]
