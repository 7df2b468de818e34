/* SPDX-License-Identifier: MIT */
/*
 * The clocks. Durations and deadlines are nanoseconds on CLOCK_MONOTONIC; the wall clock is only ever shown.
 */
#ifndef MGW_BASE_CLOCK_H
#define MGW_BASE_CLOCK_H

#include <stdint.h>

#define MGW_NS_PER_MS UINT64_C(1000000)
#define MGW_NS_PER_S UINT64_C(1000000000)

/* Nanoseconds on the monotonic clock. */
uint64_t mgw_clock_now(void);

/* Milliseconds since 1970 UTC. */
int64_t mgw_clock_wall_ms(void);

/* now + milliseconds, saturating. */
uint64_t mgw_deadline_after(uint64_t now, uint64_t milliseconds);

/* Milliseconds from now to the deadline, rounded up; 0 when it has passed; at most INT32_MAX. */
int mgw_deadline_left_ms(uint64_t now, uint64_t deadline);

#endif
