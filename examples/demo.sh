#!/usr/bin/env bash
# Shows the library at work: installs what is missing, builds, starts a private
# Dovecot and Postfix on loopback, runs examples/demo.c against them, and stops
# them again. The servers need root; nothing outside the source tree's build/
# directory and a temporary directory is written.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

progress() {
  printf '== %s\n' "$*"
}

build() {
  cmake -S "$root" -B "$root/build" -DSMGW_BUILD_EXAMPLES=ON &&
    cmake --build "$root/build" --parallel "$(nproc)" --target demo
}

# Shows what COMMAND printed only if it fails.
quietly() {
  local log=$root/build/demo-build.log
  mkdir -p "$root/build"
  "$@" >"$log" 2>&1 && return
  cat "$log" >&2
  return 1
}

# Runs inside with-servers. The program gets its whole configuration from the
# environment, as an application in production would.
run_demo() {
  progress "started Dovecot (port $SMGW_TEST_IMAPS_PORT) and Postfix (port $SMGW_TEST_SUBMISSION_PORT)"
  install -d -m 0700 "$SMGW_TEST_DIR/workspace"
  export EMAIL_ACCOUNT_NAME=work
  export EMAIL_IMAP_HOST=$SMGW_TEST_HOST EMAIL_IMAP_PORT=$SMGW_TEST_IMAPS_PORT
  export EMAIL_SMTP_HOST=$SMGW_TEST_HOST EMAIL_SMTP_PORT=$SMGW_TEST_SUBMISSION_PORT
  export EMAIL_USERNAME=$SMGW_TEST_USER EMAIL_PASSWORD=$SMGW_TEST_PASSWORD
  export EMAIL_CA_FILE=$SMGW_TEST_CA_FILE
  export EMAIL_WORKSPACE=$SMGW_TEST_DIR/workspace
  export EMAIL_AUDIT_FILE=$SMGW_TEST_DIR/audit.jsonl
  export EMAIL_RECIPIENT_DOMAINS=example.com
  export EMAIL_RATE_LIMITS__SMTP_SENDS_PER_HOUR=3
  progress "running build/examples/demo"
  "$root/build/examples/demo"
  progress "stopping the servers"
}

if [ "${1-}" = --with-servers ]; then
  run_demo
  exit
fi
progress "checking packages"
bash "$root/.ci/install-packages"
if [ "$(id -u)" -ne 0 ]; then
  echo "demo.sh: the mail servers of the demo need root. Run:" >&2
  echo "demo.sh:     $(bash "$root/.ci/as-root" "$root/examples/demo.sh")" >&2
  exit 1
fi
progress "building"
quietly build
progress "starting private mail servers"
exec "$root/tests/support/servers/with-servers" bash "$root/examples/demo.sh" --with-servers
