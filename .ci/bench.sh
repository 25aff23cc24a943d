#!/usr/bin/env bash
# Benchmarks a server written by others: llama.cpp's, from PyPI (xllamacpp), with a tiny random model made on the spot.
# Nothing but the package is downloaded; without it, or where it does not run, one line says that this was skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
venv=$root/.ci/.venv-bench
work=$(mktemp -d)
server_pid=
cleanup() {
  if [ -n "$server_pid" ]; then kill "$server_pid" 2> /dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT
skip() {
  echo "SKIPPED: bench against llama.cpp's server: $1"
  exit 0
}

if ! [ -x "$venv/bin/python" ]; then
  python3 -m venv "$venv" 2> "$work/venv.log" || skip "no Python venv ($(tail -n 1 "$work/venv.log"))"
fi
"$venv/bin/python" -c 'import gguf, numpy, xllamacpp' 2> /dev/null ||
  "$venv/bin/pip" install --quiet --only-binary :all: xllamacpp==2026.10.11549 gguf==0.19.0 numpy==2.4.6 > "$work/pip.log" 2>&1 ||
  skip "the packages cannot be installed here ($(tail -n 1 "$work/pip.log"))"

# It stops by itself after five minutes, whatever happens to this script.
"$venv/bin/python" .ci/bench-server.py "$work/tiny.gguf" 300 > "$work/server.log" 2>&1 &
server_pid=$!
url=
for _ in $(seq 1 60); do
  url=$(sed -n 's/^URL //p' "$work/server.log")
  if [ -n "$url" ]; then break; fi
  kill -0 "$server_pid" 2> /dev/null || skip "it does not start here ($(grep . "$work/server.log" | tail -n 1 | cut -c1-200))"
  sleep 0.5
done
[ -n "$url" ] || skip "it did not start in 30 seconds"

bash "$root/.ci/bench-against.sh" "$url" tiny 0.33.0
echo "bench against llama.cpp's server passed"
