#!/usr/bin/env bash
# The account commands against a real moto server: the service shapes are moto's, not this project's own.
set -euo pipefail
cd "$(dirname "$0")/.."
moto_version=5.2.1
venv=.ci/.venv-aws
log=$(mktemp)

skip() { echo "SKIPPED: .ci/aws.sh: $1"; exit 0; }

if ! "$venv/bin/python" -c "import moto, sys; sys.exit(moto.__version__ != '$moto_version')" 2> /dev/null; then
  python3 -m venv "$venv" 2> /dev/null || skip "python3 -m venv does not work here"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$moto_version" > "$log" 2>&1 \
    || skip "moto $moto_version could not be installed: $(tail -n 1 "$log")"
fi

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$venv/bin/moto_server" -H 127.0.0.1 -p "$port" > "$log" 2>&1 &
server=$!
trap 'kill "$server" 2> /dev/null || true; rm -f "$log"' EXIT
for _ in $(seq 60); do
  if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then break; fi
  kill -0 "$server" 2> /dev/null || skip "moto_server did not start: $(tail -n 1 "$log")"
  sleep 0.5
done
AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true MOTO_URL="http://127.0.0.1:$port" npx jest test/aws/moto.test.ts
