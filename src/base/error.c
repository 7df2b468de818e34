/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define STATUS_CASE(name, value, text) \
    case name:                         \
        return text;

const char *smgw_status_text(smgw_status status)
{
    switch (status) {
        SMGW_STATUS_MAP(STATUS_CASE)
    }
    return "unknown status";
}

#define RULE_CASE(name, text) \
    case name:                \
        return text;

const char *smgw_rule_text(smgw_rule rule)
{
    switch (rule) {
        SMGW_RULE_MAP(RULE_CASE)
    }
    return "unknown rule";
}

bool mgw_status_retryable(smgw_status status)
{
    switch (status) {
    case SMGW_ERR_RATE_LIMITED:
    case SMGW_ERR_NETWORK:
    case SMGW_ERR_TIMEOUT:
    case SMGW_ERR_TEMPORARY:
    case SMGW_ERR_NO_MEMORY:
        return true;
    default:
        return false;
    }
}

void mgw_copy_printable(char *out, size_t size, const char *text, size_t len)
{
    size_t used = 0;
    for (size_t i = 0; i < len;) {
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(text + i, len - i, &rune);
        bool printable = step > 0 && mgw_rune_is_printable(rune);
        size_t width = printable ? step : 1;
        if (width >= size - used)
            break;
        memcpy(out + used, printable ? text + i : "?", width);
        used += width;
        i += step > 0 ? step : 1;
    }
    out[used] = '\0';
}

static void reset(smgw_error *error, smgw_status status, const char *field)
{
    *error = (smgw_error)SMGW_ERROR_INIT;
    error->status = status;
    error->retryable = mgw_status_retryable(status);
    error->outcome = status == SMGW_ERR_UNKNOWN ? SMGW_UNKNOWN : SMGW_NOT_SENT;
    if (field != NULL)
        mgw_copy_printable(error->field, sizeof error->field, field, strlen(field));
}

smgw_status mgw_error_set(smgw_error *error, smgw_status status, const char *field, const char *format, ...)
{
    if (error == NULL)
        return status;
    /* Longer than the field, so that the cut between characters is made below and not by vsnprintf. */
    char line[2 * sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    reset(error, status, field);
    mgw_copy_printable(error->message, sizeof error->message, line, len > 0 ? strlen(line) : 0);
    return status;
}

smgw_status mgw_error_rule(smgw_error *error, smgw_status status, const char *field, smgw_rule rule)
{
    mgw_error_set(error, status, field, "%s: %s", field, smgw_rule_text(rule));
    if (error != NULL)
        error->rule = rule;
    return status;
}

smgw_status mgw_error_status(smgw_error *error, smgw_status status)
{
    return mgw_error_set(error, status, NULL, "%s", smgw_status_text(status));
}

smgw_status mgw_error_errno(smgw_error *error, smgw_status status, const char *what, int errno_value)
{
    char text[128];
    return mgw_error_set(error, status, NULL, "%s: %s", what, strerror_r(errno_value, text, sizeof text));
}
