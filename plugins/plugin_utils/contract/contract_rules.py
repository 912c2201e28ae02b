"""What is wrong with a contract's text: its schema in plain words, and the rules beyond it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    TCP,
    Port,
    Variable,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.suggest import did_you_mean
from ansible_collections.todo.stack.plugins.module_utils.contract.templates import with_sample
from ansible_collections.todo.stack.plugins.module_utils.contract.values import (
    check_value,
    form_problems,
)
from ansible_collections.todo.stack.plugins.plugin_utils.needed import lacking

try:
    import jmespath
    import jsonschema
except ImportError as problem:
    raise lacking(problem.name or "jsonschema") from problem

SCHEMA_FILE = Path(__file__).with_name("contract.schema.json")
MOST = 65535  # port
_MADE = 64  # characters, see look.environment
_KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}


def schema_problems(document: Any, file: str) -> list[Problem]:
    """Return one problem for each place where ``document`` breaks the JSON Schema."""
    errors = sorted(_validator().iter_errors(document), key=lambda e: [str(p) for p in e.path])
    return [problem for error in errors for problem in _explain(error, file)]


def rule_problems(document: Mapping[str, Any], file: str) -> list[Problem]:
    """Return what a schema cannot say about a contract that already fits it."""
    problems = []
    variables = document.get("env", {})
    for name, spec in variables.items():
        for key, what, remedy in _variable_rules(name, spec, document["run"]):
            problems.append(Problem(what, f"{file}: env.{name}.{key}", remedy))
        if "any_with" in spec and (other := spec["any_with"]) not in variables:
            remedy = did_you_mean(other, list(variables)) or "name one of this contract"
            problems.append(Problem("is no variable", f"{file}: env.{name}.any_with", remedy))
    run = document["run"]
    return [
        *problems,
        *_expression_problems(run, file),
        *_kind_problems(run, file),
        *_port_problems(run, file),
    ]


def ports_of(run: Mapping[str, Any]) -> Iterator[Port]:
    """Yield the ports of a contract's ``run``, those that users reach first."""
    for text in [*([run["port"]] if "port" in run else []), *run.get("ports", ())]:
        mapping, _, protocol = str(text).partition("/")
        published, _, target = mapping.rpartition(":")
        yield Port(int(target), int(published or target), protocol or TCP)
    for text in run.get("expose", ()):
        target, _, protocol = str(text).partition("/")
        yield Port(int(target), 0, protocol or TCP)


def _port_problems(run: Mapping[str, Any], file: str) -> Iterator[Problem]:
    ports = list(ports_of(run))
    if "port" in run and "ports" in run:
        what = "`port` is short for `ports` of one"
        yield Problem(what, f"{file}: run.port", "move it into run.ports")
    for port in ports:
        if not all(1 <= one <= MOST for one in (port.target, port.published or 1)):
            what = f"{port.inside()} is no port"
            yield Problem(what, f"{file}: run.ports", f"a whole number from 1 to {MOST}")
    for place in sorted({one.inside() for one in ports if ports.count(one) > 1}):
        yield Problem(f"{place} is named twice", f"{file}: run.ports", "name it once")
    of_tcp = [one.target for one in ports if one.protocol == TCP]
    for name, spec in _asked(run).items():
        where = f"{file}: run.{name}"
        if not of_tcp:
            yield Problem("asks, and there is no TCP port", where, "name it in run.ports or expose")
        elif spec.get("port", of_tcp[0]) not in of_tcp:
            remedy = f"one of: {', '.join(map(str, of_tcp))}"
            yield Problem("is no port of this contract", f"{where}.port", remedy)

    own = {f"{p.target}" for p in ports if p.protocol == TCP}
    for name, spec in run.get("checks", {}).items():
        if "tcp" in spec and str(spec["tcp"]) not in own:
            remedy = "name it in run.ports or run.expose"
            yield Problem(
                "is no TCP port of this contract", f"{file}: run.checks.{name}.tcp", remedy
            )


def _asked(run: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the HTTP checks by their place."""
    named = {name: run[name] for name in ("health", "ready", "ui") if name in run}
    own = {f"checks.{n}": spec for n, spec in run.get("checks", {}).items() if "path" in spec}
    return {**named, **own}


def _kind_problems(run: Mapping[str, Any], file: str) -> Iterator[Problem]:
    """Yield the checks that are of no kind, of two, or that want of one what only HTTP has."""
    for name, spec in run.get("checks", {}).items():
        where = f"{file}: run.checks.{name}"
        kinds = [kind for kind in ("path", "tcp", "command") if kind in spec]
        if len(kinds) != 1:
            what = f"has {' and '.join(kinds)}" if kinds else "asks nothing"
            yield Problem(what, where, "give one of path, tcp and command")
        elif kinds != ["path"]:
            for key in ("status", "expect", "contains", "port"):
                if key in spec:
                    yield Problem("is for a check with a path", f"{where}.{key}", "leave it out")


def _expression_problems(run: Mapping[str, Any], file: str) -> Iterator[Problem]:
    for name, spec in _asked(run).items():
        try:
            jmespath.compile(spec.get("expect") or "@")
        except jmespath.exceptions.JMESPathError:
            remedy = "write one, such as: status == 'ok'"
            yield Problem("is no JMESPath expression", f"{file}: run.{name}.expect", remedy)


def _variable_rules(
    name: str, spec: Mapping[str, Any], run: Mapping[str, Any]
) -> Iterator[tuple[str, ...]]:
    kind, secret = spec.get("type", "string"), spec.get("secret", False)
    default = spec.get("default")
    if secret and default is not None:
        yield "default", "a secret has no default", "leave it out"
    if default is not None and spec.get("required"):
        yield "required", "a variable with a default is never missing", "leave one of them out"
    schemes = tuple(spec.get("schemes", ()))
    plain = Variable(purpose="", type=kind, schemes=schemes)
    if default is not None and not secret:
        for what, remedy in check_value(plain, default):
            yield "default", what, remedy
    if schemes and kind not in ("url", "postgres_url"):
        yield "schemes", "only a url or postgres_url has a scheme", "leave it out"
    elif kind == "postgres_url" and not all(one.startswith("postgres") for one in schemes):
        yield "schemes", "one of them is none of PostgreSQL", "such as postgresql+asyncpg"
    yield from _template_rules(spec, plain)
    ports = [str(port.target) for port in ports_of(run)]
    if name == "PORT" and default is not None and ports and str(default) not in ports:
        yield "default", f"differs from run.port ({' or '.join(ports)})", "make them equal"
    if spec.get("generate") and not (secret and kind == "string"):
        yield "generate", "only a secret of type string can be generated", "leave it out"
    if spec.get("generate") and spec.get("min_length", 0) > _MADE:
        yield "min_length", f"is more than the {_MADE} of a secret that is made", "ask for fewer"
    if "embedded" in spec and not (secret and kind == "postgres_url"):
        yield "embedded", "only a secret of type postgres_url can be embedded", "leave it out"
    elif "embedded" in spec:
        url = spec["embedded"]["url"].replace("{password}", "x9")
        for what, remedy in form_problems(plain, url):
            yield "embedded.url", what, remedy


def _template_rules(spec: Mapping[str, Any], plain: Variable) -> Iterator[tuple[str, ...]]:
    if "template" not in spec:
        return
    for key in ("default", "required", "generate", "embedded"):
        if spec.get(key):
            yield key, "a variable with a template is made of others", "leave one of them out"
    if plain.type in ("url", "postgres_url"):
        for what, remedy in check_value(plain, with_sample(spec["template"])):
            yield "template", what, remedy


def _explain(error: Any, file: str) -> Iterator[Problem]:
    place = ".".join(str(part) for part in error.absolute_path)
    where = f"{file}: {place}" if place else file
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        for key in error.instance:
            if key not in known:
                remedy = did_you_mean(str(key), known) or f"known here: {', '.join(known)}"
                yield Problem(f"the key {key!r} is unknown", where, remedy)
    elif error.validator in ("required", "dependentRequired"):
        wanted = error.validator_value
        names = wanted if isinstance(wanted, list) else [n for one in wanted.values() for n in one]
        missing = [k for k in names if k not in error.instance]
        # jsonschema reports each missing key by itself: its own message tells which.
        named = next((k for k in missing if error.message.startswith(repr(k))), missing[0])
        yield Problem(f"the key {named!r} is missing", where, "add it")
    elif "propertyNames" in error.absolute_schema_path:
        yield Problem(*_explain_name(error, where))
    else:
        yield Problem(*_explain_value(error, where))


def _explain_name(error: Any, where: str) -> tuple[str, str, str]:
    if error.validator == "enum":
        close = did_you_mean(str(error.instance), error.validator_value)
        remedy = close or f"one of: {', '.join(error.validator_value)}"
        return f"{error.instance!r} is nothing that can be relaxed", where, remedy
    if error.validator == "not":
        return f"{error.instance!r} is a check already", where, "choose another name"
    if "checks" in error.absolute_path:
        what = f"{error.instance!r} is no name of a check"
        return what, where, "small letters, digits and _ only, a letter first"
    remedy = "letters, digits and _ only; environment variables in capitals"
    return f"{error.instance!r} is no name of a variable", where, remedy


def _explain_value(error: Any, where: str) -> tuple[str, str, str]:
    about = error.schema.get("description", "")
    limit = error.validator_value
    if error.validator == "type":
        kinds = [limit] if isinstance(limit, str) else limit
        return f"must be {' or '.join(_KINDS.get(k, k) for k in kinds)}", where, about
    if error.validator == "enum":
        close = did_you_mean(str(error.instance), limit)
        return "is not known here", where, close or f"one of: {', '.join(limit)}"
    if error.validator in ("minimum", "maximum"):
        word = "least" if error.validator == "minimum" else "most"
        return f"must be at {word} {limit}", where, about
    if error.validator == "minLength" and limit > 1:
        return f"must have {limit} characters or more", where, about or "say why"
    if error.validator == "minLength":
        return "is empty", where, about
    return "has a form that is not allowed", where, about


def _whole_pattern(
    _validator: Any, pattern: str, instance: Any, _schema: Any
) -> Iterator[jsonschema.ValidationError]:
    # `$` would accept a trailing newline, and names end up in argument lists and files.
    if isinstance(instance, str) and not re.search(pattern.removesuffix("$") + r"\Z", instance):
        yield jsonschema.ValidationError("pattern")


def _is_whole(_checker: Any, instance: object) -> bool:
    return isinstance(instance, int) and not isinstance(instance, bool)


@cache
def _validator() -> Any:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    strict: Any = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
        jsonschema.Draft202012Validator,
        {"pattern": _whole_pattern},
        # JSON knows one kind of numbers, and 8000.0 would be no port of a URL.
        type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole),
    )
    return strict(schema)
