"""Ways to break what runs, as a hand, a crash or a full disk does, and who must see that."""

from __future__ import annotations

from dataclasses import dataclass

STATE = "/var/lib/todo-stack/todo"
DATA = "/var/lib/docker/volumes/todo_postgres-data/_data"
RUNS = "test_each_replica_runs_and_is_healthy"
NETWORKS = "test_it_is_on_its_networks_alone"
PRIVATE = "test_the_files_of_the_stack_are_their_owners_alone"
ALONE = "test_nothing_else_is_there"
COMPOSE = f"docker compose -p todo -f {STATE}/compose.yaml -f {STATE}/environment.json"


@dataclass(frozen=True)
class ByHand:
    """What is done on the host, and undone; the test and the check that must see it.

    ``service`` selects the test; ``check`` is the whole ID, or what a refusal must tell.
    """

    test: str
    check: str
    does: str
    undoes: str
    service: str = "todo"


def on(service: str, test: str, criterion: str, command: str) -> ByHand:
    """Return a mutant that is undone by taking the container away: the next start makes it anew."""
    name = f"todo-{service}-1"
    check = f"{service}.{criterion}"
    return ByHand(test, check, f"{command} {name}", f"docker rm -f {name} || true", service)


def alike(name: str, service: str) -> str:
    """Return a command that starts a container which says it is the project's."""
    return (
        f"docker run -d --name {name} --label com.docker.compose.project=todo"
        f" --label com.docker.compose.service={service}"
        " --label com.docker.compose.container-number=1 --label com.docker.compose.oneoff=False"
        " --label todo.stack.service=ghost --entrypoint sleep todo-backend:latest 999"
    )


# The database's files move to a disk of their own, which is then filled.
FILL = (
    f"docker stop -t 5 todo-postgres-1; mkdir -p /mnt/small; mount -t tmpfs -o size=256m none"
    f" /mnt/small; cp -a {DATA}/. /mnt/small; chown --reference={DATA} /mnt/small;"
    f" chmod --reference={DATA} /mnt/small; mount --move /mnt/small {DATA};"
    " docker start todo-postgres-1; sleep 3;"
    f" dd if=/dev/zero of={DATA}/fill bs=1M 2>/dev/null || true; truncate -s -2M {DATA}/fill"
)
EMPTY = f"docker rm -f todo-postgres-1; umount {DATA}"

HANDS = {
    "is stopped": "docker stop -t 1",
    "is paused": "docker pause",
    "is killed": "docker kill",
    "is taken away": "docker rm -f",
}
NETWORK_OF = {"postgres": "todo_database", "backend": "todo_database", "frontend": "todo_default"}

BY_HAND: dict[str, ByHand] = {
    **{
        f"{service} {name}": on(service, RUNS, "running", command)
        for name, command in HANDS.items()
        for service in NETWORK_OF
    },
    **{
        f"{service} is cut off": on(
            service, NETWORKS, "networks", f"docker network disconnect -f {network}")
        for service, network in NETWORK_OF.items()
    },
    "frontend is on a network too many": on(
        "frontend", NETWORKS, "networks", "docker network connect todo_database"),
    "the database's volume is full": ByHand(
        "test_there_is_room_on_its_volumes", "postgres.volumes", FILL, EMPTY, "postgres"),
    "a trial was left over": ByHand(
        ALONE, "host.leftovers",
        f"{COMPOSE} run --detach --no-deps --name todo-backend-candidate backend sleep 999",
        "docker rm -f todo-backend-candidate"),
    "a service is there that nobody described": ByHand(
        ALONE, "host.leftovers", alike("todo-ghost-1", "ghost"), "docker rm -f todo-ghost-1"),
    "all may read the secrets": ByHand(
        PRIVATE, "host.private_files", f"chmod 0644 {STATE}/secrets.json",
        f"chmod 0600 {STATE}/secrets.json"),
    "all may look into the folder": ByHand(
        PRIVATE, "host.private_files", f"chmod 0755 {STATE}", f"chmod 0700 {STATE}"),
    "all may read a record": ByHand(
        PRIVATE, "host.private_files", f"chmod 0644 {STATE}/releases/*.json",
        f"chmod 0600 {STATE}/releases/*.json"),
    "the rendered environment was edited": ByHand(
        "test_every_value_arrives", "frontend.environment",
        f"cp -p {STATE}/environment.json {STATE}/kept;"
        f' sed -i \'s/"NODE_ENV": "production"/"NODE_ENV": "test"/\' {STATE}/environment.json',
        f"mv {STATE}/kept {STATE}/environment.json", "frontend"),
    "the build took too long": ByHand(
        "test_the_build_was_within_its_time", "backend.build_time",
        f"cp -p {STATE}/builds.json {STATE}/kept;"
        f" sed -i -E 's/(build_seconds.*: )[0-9.]+/\\1301/' {STATE}/builds.json",
        f"mv {STATE}/kept {STATE}/builds.json", "backend"),
}  # fmt: skip
