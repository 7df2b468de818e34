/* SPDX-License-Identifier: MIT */
/*
 * The rules of every TLS context: version 1.2 or newer, security level 2, no renegotiation, no compression, the
 * server's name looked for in subjectAltName alone, no key log.
 */
#ifndef MGW_NET_TLS_H
#define MGW_NET_TLS_H

#include <stdbool.h>

/* Applies the rules to an SSL_CTX. `host` is the name or IP address the certificate must be for. */
bool mgw_tls_harden(void *ssl_ctx, const char *host);

#endif
