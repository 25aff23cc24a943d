#!/usr/bin/env bash
# What lands on machines, as the tools of the machines see it: cloud-init's schema, systemd's own check, shellcheck for
# the scripts of this folder. A tool that is missing is named and left out.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "$(id -u)" = 0 ] && ! { command -v shellcheck && command -v cloud-init && command -v haproxy; } > /dev/null; then
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends shellcheck cloud-init haproxy; } > /dev/null 2>&1 || true
fi
have() { command -v "$1" > /dev/null || { echo "SKIPPED $1: not installed"; return 1; }; }

if have shellcheck; then
  shellcheck .ci/run .ci/*.sh && echo "shellcheck: clean"
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
npx tsx test/templates/write-machines.ts "$scratch"

if have cloud-init; then
  for file in "$scratch"/*/user-data; do cloud-init schema --config-file "$file" > "$scratch/schema" 2>&1 || { cat "$scratch/schema"; exit 1; }; done
  echo "cloud-init schema: valid"
fi

if have systemd-analyze; then
  for units in "$scratch"/*/etc/systemd/system; do
    # A stand-in for what the image brings; newer than this systemd may be RestartSteps (254), which Ubuntu 24.04 has (255).
    printf '[Service]\nExecStart=/bin/true\n' | tee "$units/docker.service" "$units/dlami-nvme.service" > /dev/null
    sed -i 's#^Exec\(Start\|Stop\|StartPre\)=\(-\?\)/usr/bin/[a-z0-9]*#Exec\1=\2/bin/true#' "$units"/qwen-*.service
    for unit in "$units"/qwen-*.service; do
      name=$(basename "$unit")
      [ "$name" = qwen-engine@.service ] && cp "$unit" "$units/qwen-engine@0.service" && name=qwen-engine@0.service
      [ "$name" = qwen-give-up@.service ] && cp "$unit" "$units/qwen-give-up@x.service" && name=qwen-give-up@x.service
      SYSTEMD_UNIT_PATH="$units:/lib/systemd/system" systemd-analyze verify --man=no "$units/$name" 2>&1 |
        grep -F "$units" | grep -v "Unknown key\( name\)\? 'Restart\(Steps\|MaxDelaySec\)'" && { echo "systemd-analyze: $name"; exit 1; }
    done
  done
  echo "systemd-analyze verify: clean"
fi
if have haproxy; then
  # Where TLS ends at the proxy, its certificate is made at every start.
  openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=x -keyout "$scratch/key" -out "$scratch/crt" 2> /dev/null
  cat "$scratch/crt" "$scratch/key" > "$scratch/tls.pem"
  sed -i "s# crt /tls.pem# crt $scratch/tls.pem#" "$scratch"/*/etc/qwen-selfhost/haproxy.cfg
  for file in "$scratch"/*/etc/qwen-selfhost/haproxy.cfg; do haproxy -c -q -f "$file" || { echo "haproxy: $file"; exit 1; }; done
  npx jest test/templates/proxy
  echo "haproxy $(haproxy -v | sed -n 's/^HAProxy version \([0-9.]*\).*/\1/p'): configuration valid, behaves"
fi
python3 - "$scratch" <<'PY'
import ast, pathlib, sys
files = list(pathlib.Path(sys.argv[1]).rglob("*.py"))
for file in files: ast.parse(file.read_text(), str(file), feature_version=(3, 9))
print("python: %d programs parse" % len(files))
PY
