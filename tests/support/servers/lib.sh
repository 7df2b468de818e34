# shellcheck shell=bash
# shellcheck disable=SC2034 # the constants are used by the scripts that read this
# What start, stop and the wrappers share.

readonly DOVECOT=/usr/sbin/dovecot POSTFIX_MASTER=/usr/lib/postfix/sbin/master

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# check_dir DIR
# A directory the servers can live in: absolute, real, and named so that it can
# stand in a configuration file, a find pattern and a unix socket address. The
# longest socket below it is 38 bytes, the limit is 107.
check_dir() {
  [[ $1 =~ ^(/[A-Za-z0-9._-]+)+$ && ! $1 =~ /\.\.?(/|$) ]] ||
    die "'$1' is not an absolute path of plain characters"
  [ "${#1}" -le 68 ] || die "'$1' is too long: 68 bytes at most"
  [ -d "$1" ] || die "'$1' is not a directory"
  [ "$(readlink -f "$1")" = "$1" ] || die "'$1' is reached through a symbolic link"
}

# our_processes DIR [PROGRAM...]
# Prints the ids of the running Dovecot and Postfix processes that work inside
# DIR, or only of those that run one of the PROGRAMs. The answer comes from the
# kernel, not from a file, so a stale or foreign process id cannot slip in.
our_processes() {
  local dir=$1 proc exe
  shift
  while read -r proc; do
    exe=$(readlink "$proc/exe") || continue
    case $exe in
      /usr/sbin/dovecot | /usr/lib/dovecot/* | /usr/lib/postfix/sbin/*) ;;
      *) continue ;;
    esac
    if [ $# -eq 0 ] || [[ " $* " == *" $exe "* ]]; then
      printf '%s\n' "${proc#/proc/}"
    fi
  done < <(find /proc -mindepth 2 -maxdepth 2 -name cwd -lname "$dir/*" -printf '%h\n' 2>/dev/null)
}

# print_logs DIR LINES
print_logs() {
  local log
  for log in "$1"/log/*.log; do
    [ -s "$log" ] || continue
    printf -- '---- %s (last %s lines)\n' "${log##*/}" "$2"
    tail -n "$2" "$log"
  done >&2
}

# temporary_dir
# Makes a directory that the servers' own users can enter, and prints its name.
temporary_dir() {
  local base dir
  base=$(readlink -f "${TMPDIR:-/tmp}")
  dir=$(mktemp -d "$base/smgw.XXXXXX")
  chmod 0755 "$dir"
  printf '%s\n' "$dir"
}
