/* SPDX-License-Identifier: MIT */
/*
 * Watches the server's lines while libcurl connects, and knows whether the server confirmed a login. libcurl reports
 * success also where it did not log in at all: when an SMTP server offers no AUTH, or an IMAP server greets with
 * PREAUTH.
 */
#ifndef MGW_NET_LOGIN_PROOF_H
#define MGW_NET_LOGIN_PROOF_H

#include "base/bytes.h"

typedef struct mgw_login_proof {
    bool is_smtp;
    bool preauth;      /* IMAP: the server claims we need no login. */
    unsigned accepted; /* SMTP: replies 235. IMAP: tagged OK with differing tags. */
    char last_tag[16]; /* IMAP: of the last tagged OK. */
    int last_code;     /* SMTP: the last reply code, or 0. */
    bool put_off;      /* IMAP: the last tagged answer was NO, with a code that says for now. */
    bool bye;          /* IMAP: the server ended the session. */
} mgw_login_proof;

void mgw_login_proof_init(mgw_login_proof *proof, bool is_smtp);

/* TLS begins: nothing that was said before counts. */
void mgw_login_proof_restart(mgw_login_proof *proof);

/* Takes one line of the server's. */
void mgw_login_proof_line(mgw_login_proof *proof, mgw_bytes line);

/* Inside TLS libcurl sends CAPABILITY and then the login (IMAP), or EHLO and then AUTH (SMTP). */
bool mgw_login_proof_holds(const mgw_login_proof *proof);

/* The refusal is for now: an SMTP reply 4yz, or an IMAP code such as UNAVAILABLE (RFC 5530). */
bool mgw_login_proof_put_off(const mgw_login_proof *proof);

#endif
