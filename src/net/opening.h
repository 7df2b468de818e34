/* SPDX-License-Identifier: MIT */
/*
 * How libcurl is told to connect: every option, and what its callbacks note meanwhile.
 */
#ifndef MGW_NET_OPENING_H
#define MGW_NET_OPENING_H

#include "net/conn.h"
#include "net/login_proof.h"

#include <curl/curl.h>

/* The caller's progress function is asked at least this often. */
enum { MGW_NET_SLICE_MS = 200 };

/* Lives as long as the connecting; mgw_opening_detach() ends libcurl's knowledge of it. */
typedef struct mgw_opening {
    const mgw_conn_target *target;
    mgw_login_proof proof;
    uint64_t last_line;         /* When the server last said something, monotonic; the start before that. */
    char text[CURL_ERROR_SIZE]; /* libcurl's own words about a failure. */
} mgw_opening;

/* Sets every option. The call's limits are the caller's business: libcurl gets the same only as a second line. */
CURLcode mgw_opening_configure(CURL *curl, mgw_opening *opening, const mgw_wait *wait);

void mgw_opening_detach(CURL *curl);

#endif
