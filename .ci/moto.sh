# A moto server for a suite that sources this file: AWS's answers as others wrote them. Needs `skip`, which names what is
# missing and ends the suite. Sets MOTO_URL; the server ends with the suite.
# shellcheck shell=bash
moto_version=5.2.5
moto_venv=.ci/.venv-moto
moto_log=$(mktemp)
trap 'rm -f "$moto_log"' EXIT

if ! "$moto_venv/bin/python" -c "import moto, sys; sys.exit(moto.__version__ != '$moto_version')" 2> /dev/null; then
  python3 -m venv "$moto_venv" 2> /dev/null || skip "python3 -m venv does not work here"
  "$moto_venv/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$moto_version" > "$moto_log" 2>&1 \
    || skip "moto $moto_version could not be installed: $(tail -n 1 "$moto_log")"
fi

moto_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$moto_venv/bin/moto_server" -H 127.0.0.1 -p "$moto_port" > "$moto_log" 2>&1 &
moto_server=$!
trap 'kill "$moto_server" 2> /dev/null || true; rm -f "$moto_log"' EXIT
for _ in $(seq 60); do
  if (exec 3<> "/dev/tcp/127.0.0.1/$moto_port") 2> /dev/null; then break; fi
  kill -0 "$moto_server" 2> /dev/null || skip "moto_server did not start: $(tail -n 1 "$moto_log")"
  sleep 0.5
done
export MOTO_URL="http://127.0.0.1:$moto_port"
