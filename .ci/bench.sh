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

bench() { node "$root/bin/qwen-selfhost.js" bench "$@"; }
cd "$work"
node "$root/bin/qwen-selfhost.js" plan --model Qwen3.5-9B --rate 5 --input-tokens 200 --output-tokens 40 --no-thinking --out plan.json > plan.log

echo "== bench --smoke"
bench --smoke --url "$url"

echo "== bench with both kinds of request, counts held against the server's own"
for api in chat completions; do
  # Exit code 1 says that the plan does not hold, which is right: a toy on a CPU is not the planned GPU.
  code=0
  bench plan.json --url "$url" --api "$api" --concurrency 3 --requests 60 --duration 60 --warmup 0 --seed 7 --json > "$api.json" 2> "$api.log" || code=$?
  if [ "$code" -gt 1 ]; then
    cat "$api.log" >&2
    exit 1
  fi
  node - "$api.json" << 'JS'
const [point] = JSON.parse(require('node:fs').readFileSync(process.argv[2], 'utf8')).points;
const { requests, tokens, server } = point;
const wrong = [
  requests.succeeded === 60 || `${requests.succeeded} of 60 requests succeeded: ${JSON.stringify(requests.messages)}`,
  tokens.statedByServer || 'the server stated no token counts',
  server?.generatedTokens === tokens.output || `the server generated ${server?.generatedTokens} tokens, ${tokens.output} were counted`,
  Math.abs(point.lengths.output / point.lengths.askedOutput - 1) < 0.01 || `answers of ${point.lengths.output} tokens, ${point.lengths.askedOutput} asked`,
  point.ttftSeconds?.p50 > 0 || 'no TTFT',
].filter((check) => check !== true);
if (wrong.length > 0) throw new Error(wrong.join('; '));
console.log(`${requests.succeeded} requests, ${tokens.output} output tokens: the server counts the same`);
JS
done
echo "bench against llama.cpp's server passed"
