# SPDX-License-Identifier: MIT
# For the tests of the checks: a sample tree, and what a check must say about it. Sourced; $work is the tree.
set -eu
LC_ALL=C
export LC_ALL

tools=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

# expect_pass WHAT COMMAND...
expect_pass() {
    what=$1
    shift
    if "$@" >"$work.said" 2>&1; then
        echo "ok: $what"
    else
        echo "FAILED: $what: was not accepted:"
        cat "$work.said"
        failed=1
    fi
    rm -f "$work.said"
}

# expect_fault WHAT TEXT COMMAND... : the command must fail and say TEXT.
expect_fault() {
    what=$1
    text=$2
    shift 2
    if "$@" >"$work.said" 2>&1; then
        echo "FAILED: $what: was accepted"
        failed=1
    elif ! grep -qF -e "$text" "$work.said"; then
        echo "FAILED: $what: does not say '$text':"
        cat "$work.said"
        failed=1
    else
        echo "ok: $what"
    fi
    rm -f "$work.said"
}

finish() {
    exit "$failed"
}
