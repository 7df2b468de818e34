#!/usr/bin/env bash
# The everyday test run: installs what is missing, builds into build/, and runs
# every test, those against a private Dovecot and Postfix included. The servers
# need root.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

bash "$root/.ci/install-packages"
cmake -S "$root" -B "$root/build" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DSMGW_BUILD_TESTS=ON
cmake --build "$root/build" --parallel "$(nproc)"
status=0
ctest --test-dir "$root/build" --output-on-failure --parallel 2 || status=$?
if [ "$(id -u)" -ne 0 ]; then
  echo "run.sh: the tests against Dovecot and Postfix need root. To run every test:" >&2
  echo "run.sh:     $(bash "$root/.ci/as-root" "$root/tests/run.sh")" >&2
fi
exit "$status"
