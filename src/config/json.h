/* SPDX-License-Identifier: MIT */
/*
 * Accounts from JSON: an array of objects, or one object, whose keys are the fields of smgw_account. Everything is
 * taken exactly: an unknown or repeated key, another type, a number that is no integer in range, each refuses the whole
 * text.
 */
#ifndef MGW_CONFIG_JSON_H
#define MGW_CONFIG_JSON_H

#include "base/bytes.h"

#include "simplemailgw/account.h"

#define MGW_JSON_MAX_BYTES ((size_t)1024 * 1024)

/* Nothing that is an account is nested deeper: an array, an object, its values. */
#define MGW_JSON_MAX_DEPTH 2

struct json_t;

typedef struct mgw_json_accounts {
    smgw_account *items; /* Their strings belong to `root`. */
    size_t count;
    struct json_t *root;
} mgw_json_accounts;

/*
 * The values are not checked beyond their types and ranges. SMGW_ERR_CONFIG naming "accounts[i].key";
 * SMGW_ERR_NO_MEMORY. On failure there is nothing to free. The bytes of `text` may hold secrets: wiping them is the
 * caller's.
 */
smgw_status mgw_json_accounts_read(mgw_json_accounts *accounts, mgw_bytes text, smgw_error *error) SMGW_CHECK;

/* Wipes every string, since some are secrets, and frees. */
void mgw_json_accounts_free(mgw_json_accounts *accounts);

#endif
