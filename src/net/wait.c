/* SPDX-License-Identifier: MIT */
#include "net/wait.h"

#include "base/clock.h"
#include "base/error.h"

enum { MAX_TIMEOUT_MS = 86400000, MAX_IDLE_TIMEOUT_MS = 3600000 };

static smgw_status check_range(uint32_t value, uint32_t max, const char *field, smgw_error *error)
{
    if (value >= 1 && value <= max)
        return SMGW_OK;
    return mgw_error_rule(error, SMGW_ERR_INVALID, field, SMGW_RULE_RANGE);
}

smgw_status mgw_wait_start(mgw_wait *wait, const smgw_call_options *options, smgw_error *error)
{
    const smgw_call_options defaults = SMGW_CALL_OPTIONS_INIT;
    if (options == NULL)
        options = &defaults;
    if (options->struct_size != sizeof *options)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "options.struct_size", SMGW_RULE_RANGE);
    smgw_status status = check_range(options->timeout_ms, MAX_TIMEOUT_MS, "options.timeout_ms", error);
    if (status == SMGW_OK)
        status = check_range(options->idle_timeout_ms, MAX_IDLE_TIMEOUT_MS, "options.idle_timeout_ms", error);
    if (status != SMGW_OK)
        return status;
    *wait = (mgw_wait){
        .deadline = mgw_deadline_after(mgw_clock_now(), options->timeout_ms),
        .idle_ns = options->idle_timeout_ms * MGW_NS_PER_MS,
        .progress = options->progress,
        .progress_context = options->progress_context,
    };
    return SMGW_OK;
}

smgw_status mgw_wait_check(const mgw_wait *wait, smgw_error *error)
{
    if (wait->progress != NULL && !wait->progress(wait->progress_context, wait->done, wait->total))
        return mgw_error_status(error, SMGW_ERR_CANCELLED);
    if (mgw_clock_now() >= wait->deadline)
        return mgw_error_status(error, SMGW_ERR_TIMEOUT);
    return SMGW_OK;
}
