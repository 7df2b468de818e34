/* SPDX-License-Identifier: MIT */
/*
 * The parts of an address, for what compares and checks them: whitelist, configuration, envelope. The public checks
 * (smgw_validate_email(), smgw_validate_host(), smgw_validate_ehlo_name()) stand in simplemailgw/sanitize.h.
 */
#ifndef MGW_TEXT_ADDRESS_H
#define MGW_TEXT_ADDRESS_H

#include "base/bytes.h"

#include "simplemailgw/common.h"

/* Lengths in octets, RFC 5321 section 4.5.3.1: the path of 256 includes its angle brackets. */
enum {
    MGW_LOCAL_MAX = 64,
    MGW_LABEL_MAX = 63,
    MGW_DOMAIN_MAX = 253,
    MGW_ADDRESS_MAX = 254
};

/*
 * Cuts `addr` at its only "@" into views of its two sides. False, with nothing written, where there is not exactly one or
 * a side is empty. It checks no more than that: smgw_validate_email() decides whether the address is acceptable.
 */
bool mgw_address_split(mgw_bytes addr, mgw_bytes *local, mgw_bytes *domain);

/*
 * The domain of an address, and a whitelist's entry: two or more labels of letters, digits and inner hyphens (RFC 1123,
 * A-labels for other scripts), at most 253 octets, no dot at an end, the last label no number (so no IP address).
 */
smgw_rule mgw_validate_domain(const char *text, size_t len);

#endif
