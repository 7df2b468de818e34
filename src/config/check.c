/* SPDX-License-Identifier: MIT */
#include "config/check.h"

#include "config/config.h"
#include "text/address.h"
#include "text/check.h"

#include "simplemailgw/sanitize.h"

enum { MAX_NAME = 64, MAX_DISPLAY_NAME = 255, MAX_PATH = 4095 };

/* 1 to `max` bytes in any encoding, without C0 and DEL. */
static smgw_rule check_octets(mgw_bytes text, size_t max)
{
    smgw_rule rule = mgw_check_length(text.len, max);
    for (size_t i = 0; rule == SMGW_RULE_OK && i < text.len; i++) {
        if (mgw_is_control((unsigned char)text.data[i]))
            rule = mgw_check_ascii_text(text.data + i, 1, 1);
    }
    return rule;
}

static bool is_in(unsigned char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

smgw_rule mgw_check_account_name(mgw_bytes text)
{
    smgw_rule rule = mgw_check_length(text.len, MAX_NAME);
    for (size_t i = 0; rule == SMGW_RULE_OK && i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (!mgw_is_alnum(c) && !is_in(c, "._-"))
            rule = SMGW_RULE_CHARACTER;
    }
    return rule;
}

smgw_rule mgw_check_display_name(mgw_bytes text)
{
    return mgw_check_line(text.data, text.len, MAX_DISPLAY_NAME);
}

smgw_rule mgw_check_username(mgw_bytes text, smgw_auth auth)
{
    smgw_rule rule = mgw_check_line(text.data, text.len, MGW_CONFIG_MAX_USERNAME);
    if (rule != SMGW_RULE_OK || auth != SMGW_AUTH_OAUTHBEARER)
        return rule;
    bool special = mgw_bytes_find(text, ',') < text.len || mgw_bytes_find(text, '=') < text.len;
    return special ? SMGW_RULE_CHARACTER : SMGW_RULE_OK;
}

smgw_rule mgw_check_password(mgw_bytes text)
{
    return check_octets(text, MGW_CONFIG_MAX_PASSWORD);
}

smgw_rule mgw_check_token(mgw_bytes text)
{
    smgw_rule rule = mgw_check_length(text.len, MGW_CONFIG_MAX_TOKEN);
    if (rule != SMGW_RULE_OK)
        return rule;
    size_t body = 0;
    while (body < text.len &&
           (mgw_is_alnum((unsigned char)text.data[body]) || is_in((unsigned char)text.data[body], "-._~+/")))
        body++;
    size_t end = body;
    while (end < text.len && text.data[end] == '=')
        end++;
    return body > 0 && end == text.len ? SMGW_RULE_OK : SMGW_RULE_CHARACTER;
}

static bool cut_prefix(mgw_bytes *text, mgw_bytes prefix)
{
    if (!mgw_bytes_equal(mgw_bytes_slice(*text, 0, prefix.len), prefix))
        return false;
    *text = mgw_bytes_slice(*text, prefix.len, SIZE_MAX);
    return true;
}

/* Takes "host" or "[address]" off the front; false where neither stands there. */
static bool cut_proxy_host(mgw_bytes *text, mgw_bytes *host)
{
    bool bracketed = cut_prefix(text, MGW_LIT("["));
    size_t len = mgw_bytes_find(*text, bracketed ? ']' : ':');
    if (len == text->len)
        return false;
    *host = mgw_bytes_slice(*text, 0, len);
    *text = mgw_bytes_slice(*text, bracketed ? len + 1 : len, SIZE_MAX);
    return !bracketed || mgw_bytes_find(*host, ':') < host->len;
}

smgw_rule mgw_check_proxy(mgw_bytes text)
{
    smgw_rule rule = check_octets(text, MAX_PATH);
    if (rule != SMGW_RULE_OK)
        return rule;
    mgw_bytes host;
    if (!cut_prefix(&text, MGW_LIT("socks5h://")) && !cut_prefix(&text, MGW_LIT("http://")))
        return SMGW_RULE_SYNTAX;
    if (!cut_proxy_host(&text, &host) || !cut_prefix(&text, MGW_LIT(":")))
        return SMGW_RULE_SYNTAX;
    uint64_t port = 0;
    if (!mgw_bytes_to_u64(text, UINT16_MAX, &port) || text.data[0] == '0')
        return SMGW_RULE_RANGE;
    return smgw_validate_host(host.data, host.len);
}

smgw_rule mgw_check_path(mgw_bytes text)
{
    return check_octets(text, MAX_PATH);
}

smgw_rule mgw_check_domain(mgw_bytes text)
{
    return mgw_validate_domain(text.data, text.len);
}
