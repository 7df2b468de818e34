/* SPDX-License-Identifier: MIT */
#include "support/failing_alloc.h"

#include "base/alloc.h"

static unsigned long countdown;
static bool has_failed;

static bool gate(void *context)
{
    (void)context;
    if (countdown == 0 || --countdown > 0)
        return true;
    has_failed = true;
    return false;
}

void failing_alloc_start(unsigned long n)
{
    countdown = n;
    has_failed = false;
    mgw_alloc_set_gate(gate, NULL);
}

bool failing_alloc_stop(void)
{
    mgw_alloc_set_gate(NULL, NULL);
    return has_failed;
}
