/* SPDX-License-Identifier: MIT */
/*
 * How long an operation may take, and whether it is to go on: one value for all the network work of one call.
 */
#ifndef MGW_NET_WAIT_H
#define MGW_NET_WAIT_H

#include "simplemailgw/common.h"

typedef struct mgw_wait {
    uint64_t deadline;         /* On the monotonic clock, nanoseconds: the end of the whole call. */
    uint64_t idle_ns;          /* Longest time without a byte in either direction. */
    smgw_progress_fn progress; /* May be NULL. */
    void *progress_context;
    uint64_t done;  /* Octets moved, as the operation counts them. */
    uint64_t total; /* Octets to move, or 0. */
} mgw_wait;

/*
 * Starts the clock of a call. `options` may be NULL.
 * SMGW_ERR_INVALID naming the option that is out of range.
 */
smgw_status mgw_wait_start(mgw_wait *wait, const smgw_call_options *options, smgw_error *error);

/* SMGW_OK; SMGW_ERR_TIMEOUT once the deadline has passed; SMGW_ERR_CANCELLED when the caller's progress function says
 * so. */
smgw_status mgw_wait_check(const mgw_wait *wait, smgw_error *error);

#endif
