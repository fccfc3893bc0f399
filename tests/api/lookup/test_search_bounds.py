"""Search shows what a role may read, in pages, and nobody who was erased (issue 9, 8)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.api.conftest import ApiClient
from tests.support.api_steps import command, create, customer, items, read, refusal


def found(api: ApiClient, question: str, role: str = "agent", **more: str) -> list[tuple[str, str]]:
    """Kind and id of what is found, the best first."""
    query = "".join(f"&{name}={quote(value)}" for name, value in more.items())
    reply = api.get(f"/api/v1/search?q={quote(question)}{query}", role=role)  # type: ignore[arg-type]
    assert reply.status_code == 200, reply.text
    shown: Any = reply.json
    return [(each["kind"], each["id"]) for each in shown["items"]]


def ids(api: ApiClient, question: str) -> list[str]:
    return [id for _, id in found(api, question)]


def listed(api: ApiClient, words: str) -> list[str]:
    """Customers that the list of customers finds."""
    return [each["id"] for each in items(api, f"customers?words={quote(words)}")]


def test_only_what_a_role_may_read_is_found(api: ApiClient) -> None:
    """Issue 9, 8: users are for administrators; technicians ask their phones."""
    user = str(api.user("biller"))

    assert found(api, "the biller", role="admin") == [("users", user)]
    assert found(api, "the biller", role="agent") == []
    assert found(api, user, role="agent") == []
    assert api.ask("GET", "/api/v1/search?q=x", role="technician").status_code == 403


def test_what_is_found_is_read_page_by_page(api: ApiClient) -> None:
    """Issue 9, 8: bounded, the best first, none twice and none left out."""
    owners = [customer(api, name=f"Maier {number}") for number in range(7)]
    best = customer(api, name="Mai")

    first = read(api, "search?q=mai&limit=3")
    pages, following = [first], first["next"]
    while following:
        pages.append(read(api, f"search?q=mai&limit=3&cursor={following}"))
        following = pages[-1]["next"]

    shown = [each["id"] for page in pages for each in page["items"]]
    assert [len(page["items"]) for page in pages] == [3, 3, 2]
    assert shown == [best, *sorted(owners)]
    assert [each["kind"] for each in first["items"]] == ["customers"] * 3
    assert ids(api, "mai") == shown
    assert found(api, "mai", kind="sites") == []


def test_a_question_is_of_some_length_and_known_kind(api: ApiClient) -> None:
    """Issue 9, 8."""
    for path in ("search", "search?q=", f"search?q={'x' * 201}", "search?q=x&kind=wishes"):
        assert api.get(f"/api/v1/{path}").status_code == 400, path
    assert found(api, "x " * 100) == []


def test_an_entry_that_was_merged_says_so(api: ApiClient) -> None:
    """Issue 9, 8."""
    gone, stays = customer(api, name="Kurz"), customer(api, name="Lang")
    command(api, f"customers/{gone}/merge", into=stays)

    [entry] = items(api, "search?q=kurz")

    assert (entry["id"], entry["merged_into"]) == (gone, stays)


def words_of(api: ApiClient) -> str:
    """Everything that is stored anywhere in the database, terms of the search in letters."""
    pool = api.services.log.pool
    tables = pool.fetch_all(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
        " WHERE schemaname IN ('log', 'views', 'views_next', 'blobs', 'access')"
    )
    stored = [text for (table,) in tables for (text,) in pool.fetch_all(f"SELECT t::text FROM {table} t")]  # noqa: S608 - names of ours
    terms = [bytes(term).decode() for (term,) in pool.fetch_all("SELECT term FROM views.search_terms")]
    return "\n".join([*stored, *terms]).lower()


def test_nobody_finds_who_was_erased_and_no_table_has_their_words(api: ApiClient) -> None:
    """Issue 9, 8: the index forgets them together with the views; technicians and users as well."""
    owner = customer(api, name="Zacharias Quendelkraut", phones=["+49 30 777888999"], email="q@quendelkraut.example")
    merged = customer(api, name="Z. Quendelkraut", phones=[], email="x@y.example")
    command(api, f"customers/{owner}/add-site", zone="Europe/Berlin", address="Rautenschlag 17")
    command(api, f"customers/{merged}/merge", into=owner)
    anna = create(api, "technicians", name="Wendelgard Vogt", zone="Europe/Berlin", language="de")
    body = {"login": "wendelgard", "name": "Wendelgard V", "roles": ["agent"], "password": "correct horse battery st"}
    user = create(api, "users", **body)
    questions = (
        "quendelkraut",
        "zacharias",
        "+49 30 777888999",
        "q@quendelkraut.example",
        "rautenschlag",
        "wendelgard",
    )
    assert all(found(api, question, role="admin") for question in questions)
    assert "quendelkraut" in words_of(api)

    command(api, f"customers/{owner}/erase")
    command(api, f"technicians/{anna}/erase")
    command(api, f"users/{user}/erase")
    api.catch_up()

    assert {question: found(api, question, role="admin") for question in questions} == {key: [] for key in questions}
    stored = words_of(api)
    assert not [word for word in ("quendel", "zacharias", "777888999", "rautenschlag", "wendelgard") if word in stored]
    assert refusal(api, f"customers/{owner}/change", name="x")[0] == 409


def test_the_past_is_searched_as_it_was(api: ApiClient) -> None:
    """Issue 9, 8: like every other read."""
    owner = customer(api, name="Altmann")
    position = read(api, f"customers/{owner}")["position"]
    command(api, f"customers/{owner}/change", name="Neumann")

    then = api.get(f"/api/v1/search?q=altmann&known_at={position}").json

    assert ids(api, "altmann") == []
    assert then is not None
    assert [each["name"] for each in then["items"]] == ["Altmann"]
