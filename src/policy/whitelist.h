/* SPDX-License-Identifier: MIT */
/*
 * Who may receive mail. Frozen once it is made, so any thread may ask at any time.
 *
 * A domain stands for its own addresses only, not for those of its subdomains; an address opens itself, not its
 * domain. Both are compared byte for byte after ASCII case folding, by hash: a question costs the same with ten
 * entries and with a million. An entry takes its length and little more than two bytes.
 */
#ifndef MGW_POLICY_WHITELIST_H
#define MGW_POLICY_WHITELIST_H

#include "base/bytes.h"

#include "simplemailgw/gateway.h"

typedef struct mgw_whitelist mgw_whitelist;

/*
 * Makes a whitelist; the entries are copied, and need not outlive the call. With SMGW_RECIPIENTS_LISTED and no entry
 * at all nobody is allowed. With SMGW_RECIPIENTS_ANY everybody is, and an entry is refused. Returns SMGW_ERR_CONFIG
 * naming the entry, as in "recipient_domains[3]", and the rule; SMGW_ERR_TOO_LARGE; SMGW_ERR_NO_MEMORY. On failure
 * *whitelist is NULL.
 */
smgw_status mgw_whitelist_new(mgw_whitelist **whitelist, smgw_recipient_policy policy, const mgw_bytes *domains,
    size_t domain_count, const mgw_bytes *addresses, size_t address_count, smgw_error *error);

/* NULL is allowed. */
void mgw_whitelist_free(mgw_whitelist *whitelist);

/* False also, under either policy, for anything that smgw_validate_email() does not accept. */
bool mgw_whitelist_allows(const mgw_whitelist *whitelist, mgw_bytes address);

#endif
