#!/usr/bin/env bash
# Checkov over every kind of deployment that the stack knows: no failed check outside policy-suppressions.json, each of
# which has a reason, and no suppression that suppresses nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
version=3.3.30
venv=.ci/.venv
if ! python3 -c 'import venv' 2> /dev/null; then
  echo "SKIPPED policy.sh: python3 with venv is missing"
  exit 0
fi
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
if ! "$venv/bin/python" -c "import importlib.metadata as m; assert m.version('checkov') == '$version'" 2> /dev/null; then
  "$venv/bin/pip" install --quiet "checkov==$version" || { echo "SKIPPED policy.sh: checkov $version cannot be installed"; exit 0; }
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
npx tsx test/policy/write-variants.ts "$scratch/stacks"
"$venv/bin/checkov" --framework terraform_json -d "$scratch/stacks" --compact --quiet --skip-download -o json --soft-fail > "$scratch/found.json" 2> /dev/null
"$venv/bin/python" .ci/policy_report.py "$scratch/found.json" .ci/policy-suppressions.json
