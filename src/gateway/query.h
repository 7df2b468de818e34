/* SPDX-License-Identifier: MIT */
/*
 * From the caller's query to the terms of an IMAP SEARCH, each checked and named in the error as "query.<term>".
 */
#ifndef MGW_GATEWAY_QUERY_H
#define MGW_GATEWAY_QUERY_H

#include "imap/engine.h"

#include "simplemailgw/fetch.h"

/* `query` may be NULL. The views in *search point into the query's strings. */
smgw_status mgw_query_check(const smgw_query *query, mgw_imap_search *search, smgw_error *error);

#endif
