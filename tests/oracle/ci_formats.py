"""Reads JUnit and CTRF reports with other people's schemas and readers.

Usage: ci_formats.py BINARY DUMP...
"""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import junitparser
from lxml import etree

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"


def printed(binary, dump, form):
    command = [binary, "report", dump, "-q", "-f", form]
    return subprocess.run(command, check=True, capture_output=True).stdout


def check_junit(text, summary):
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
    document = etree.fromstring(text)
    schema.assertValid(document)
    suites = list(junitparser.JUnitXml.fromstring(text))
    assert len(suites) == len(summary["jobs"])
    cases = failed = skipped = 0
    for suite, job in zip(suites, summary["jobs"], strict=True):
        assert suite.name == job["label"] or "\\" in suite.name or " ⏎ " in suite.name, suite.name
        rows = list(suite)
        assert len(rows) == suite.tests, (len(rows), suite.tests)
        results = [type(result).__name__ for row in rows for result in row.result]
        assert results.count("Failure") == suite.failures
        assert results.count("Error") == suite.errors
        assert results.count("Skipped") == suite.skipped
        names = [(row.classname, row.name) for row in rows]
        assert len(names) == len(set(names)), "two cases have one name"
        cases += suite.tests
        failed += sum(row.name != "(job)" and any(isinstance(r, junitparser.Failure) for r in row.result) for row in rows)
        skipped += suite.skipped
    rows = summary["items"]
    assert failed == sum(row["status"] == "failed" for row in rows)
    assert skipped == sum(row["status"] in ("skipped", "cancelled") for row in rows)
    return cases


def check_ctrf(text, summary):
    report = json.loads(text)
    jsonschema.validate(report, json.loads((SCHEMAS / "ctrf.schema.json").read_text()))
    results = report["results"]
    counts = summary["overall"]["counts"]["by_status"]
    tests = results["tests"]
    of_jobs = sum(test["name"] == "(job)" for test in tests)
    assert results["summary"]["passed"] == counts.get("completed", 0)
    assert results["summary"]["failed"] == counts.get("failed", 0) + of_jobs
    left_out = results["summary"]["extra"]["tests_left_out"]
    assert results["summary"]["tests"] == len(tests) + left_out


def main():
    binary, *dumps = sys.argv[1:]
    for dump in dumps:
        summary = json.loads(printed(binary, dump, "json"))
        check_junit(printed(binary, dump, "junit"), summary)
        check_ctrf(printed(binary, dump, "ctrf"), summary)
    print(f"{len(dumps)} dumps agree")


main()
