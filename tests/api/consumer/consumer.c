/* SPDX-License-Identifier: MIT */
/* An application in C that knows only the installed header: prints the version, exits with 0 when all of it works. */
#include <simplemailgw.h>

#include <stdio.h>
#include <string.h>

static int sanitizers_work(void)
{
    const char attack[] = "Hello\r\nBcc: attacker@evil.com";
    char clean[64];
    size_t len = 0;
    return smgw_sanitize_subject(attack, sizeof(attack) - 1, clean, sizeof(clean), &len) == SMGW_RULE_OK
        && strcmp(clean, "Hello Bcc: attacker@evil.com") == 0 && len == strlen(clean)
        && smgw_validate_email_str("ada@example.com") == SMGW_RULE_OK
        && smgw_validate_email_str("ada@example.com\r\n") != SMGW_RULE_OK;
}

static int limiter_works(void)
{
    smgw_rate_limiter_options options = SMGW_RATE_LIMITER_OPTIONS_INIT;
    smgw_error error = SMGW_ERROR_INIT;
    smgw_rate_limiter *limiter = NULL;
    options.tokens = 2;
    options.period_ms = 3600000;
    if (smgw_rate_limiter_new(&limiter, &options, &error) != SMGW_OK)
        return 0;
    int works = smgw_rate_limiter_try(limiter, "work", 4, 2, &error) == SMGW_OK
        && smgw_rate_limiter_try(limiter, "work", 4, 1, &error) == SMGW_ERR_RATE_LIMITED && error.retry_after_ms > 0
        && smgw_rate_limiter_try(limiter, "home", 4, 1, &error) == SMGW_OK;
    smgw_rate_limiter_free(limiter);
    return works;
}

int main(void)
{
    puts(smgw_version());
    if (strcmp(smgw_version(), SMGW_VERSION) != 0) {
        fputs("header and library differ in version\n", stderr);
        return 1;
    }
    if (!sanitizers_work()) {
        fputs("the sanitizers do not work\n", stderr);
        return 1;
    }
    if (!limiter_works()) {
        fputs("the limiter does not work\n", stderr);
        return 1;
    }
    return 0;
}
