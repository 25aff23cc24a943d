#!/usr/bin/env bash
# What a person sees, in a real browser: Debian's Chromium, installed when it is missing and may be; else one line says
# that this was skipped. Needs no network: the pages are loaded from files or from loopback.
set -euo pipefail
cd "$(dirname "$0")/.."
skip() {
  echo "SKIPPED: browser tests: $1"
  exit 0
}
if ! command -v chromium > /dev/null; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then skip "no chromium, and it cannot be installed here"; fi
  log=$(mktemp)
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } > "$log" 2>&1 ||
    skip "chromium cannot be installed ($(grep . "$log" | tail -n 1))"
fi
BROWSER_TESTS=1 npx jest --runInBand test/browser
