/* SPDX-License-Identifier: MIT */
/* Rows that set a stage in words: they need a server, a file system or a whole gateway, and are named tests elsewhere. */
#include "security/catalogue.h"

static void needs_server(const row *r, outcome *o)
{
    (void)r;
    o->skipped = "scenario of a server: "
                 "written as a conversation or named test, see tests/wire, tests/unit/smtp, tests/unit/net";
}

static void needs_certificates(const row *r, outcome *o)
{
    (void)r;
    o->skipped = "scenario of a TLS server: "
                 "written as a named test of the connection, see tests/unit/net and tests/integration";
}

static void needs_file_system(const row *r, outcome *o)
{
    (void)r;
    o->skipped = "scenario of the file system: "
                 "written as a named test, see tests/unit/workspace";
}

static void needs_trail(const row *r, outcome *o)
{
    (void)r;
    o->skipped = "scenario of an audit trail: "
                 "written as a named test, see tests/unit/audit";
}

static void needs_process(const row *r, outcome *o)
{
    (void)r;
    o->skipped = "scenario of a process and its memory: "
                 "written as a named test, see tests/unit/base/test_secret.c and tests/unit/net";
}

static void needs_cut_transfer(const row *r, outcome *o)
{
    (void)r;
    o->skipped = "scenario of a transfer that is cut: "
                 "written as a conversation, see tests/wire";
}

static void never_passed(const row *r, outcome *o)
{
    (void)r;
    o->skipped = "no such surface here: the engines write every command themselves, libcurl is only the connection";
}

const surface SCENARIO_SURFACES[] = {
    { "session", needs_server },
    { "tls_connect", needs_certificates },
    { "attachment_save", needs_file_system },
    { "audit_log", needs_trail },
    { "secrets", needs_process },
    { "send/append/move", needs_cut_transfer },
    { "CURLOPT_CUSTOMREQUEST", never_passed },
    { NULL, NULL },
};
