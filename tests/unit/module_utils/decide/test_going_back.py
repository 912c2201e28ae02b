"""Going back: which release, whether it can be, with which values, and the whole plan of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, Variable
from ansible_collections.todo.stack.plugins.module_utils.decide.going_back import (
    chosen,
    given_again,
    going_back_problems,
    notes,
    reachable,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.images import wanted_images
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action, plan
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Migration,
    ReleaseSeen,
    Seen,
)
from ansible_collections.todo.stack.tests.unit.module_utils.decide.conftest import (
    IMAGES,
    contract_of,
)

NAMES = {"backend": "todo-backend", "migrate": "todo-backend", "frontend": "todo-frontend"}
OLDER = {name: f"{image}:older" for name, image in NAMES.items()}


def release(number: int, **changes: object) -> ReleaseSeen:
    """Return a kept release, its content its own."""
    made = ReleaseSeen(number, identity=f"content-{number}", began="2026-01-18T10:00:00+00:00")
    return replace(made, **changes)  # type: ignore[arg-type]


def kept(*releases: ReleaseSeen) -> list[int]:
    return [one.number for one in releases]


@pytest.fixture
def two(seen: Seen) -> Seen:
    """Return a stack that runs its release 2, looked at for its release 1, which is all there."""
    references = {**OLDER, "postgres": "postgres:17"}
    ids = {
        **{name: f"sha256:older-{image}" for name, image in NAMES.items()},
        "postgres": "sha256:p",
    }
    first = release(1, references=references, images=ids, by="ops on laptop", commit="aaaa")
    images = (
        *seen.images,
        {"Id": "sha256:p", "RepoTags": ["postgres:17"]},
        *({"Id": f"sha256:older-{i}", "RepoTags": [f"{i}:older"]} for i in set(NAMES.values())),
    )
    current = release(2)
    return replace(seen, images=images, release=current, releases=(first, current), wanted=1)


PREVIOUS = {
    "the one before": ((release(1), release(2), release(3)), 2),
    "one that is the same is passed over": (
        (release(1), release(2, identity="same"), release(3, identity="same")), 1),
    "who has gone back goes on from there": (
        (release(1), release(2), release(3), release(4, back_to=2, identity="content-2")), 1),
    "also where that one is forgotten": (
        (release(1), release(3), release(4, back_to=2, identity="content-2")), 1),
    "one of which nothing is known is not passed over": (
        (release(1), release(2, identity=""), release(3, identity="")), 2),
}  # fmt: skip


@pytest.mark.parametrize("name", PREVIOUS)
def test_the_previous_release(name: str) -> None:
    releases, number = PREVIOUS[name]
    assert chosen("previous", releases).number == number


def test_a_release_by_its_number_and_the_one_that_runs() -> None:
    releases = (release(7), release(9), release(10))
    assert [chosen(w, releases).number for w in ("7", "9", "10", "current")] == [7, 9, 10, 10]


REFUSED = {
    "none at all": ("previous", (), "no release was recorded on this host"),
    "none before": ("previous", (release(4),), "there is no other release before"),
    "not one more back": ("previous", (release(3), release(5, back_to=3)), "no other release"),
    "not kept": ("2", (release(3), release(4)), "release 2 is not kept on this host -> choose one "
                 "that is kept: 3, 4"),
    "no number": ("v2", (release(3),), "is no number of a release"),
    "empty": ("", (release(3),), "is no number of a release"),
    "damaged": ("3", (release(2), release(3, damage="its record is damaged"), release(4)),
                "release 3 cannot be gone back to: its record is damaged -> choose another: 2"),
    "damaged, nothing else": ("3", (release(3, damage="it is torn"), release(4)), "local.yml"),
    "the previous one damaged": ("previous", (release(2), release(3, damage="torn"), release(4)),
                                 "choose another: 2"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_gone_back_to_is_told_with_what_can(name: str) -> None:
    wanted, releases, said = REFUSED[name]
    with pytest.raises(ProblemList) as caught:
        chosen(wanted, releases)
    assert "nothing was changed" in str(caught.value)
    assert f"stack_release: {said}" in str(caught.value) or said in str(caught.value)


def test_the_whole_plan_of_a_way_back(two: Seen, both: list[Contract]) -> None:
    assert going_back_problems(two, both) == []
    images = wanted_images(two, both, ())
    why = "is another image now (that of release 1)"
    assert plan(two, both, images) == (
        Action("migrate", "recreate", f"todo-migrate:latest {why}", new=True),
        Action("backend", "recreate", f"todo-backend:latest {why}", new=True),
        Action("frontend", "recreate", f"todo-frontend:latest {why}", new=True),
        Action("host", "write", "environment.json: the image of backend, the image of frontend, "
               "the image of migrate"),
    )  # fmt: skip
    assert notes(two, both) == [
        "from release 2 to release 1, of 2026-01-18T10:00:00+00:00, by ops on laptop, commit aaaa"
    ]


def test_rows_of_a_build_play_no_part_in_it(two: Seen, both: list[Contract]) -> None:
    rows = [{"service": "backend", "content_image": "todo-backend:new", "image_id": "sha256:n"}]
    assert wanted_images(two, both, rows)["backend"].reference == "todo-backend:older"


def test_a_release_as_it_runs_needs_nothing(seen: Seen, both: list[Contract]) -> None:
    current = release(
        2,
        references={name: one.reference for name, one in IMAGES.items()},
        images={name: one.id for name, one in IMAGES.items()},
    )
    tags = {one.id: [one.reference] for one in IMAGES.values()}
    tags["sha256:b"].append("todo-backend:latest")
    tags["sha256:f"].append("todo-frontend:latest")
    images = tuple({"Id": image_id, "RepoTags": names} for image_id, names in tags.items())
    now = replace(seen, release=current, releases=(current,), wanted=2, images=images)
    assert plan(now, both, wanted_images(now, both, ())) == ()


def test_images_that_went_or_are_others_are_all_told(two: Seen, both: list[Contract]) -> None:
    others = tuple(o for o in two.images if "todo-backend:older" not in (o["RepoTags"] or ()))
    moved = tuple(
        {**one, "Id": "sha256:moved"} if "todo-frontend:older" in one["RepoTags"] else one
        for one in others
    )
    problems = going_back_problems(replace(two, images=moved), both)
    assert [one.line() for one in problems] == [
        "release 1: there is no image todo-backend:older of backend, migrate "
        "-> check out aaaa and run playbooks/local.yml",
        "release 1: another image is called todo-frontend:older of frontend "
        "-> check out aaaa and run playbooks/local.yml",
    ]
    assert wanted_images(replace(two, images=moved), both, ())["backend"].id == ""
    assert reachable(replace(two, images=moved), both) == []


def test_a_schema_that_its_code_does_not_run_on_is_told_with_the_releases_that_can(
    two: Seen, both: list[Contract]
) -> None:
    known = (Migration("0003", True), Migration("0002", False), Migration("0001", True))
    first = replace(two.releases[0], schema="0001", migrations=known[2:])
    able = replace(first, number=5, schema="0002", migrations=known[1:])
    current = release(6, schema="0003", migrations=known)
    now = replace(two, release=current, releases=(first, able, current))
    [problem] = going_back_problems(now, both)
    assert "since then 0003, 0002 were migrated, and its code does not run on 0002" in problem.what
    assert problem.remedy.endswith("then roll back; releases that can be gone back to: 5")
    assert reachable(now, both) == [5]
    other = replace(now, wanted=5, staying=("backend.BETTER_AUTH_SECRET",))
    assert going_back_problems(other, both) == []
    assert notes(other, both)[1:] == [
        "the schema stays at 0003; backward compatible: 0003",
        "changed since, and stay as they are: backend.BETTER_AUTH_SECRET",
    ]


def test_a_project_is_none_of_it(seen: Seen, both: list[Contract]) -> None:
    assert (going_back_problems(seen, both), notes(seen, both)) == ([], [])


def test_a_release_that_could_not_be_gone_back_to_is_written_anew(
    seen: Seen, both: list[Contract]
) -> None:
    damaged = release(3, damage="its files were not kept")
    now = replace(seen, release=damaged, releases=(damaged,))
    assert plan(now, both, IMAGES)[-1] == Action(
        "host", "write", "release 3 could not be gone back to: its files were not kept"
    )


def contract(**variables: Variable) -> Contract:
    """Return the backend's contract with a database of its own, and these variables."""
    backend = contract_of("backend", 8000)
    return replace(backend, env={**backend.env, **variables})


SECRET, PLAIN = Variable("", secret=True), Variable("")
MADE = Variable("", secret=True, required=True, generate=True)
THEN = {
    "backend": {"DATABASE_URL": "postgresql://old", "KEY": "key-then", "MADE": "made-then",
                "MODEL": "model-then", "GONE": "gone-then", "MORE": "more-then"},
    "postgres": {"POSTGRES_PASSWORD": "old"},
}  # fmt: skip
NOW = {
    "backend": {"DATABASE_URL": "postgresql://new", "KEY": "key-now", "MADE": "made-now",
                "MODEL": "model-now", "SINCE": "since-now", "PLAIN_SINCE": "x"},
    "postgres": {"POSTGRES_PASSWORD": "new"},
}  # fmt: skip


def test_plain_values_go_back_and_secrets_stay() -> None:
    one = contract(KEY=SECRET, MADE=MADE, MODEL=PLAIN, GONE=SECRET, SINCE=SECRET, PLAIN_SINCE=PLAIN)
    given = given_again([one], THEN, NOW)
    assert given.env == {"backend": {"MODEL": "model-then"}}
    assert given.secrets == {
        "backend": {"KEY": "key-now", "MADE": "made-now", "GONE": "gone-then", "SINCE": "since-now"}
    }
    assert given.extra == {"backend": {"MORE": "more-then"}}
    assert not given.production


@pytest.mark.parametrize(
    ("then", "now", "url"),
    [
        # The embedded database: its password is in secrets.json, and its address made of it.
        (THEN, NOW, None),
        # Another database since then: going back to code does not go back to other data.
        (THEN, {"backend": {"DATABASE_URL": "postgresql://neon"}}, "postgresql://neon"),
        ({"backend": {"DATABASE_URL": "postgresql://neon"}}, NOW, None),
        # environment.json was lost.
        ({"backend": {"DATABASE_URL": "postgresql://neon"}}, {}, "postgresql://neon"),
        (THEN, {}, None),
    ],
)
def test_the_database_is_the_one_of_now(
    then: dict[str, dict[str, str]], now: dict[str, dict[str, str]], url: str | None
) -> None:
    given = given_again([contract()], then, now)
    assert given.secrets.get("backend", {}).get("DATABASE_URL") == url
