/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <time.h>

uint64_t mgw_clock_now(void)
{
    struct timespec now = { 0, 0 };
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * MGW_NS_PER_S + (uint64_t)now.tv_nsec;
}

int64_t mgw_clock_wall_ms(void)
{
    struct timespec now = { 0, 0 };
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / (long)MGW_NS_PER_MS;
}

uint64_t mgw_deadline_after(uint64_t now, uint64_t milliseconds)
{
    if (milliseconds > (UINT64_MAX - now) / MGW_NS_PER_MS)
        return UINT64_MAX;
    return now + milliseconds * MGW_NS_PER_MS;
}

int mgw_deadline_left_ms(uint64_t now, uint64_t deadline)
{
    if (now >= deadline)
        return 0;
    uint64_t left = (deadline - now - 1) / MGW_NS_PER_MS + 1;
    return left > INT32_MAX ? INT32_MAX : (int)left;
}
