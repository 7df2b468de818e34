/* SPDX-License-Identifier: MIT */
#include "text/address.h"

#include "text/check.h"

#include "simplemailgw/sanitize.h"

#include <arpa/inet.h>

enum { EHLO_MAX = 255 };

bool mgw_address_split(mgw_bytes addr, mgw_bytes *local, mgw_bytes *domain)
{
    size_t at = mgw_bytes_find(addr, '@');
    mgw_bytes left = mgw_bytes_slice(addr, 0, at);
    mgw_bytes right = mgw_bytes_slice(addr, at + 1, addr.len);
    if (left.len == 0 || right.len == 0 || mgw_bytes_find(right, '@') < right.len)
        return false;
    *local = left;
    *domain = right;
    return true;
}

/* Letters, digits and inner hyphens (RFC 1123 section 2.1). */
static bool is_label(mgw_bytes label)
{
    if (label.len == 0 || label.len > MGW_LABEL_MAX || label.data[0] == '-' || label.data[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!mgw_is_alnum((unsigned char)label.data[i]) && label.data[i] != '-')
            return false;
    return true;
}

/* What resolvers read as a piece of an IPv4 address: decimal, octal or hexadecimal. */
static bool is_number_label(mgw_bytes label)
{
    bool hex = mgw_bytes_starts_with_fold(label, MGW_LIT("0x"));
    for (size_t i = hex ? 2 : 0; i < label.len; i++) {
        unsigned char c = (unsigned char)label.data[i];
        if (hex ? mgw_hex_value(c) < 0 : !mgw_is_digit(c))
            return false;
    }
    return true;
}

/* The number of labels of a host name; 0 where it is none. */
static size_t count_labels(mgw_bytes name)
{
    if (name.len > MGW_DOMAIN_MAX)
        return 0;
    for (size_t count = 1;; count++) {
        size_t dot = mgw_bytes_find(name, '.');
        mgw_bytes label = mgw_bytes_slice(name, 0, dot);
        if (!is_label(label))
            return 0;
        if (dot == name.len)
            return is_number_label(label) ? 0 : count;
        name = mgw_bytes_slice(name, dot + 1, name.len);
    }
}

smgw_rule mgw_validate_domain(const char *text, size_t len)
{
    smgw_rule rule = mgw_check_ascii(text, len, MGW_DOMAIN_MAX);
    if (rule != SMGW_RULE_OK)
        return rule;
    return count_labels(mgw_bytes_of(text, len)) >= 2 ? SMGW_RULE_OK : SMGW_RULE_DOMAIN;
}

static bool is_ip(int family, mgw_bytes text)
{
    char copy[INET6_ADDRSTRLEN];
    unsigned char address[16];
    if (text.len >= sizeof copy || mgw_bytes_find(text, '\0') < text.len)
        return false;
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return inet_pton(family, copy, address) == 1;
}

smgw_rule smgw_validate_host(const char *text, size_t len)
{
    smgw_rule rule = mgw_check_ascii(text, len, MGW_DOMAIN_MAX);
    if (rule != SMGW_RULE_OK)
        return rule;
    mgw_bytes host = mgw_bytes_of(text, len);
    bool ok = count_labels(host) >= 1 || is_ip(AF_INET, host) || is_ip(AF_INET6, host);
    return ok ? SMGW_RULE_OK : SMGW_RULE_DOMAIN;
}

/* "[127.0.0.1]" or "[IPv6:::1]" (RFC 5321 section 4.1.3). */
static bool is_address_literal(mgw_bytes text)
{
    if (text.len < 2 || text.data[0] != '[' || text.data[text.len - 1] != ']')
        return false;
    mgw_bytes inside = mgw_bytes_slice(text, 1, text.len - 2);
    if (!mgw_bytes_starts_with_fold(inside, MGW_LIT("IPv6:")))
        return is_ip(AF_INET, inside);
    return is_ip(AF_INET6, mgw_bytes_slice(inside, 5, inside.len));
}

smgw_rule smgw_validate_ehlo_name(const char *text, size_t len)
{
    smgw_rule rule = mgw_check_ascii(text, len, EHLO_MAX);
    if (rule != SMGW_RULE_OK)
        return rule;
    mgw_bytes name = mgw_bytes_of(text, len);
    return count_labels(name) >= 1 || is_address_literal(name) ? SMGW_RULE_OK : SMGW_RULE_DOMAIN;
}

/* atext of RFC 5322 section 3.2.3 without '!' and '%', which old mailers read as routes. */
static bool is_local_char(unsigned char c)
{
    return mgw_is_alnum(c) || (c != '\0' && strchr("#$&'*+-/=?^_`{|}~", c) != NULL);
}

static smgw_rule check_local(mgw_bytes local)
{
    if (local.len > MGW_LOCAL_MAX)
        return SMGW_RULE_TOO_LONG;
    if (local.data[0] == '-' || local.data[0] == '|') /* An option or a pipe to whoever puts it on a command line. */
        return SMGW_RULE_CHARACTER;
    char before = '.';
    for (size_t i = 0; i < local.len; before = local.data[i++]) {
        bool dot = local.data[i] == '.';
        if (dot && before == '.')
            return SMGW_RULE_SYNTAX;
        if (!dot && !is_local_char((unsigned char)local.data[i]))
            return SMGW_RULE_CHARACTER;
        if (before == '=' && local.data[i] == '?') /* An encoded word, which some mailers decode here. */
            return SMGW_RULE_SYNTAX;
    }
    return before == '.' ? SMGW_RULE_SYNTAX : SMGW_RULE_OK;
}

smgw_rule smgw_validate_email(const char *text, size_t len)
{
    smgw_rule rule = mgw_check_ascii(text, len, MGW_ADDRESS_MAX);
    if (rule != SMGW_RULE_OK)
        return rule;
    mgw_bytes local, domain;
    if (!mgw_address_split(mgw_bytes_of(text, len), &local, &domain))
        return SMGW_RULE_SYNTAX;
    rule = check_local(local);
    return rule == SMGW_RULE_OK ? mgw_validate_domain(domain.data, domain.len) : rule;
}

smgw_rule smgw_validate_host_str(const char *text)
{
    return smgw_validate_host(text, strlen(text));
}

smgw_rule smgw_validate_ehlo_name_str(const char *text)
{
    return smgw_validate_ehlo_name(text, strlen(text));
}

smgw_rule smgw_validate_email_str(const char *text)
{
    return smgw_validate_email(text, strlen(text));
}
