/* SPDX-License-Identifier: MIT */
/*
 * One account: from what the application gave to what the library uses.
 */
#ifndef MGW_CONFIG_ACCOUNT_H
#define MGW_CONFIG_ACCOUNT_H

#include "config/config.h"

/*
 * Checks `given`, whose struct is of the current size, and fills in `account`, which is all zeros before. The strings
 * go to the arena, whose status the caller looks at; the secret to its own pages. `index` is for the field of an error.
 * Also after a failure `account` is to be freed.
 */
smgw_status mgw_account_load(
    mgw_account *account, const smgw_account *given, size_t index, mgw_arena *arena, smgw_error *error) SMGW_CHECK;

/* Wipes the secret. */
void mgw_account_free(mgw_account *account);

/* A copy in lower case; NULL on failure, as mgw_arena_strndup(). */
const char *mgw_config_fold(mgw_arena *arena, mgw_bytes text);

#endif
