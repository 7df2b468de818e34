/* SPDX-License-Identifier: MIT */
/* Rows that set a stage in words: they need a server, a file system or a whole gateway, and are named tests elsewhere. */
#include "security/catalogue.h"

static void needs_server(const row *r, outcome *o)
{
    (void)r;
    o->skipped = "scenario: needs a scripted server; written as a named test of the connection and session";
}

static void needs_certificates(const row *r, outcome *o)
{
    (void)r;
    o->skipped = "scenario: needs a TLS server with this certificate; written as a named test of the connection";
}

static void needs_file_system(const row *r, outcome *o)
{
    (void)r;
    o->skipped = "scenario: needs this state of the file system; written as a named test of the workspace";
}

static void needs_trail(const row *r, outcome *o)
{
    (void)r;
    o->skipped = "scenario: needs an audit trail and its sink; written as a named test of the audit";
}

static void needs_process(const row *r, outcome *o)
{
    (void)r;
    o->skipped = "scenario: looks into memory or the log of a process; written as a named test of secrets";
}

static void needs_cut_transfer(const row *r, outcome *o)
{
    (void)r;
    o->skipped = "scenario: needs a transfer that is cut at this point; written as a named test of the engines";
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
