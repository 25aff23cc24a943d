"""Compares what Checkov found with the suppressions: prints what is left, fails when something is."""

import fnmatch
import json
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
    with open(sys.argv[2], encoding="utf-8") as file:
        suppressions = json.load(file)
    summary = report["summary"]
    if summary["parsing_errors"] or summary["passed"] < 500:
        sys.exit("checkov read too little: %s" % summary)
    used, left = set(), []
    for check in report["results"]["failed_checks"]:
        matching = [
            index
            for index, entry in enumerate(suppressions)
            if entry["check"] == check["check_id"] and fnmatch.fnmatch(check["resource"], entry["resource"])
        ]
        used.update(matching)
        if not matching:
            left.append("%s %s %s (%s)" % (check["check_id"], check["file_path"], check["resource"], check["check_name"]))
    unused = [entry["check"] for index, entry in enumerate(suppressions) if index not in used]
    short = [entry["check"] for entry in suppressions if len(entry["reason"]) < 20 and not entry["reason"].startswith("As ")]
    for line in sorted(set(left)):
        print(line)
    if left or unused or short:
        sys.exit("checkov: %d failed, suppressions without use: %s, without reason: %s" % (len(left), unused, short))
    print("checkov: %d checks passed, %d suppressed for %d reasons" % (summary["passed"], summary["failed"], len(suppressions)))


if __name__ == "__main__":
    main()
