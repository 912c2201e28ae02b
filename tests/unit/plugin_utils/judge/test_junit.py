"""The checks as JUnit XML: a suite a service, a case a check, a failure with what to do."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from ansible_collections.todo.stack.plugins.plugin_utils.judge.junit import junit


def parsed(content: dict[str, Any]) -> ElementTree.Element:
    return ElementTree.fromstring(junit(content))  # noqa: S314 - our own


def test_every_check_is_a_case_of_its_service(sample: dict[str, Any]) -> None:
    root = parsed(sample)
    failed = sum(not check["passed"] for check in sample["checks"])
    assert root.tag == "testsuites"
    assert (root.get("name"), root.get("tests")) == ("localhost", str(len(sample["checks"])))
    assert root.get("failures") == str(failed) != "0"
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == list(
        dict.fromkeys(f"todo.{check['service']}" for check in sample["checks"])
    )
    backend = suites["todo.backend"]
    assert backend.get("hostname") == "localhost"
    assert backend.get("timestamp") == "2026-01-18T10:00:00+00:00"
    for suite in root:
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert names == [(f"localhost.{one['service']}", one["criterion"]) for one in sample["checks"]]


def test_a_failure_tells_what_was_measured_and_what_to_do(sample: dict[str, Any]) -> None:
    [check] = [one for one in sample["checks"] if one["id"] == "backend.health"]
    found = parsed(sample).find(".//testcase[@name='health']/failure")
    assert found is not None
    assert found.get("message") == check["message"] != ""
    assert (found.text or "").startswith("measured: connection refused, limit: HTTP 200")


def test_what_passed_tells_what_was_measured_in_its_unit(sample: dict[str, Any]) -> None:
    case = parsed(sample).find(".//testcase[@name='image_size']")
    assert case is not None and case.find("failure") is None
    assert case.findtext("system-out") == "measured: 231.4 MB, limit: 500.0 MB"


def test_what_xml_cannot_carry_makes_no_broken_file(sample: dict[str, Any]) -> None:
    sample["checks"][0] |= {"passed": False, "message": "\x1b[31m<b>\x00 caf\udce9", "unit": "",
                            "measured": "\ufffe & \u00e9"}  # fmt: skip
    found = parsed(sample).find(".//failure")
    assert found is not None
    assert found.get("message") == "?[31m<b>? caf?"
    assert (found.text or "").startswith("measured: ? & \u00e9, limit")
