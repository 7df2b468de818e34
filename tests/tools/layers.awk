# SPDX-License-Identifier: MIT
# The rule of src/README.md. Variable: src, the path of the source folder. Input: its C files.

BEGIN {
    allow["base"] = ""
    allow["text"] = "base"
    allow["mime"] = allow["policy"] = allow["imap"] = allow["smtp"] = "base text"
    allow["config"] = allow["audit"] = allow["workspace"] = allow["net"] = "base text"
    allow["session"] = "base text mime policy imap smtp config audit workspace net"
    allow["gateway"] = allow["session"] " session"

    # What the other layers may use of OpenSSL: hashes and random bytes, no TLS.
    crypto = "^(crypto|err|evp|rand)\\.h$"
    sockets = "^(sys/socket|sys/select|sys/epoll|sys/poll|sys/un|poll|netdb|net/if|netinet/[a-z_]+)\\.h$"
    clocks = "^(time|sys/time|sys/timerfd)\\.h$"
    environment = "(^|[^A-Za-z0-9_])(getenv|secure_getenv|setenv|unsetenv|putenv|clearenv|environ)([^A-Za-z0-9_]|$)"
}

FNR == 1 {
    code_begin()
    file = substr(FILENAME, length(src) + 2)
    layer = file
    sub(/\/.*/, "", layer)
    if (!(layer in allow))
        fault("is in no layer that src/README.md names")
}

{ code = code_of($0) }

code ~ /^[ \t]*#[ \t]*include/ { check_include($0); next }

layer != "config" && code ~ environment { fault("only config reads the environment") }

function check_include(line,    name, form) {
    form = line ~ /include[ \t]*</ ? "<" : "\""
    name = line
    sub(/^[^<"]*[<"]/, "", name)
    sub(/[>"].*/, "", name)
    if (form == "\"")
        check_own(name)
    else
        check_system(name)
}

function check_own(name,    target) {
    if (name ~ /^simplemailgw(\.h|\/[a-z_]+\.h)$/)
        return
    target = name
    if (!sub(/\/.*/, "", target)) {
        fault("includes \"" name "\" without its layer")
    } else if (!(target in allow)) {
        fault("includes \"" name "\", which is in no layer")
    } else if (target != layer && index(" " allow[layer] " ", " " target " ") == 0) {
        fault(layer " must not include " target ": \"" name "\"")
    } else if (name == "base/clock.h") {
        check_engine("a clock", name)
    }
}

function check_system(name) {
    if (name ~ /^curl\// && layer != "net")
        fault("only net includes curl: <" name ">")
    if (name ~ /^openssl\// && layer != "net" && substr(name, 9) !~ crypto)
        fault("only net includes OpenSSL's TLS: <" name ">")
    if (name ~ sockets && layer != "net")
        fault("only net sees sockets: <" name ">")
    if (name ~ clocks)
        check_engine("a clock", name)
}

function check_engine(what, name) {
    if (layer == "imap" || layer == "smtp")
        fault("a protocol engine never sees " what ": " name)
}

function fault(text) {
    print FILENAME ":" FNR ": " text
    faults++
}

END { exit faults > 0 }
