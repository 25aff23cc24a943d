#!/usr/bin/env bash
# Benchmarks a server written by others: llama.cpp's, from PyPI (xllamacpp), with a tiny random model made on the spot.
# Nothing but the package is downloaded; without it, or where it does not run, one line says that this was skipped.
set -euo pipefail
title="llama.cpp's server"
. "$(dirname "$0")/bench-common.sh"
venv=$root/.ci/.venv-bench

if ! [ -x "$venv/bin/python" ]; then make_venv "$venv"; fi
"$venv/bin/python" -c 'import gguf, numpy, xllamacpp' 2> /dev/null ||
  "$venv/bin/pip" install --quiet --only-binary :all: xllamacpp==2026.10.11549 gguf==0.19.0 numpy==2.4.6 > "$work/pip.log" 2>&1 ||
  skip "the packages cannot be installed here ($(last_line "$work/pip.log"))"

# It stops by itself after five minutes, whatever happens to this script.
"$venv/bin/python" "$root/.ci/bench-server.py" "$work/tiny.gguf" 300 > "$work/server.log" 2>&1 &
server=$!
await 30 grep -q '^URL ' "$work/server.log" || skip "it does not start here ($(last_line "$work/server.log"))"
bash "$root/.ci/bench-against.sh" "$(sed -n 's/^URL //p' "$work/server.log")" tiny 0.33.0
echo "bench against $title passed"
