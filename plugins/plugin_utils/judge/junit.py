"""The acceptance of a host as JUnit XML, which any CI shows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ansible_collections.todo.stack.plugins.plugin_utils.judge.units import human

# What XML 1.0 cannot carry, in any spelling.
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Row = Mapping[str, Any]


def junit(content: Row) -> str:
    """Return the content of ``acceptance.json`` as a suite a service, a test case a check."""
    checks: Sequence[Row] = content["checks"]
    root = _element(Element("testsuites"), name=content["host"], **_counts(checks))
    for service in dict.fromkeys(check["service"] for check in checks):
        own = [check for check in checks if check["service"] == service]
        suite = _element(
            SubElement(root, "testsuite"),
            name=f"{content['stack']}.{service}",
            hostname=content["host"],
            timestamp=content["at"],
            **_counts(own),
        )
        for check in own:
            _add_case(suite, content["host"], check)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_case(suite: Element, host: str, check: Row) -> None:
    case = _element(
        SubElement(suite, "testcase"),
        classname=f"{host}.{check['service']}",
        name=check["criterion"],
        time=0,
    )
    measured, limit = (human(check[key], check["unit"]) for key in ("measured", "limit"))
    told = _text(f"measured: {measured}, limit: {limit}\n{check['message']}".strip())
    if check["passed"]:
        SubElement(case, "system-out").text = told
    else:
        failure = _element(SubElement(case, "failure"), message=check["message"])
        failure.text = told


def _counts(checks: Sequence[Row]) -> dict[str, int]:
    failed = [check for check in checks if not check["passed"]]
    return {"tests": len(checks), "failures": len(failed), "errors": 0, "skipped": 0, "time": 0}


def _element(element: Element, **attributes: object) -> Element:
    for name, value in attributes.items():
        element.set(name, _text(str(value)))
    return element


def _text(text: str) -> str:
    return _NO_CHARACTER.sub("?", text)
