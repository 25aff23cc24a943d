# Sourced by bench.sh and bench-vllm.sh: a folder and a server, of `title`, that end with the script.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
server=
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2> /dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT
skip() {
  echo "SKIPPED: bench against $title: $1"
  exit 0
}
# The last line of a log, for a reason.
last_line() { grep . "$1" | tail -n 1 | cut -c1-200; }
make_venv() { python3 -m venv "$1" 2> "$work/venv.log" || skip "no Python venv ($(last_line "$work/venv.log"))"; }
# Until a command succeeds: SECONDS COMMAND...; 1 when the server ended or the time is over.
await() {
  local until=$((SECONDS + $1))
  shift
  until "$@" 2> /dev/null; do
    kill -0 "$server" 2> /dev/null || return 1
    if [ "$SECONDS" -ge "$until" ]; then return 1; fi
    sleep 0.5
  done
}
