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

/*
 * What a character may stand in: a label of a domain (RFC 1123 section 2.1), a local part. The latter is atext of RFC
 * 5322 section 3.2.3 without '!' and '%', which old mailers read as routes.
 */
enum { O = 0, LOCAL = 1, LABEL = 2, X = LOCAL, B = LOCAL | LABEL };

static const unsigned char classes[256] = {
    [' '] = O, O, O, X, X, O, X, X, O, O, X, X, O, B, O, X, /* # $ & ' * + - / */
    ['0'] = B, B, B, B, B, B, B, B, B, B, O, O, O, X, O, X, /* 0-9 = ? */
    ['@'] = O, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, /* A-O */
    ['P'] = B, B, B, B, B, B, B, B, B, B, B, O, O, O, X, X, /* P-Z ^ _ */
    ['`'] = X, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, /* ` a-o */
    ['p'] = B, B, B, B, B, B, B, B, B, B, B, X, X, X, X, O, /* p-z { | } ~ */
};

static inline bool is_of(unsigned char class, char c)
{
    return (classes[(unsigned char)c] & class) != 0;
}

/* The label that begins at `start`: as far as its characters reach. */
static mgw_bytes label_at(mgw_bytes name, size_t start)
{
    size_t end = start;
    while (end < name.len && is_of(LABEL, name.data[end]))
        end++;
    return mgw_bytes_slice(name, start, end - start);
}

/* Whether what label_at() found is of a good length and has its hyphens inside. */
static bool is_label(mgw_bytes label)
{
    return label.len > 0 && label.len <= MGW_LABEL_MAX && label.data[0] != '-' && label.data[label.len - 1] != '-';
}

/* What resolvers read as a piece of an IPv4 address: decimal, octal or hexadecimal. */
static bool is_number_label(mgw_bytes label)
{
    if (!mgw_is_digit((unsigned char)label.data[0]))
        return false;
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
    size_t start = 0;
    for (size_t count = 1;; count++) {
        mgw_bytes label = label_at(name, start);
        size_t end = start + label.len;
        if (!is_label(label))
            return 0;
        if (end == name.len)
            return is_number_label(label) ? 0 : count;
        if (name.data[end] != '.')
            return 0;
        start = end + 1;
    }
}

/*
 * The rule that a text breaks, given the one that its grammar found. Where a byte is none that a line of ASCII may hold,
 * which no grammar here accepts, that is named first.
 */
static smgw_rule name_rule(smgw_rule found, const char *text, size_t len, size_t max)
{
    if (found == SMGW_RULE_OK)
        return SMGW_RULE_OK;
    smgw_rule of_bytes = mgw_check_ascii(text, len, max);
    return of_bytes != SMGW_RULE_OK ? of_bytes : found;
}

static smgw_rule check_domain(mgw_bytes domain)
{
    return count_labels(domain) >= 2 ? SMGW_RULE_OK : SMGW_RULE_DOMAIN;
}

smgw_rule mgw_validate_domain(const char *text, size_t len)
{
    return name_rule(check_domain(mgw_bytes_of(text, len)), text, len, MGW_DOMAIN_MAX);
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
        if (!dot && !is_of(LOCAL, local.data[i]))
            return SMGW_RULE_CHARACTER;
        if (before == '=' && local.data[i] == '?') /* An encoded word, which some mailers decode here. */
            return SMGW_RULE_SYNTAX;
    }
    return before == '.' ? SMGW_RULE_SYNTAX : SMGW_RULE_OK;
}

static smgw_rule check_address(mgw_bytes address)
{
    mgw_bytes local, domain;
    if (!mgw_address_split(address, &local, &domain))
        return SMGW_RULE_SYNTAX;
    smgw_rule rule = check_local(local);
    return rule == SMGW_RULE_OK ? check_domain(domain) : rule;
}

smgw_rule smgw_validate_email(const char *text, size_t len)
{
    smgw_rule rule = mgw_check_length(len, MGW_ADDRESS_MAX);
    if (rule == SMGW_RULE_OK)
        rule = check_address(mgw_bytes_of(text, len));
    return name_rule(rule, text, len, MGW_ADDRESS_MAX);
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
