/* SPDX-License-Identifier: MIT */
/*
 * What a server offers in its answer to EHLO (RFC 5321 section 4.1.1.1). Unknown keywords are passed over, and so are
 * parameters where the extension defines none; a SIZE that names no number counts as not offered.
 */
#ifndef MGW_SMTP_CAPABILITY_H
#define MGW_SMTP_CAPABILITY_H

#include "smtp/reply.h"

/* Bits of mgw_smtp_capabilities.auth (RFC 4954; names from the IANA registry of SASL mechanisms). */
typedef enum mgw_smtp_auth {
    MGW_SMTP_AUTH_PLAIN = 1 << 0,
    MGW_SMTP_AUTH_LOGIN = 1 << 1,
    MGW_SMTP_AUTH_XOAUTH2 = 1 << 2,
    MGW_SMTP_AUTH_OAUTHBEARER = 1 << 3,
    MGW_SMTP_AUTH_CRAM_MD5 = 1 << 4,
    MGW_SMTP_AUTH_SCRAM_SHA_1 = 1 << 5,
    MGW_SMTP_AUTH_SCRAM_SHA_256 = 1 << 6,
} mgw_smtp_auth;

typedef struct mgw_smtp_capabilities {
    bool pipelining;     /* RFC 2920 */
    bool eight_bit_mime; /* RFC 6152 */
    bool smtputf8;       /* RFC 6531 */
    bool chunking;       /* RFC 3030 */
    bool enhanced_codes; /* RFC 2034 */
    bool dsn;            /* RFC 3461 */
    bool starttls;       /* RFC 3207 */
    bool size;           /* RFC 1870 */
    uint64_t size_limit; /* Octets a message may have; 0 where the server names no limit. */
    unsigned int auth;   /* mgw_smtp_auth bits. */
} mgw_smtp_capabilities;

/* Reads a complete 2yz answer to EHLO; what is there before is overwritten. */
void mgw_smtp_capabilities_read(mgw_smtp_capabilities *capabilities, const mgw_smtp_reply *reply);

#endif
