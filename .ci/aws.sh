#!/usr/bin/env bash
# The account commands against a real moto server: the service shapes are moto's, not this project's own.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() { echo "SKIPPED: .ci/aws.sh: $1"; exit 0; }

# shellcheck source=.ci/moto.sh
source .ci/moto.sh
AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true npx jest test/aws/moto.test.ts
