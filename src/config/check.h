/* SPDX-License-Identifier: MIT */
/*
 * What each text of a configuration may be. Pure: each takes the bytes and names the rule that they break.
 */
#ifndef MGW_CONFIG_CHECK_H
#define MGW_CONFIG_CHECK_H

#include "base/bytes.h"

#include "simplemailgw/account.h"

/* 1 to 64 of A-Z a-z 0-9 . _ - */
smgw_rule mgw_check_account_name(mgw_bytes text);

/* 1 to 255 bytes of UTF-8 without control characters. */
smgw_rule mgw_check_display_name(mgw_bytes text);

/*
 * 1 to MGW_CONFIG_MAX_USERNAME bytes of UTF-8 without control characters; for OAUTHBEARER without ',' and '=', which
 * would have to be escaped in its GS2 header (RFC 5801 section 4) and are not.
 */
smgw_rule mgw_check_username(mgw_bytes text, smgw_auth auth);

/* 1 to MGW_CONFIG_MAX_PASSWORD bytes without C0 and DEL. */
smgw_rule mgw_check_password(mgw_bytes text);

/* A b64token of at most MGW_CONFIG_MAX_TOKEN bytes (RFC 6750 section 2.1). */
smgw_rule mgw_check_token(mgw_bytes text);

/* "socks5h://" or "http://", host (an IPv6 address in brackets), ':', port; nothing else. */
smgw_rule mgw_check_proxy(mgw_bytes text);

/* The name of a file or a directory: 1 to 4,095 bytes without C0 and DEL. */
smgw_rule mgw_check_path(mgw_bytes text);

/* A bare domain as it stands behind the '@' of an address. */
smgw_rule mgw_check_domain(mgw_bytes text);

#endif
