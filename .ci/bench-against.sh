#!/usr/bin/env bash
# Benchmarks a server written by others and holds the client's counts against the server's own: URL MODEL VLLM_VERSION.
# Prints what was compared; the key in BENCH_KEY, if any, must be printed nowhere.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
url=$1 model=$2 vllm=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
access=(--url "$url" --model "$model")
if [ -n "${BENCH_KEY:-}" ]; then access+=(--api-key-env BENCH_KEY); fi
selfhost() { node "$root/bin/qwen-selfhost.js" "$@"; }

selfhost plan --model Qwen3.5-9B --vllm "$vllm" --rate 5 --input-tokens 200 --output-tokens 40 --no-thinking --out plan.json > plan.log 2>&1

echo "== bench --smoke"
selfhost bench --smoke "${access[@]}" | tee smoke.log

echo "== bench with both kinds of request, counts held against the server's own"
seed=7
for api in chat completions; do
  seed=$((seed + 1))
  # Exit code 1 says that the plan does not hold, which is right: a toy on a CPU is not the planned GPU.
  code=0
  selfhost bench plan.json "${access[@]}" --api "$api" --concurrency 3 --requests 60 --duration 90 --warmup 0 --seed "$seed" --json > "$api.json" 2> "$api.log" || code=$?
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
if [ -n "${BENCH_KEY:-}" ] && grep -rlF -- "$BENCH_KEY" .; then
  echo "the key was printed" >&2
  exit 1
fi
