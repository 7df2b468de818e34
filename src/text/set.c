/* SPDX-License-Identifier: MIT */
/* Arguments of IMAP commands: UID sets and flags. */
#include "simplemailgw/sanitize.h"

#include "text/check.h"
#include "text/imap_syntax.h"

enum { SET_BYTES_MAX = 8000, SET_ITEMS_MAX = 1000, FLAG_MAX = 255 };

/* seq-number: a nz-number or "*". */
static bool is_number(mgw_bytes text)
{
    return mgw_bytes_equal(text, MGW_LIT("*")) ||
        smgw_sanitize_message_id_numeric(text.data, text.len, NULL) == SMGW_RULE_OK;
}

/* A number, or two with a colon between them. */
static bool is_item(mgw_bytes item)
{
    size_t colon = mgw_bytes_find(item, ':');
    if (!is_number(mgw_bytes_slice(item, 0, colon)))
        return false;
    return colon == item.len || is_number(mgw_bytes_slice(item, colon + 1, item.len));
}

smgw_rule smgw_validate_uid_set(const char *text, size_t len)
{
    smgw_rule rule = mgw_check_ascii(text, len, SET_BYTES_MAX);
    mgw_bytes set = mgw_bytes_of(text, len);
    for (size_t items = 1; rule == SMGW_RULE_OK; items++) {
        if (items > SET_ITEMS_MAX)
            return SMGW_RULE_COUNT;
        size_t comma = mgw_bytes_find(set, ',');
        if (!is_item(mgw_bytes_slice(set, 0, comma)))
            return SMGW_RULE_SYNTAX;
        if (comma == set.len)
            break;
        set = mgw_bytes_slice(set, comma + 1, set.len);
    }
    return rule;
}

bool mgw_is_atom_char(unsigned char c)
{
    return c > ' ' && c < 0x7f && strchr("(){%*\"\\]", c) == NULL;
}

static smgw_rule check_system_flag(mgw_bytes flag)
{
    static const char *const flags[] = { "\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft" };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (mgw_bytes_equal_fold(flag, mgw_bytes_str(flags[i])))
            return SMGW_RULE_OK;
    return SMGW_RULE_UNKNOWN_KEY;
}

smgw_rule smgw_validate_flag(const char *text, size_t len)
{
    smgw_rule rule = mgw_check_ascii(text, len, FLAG_MAX);
    if (rule != SMGW_RULE_OK)
        return rule;
    if (text[0] == '\\')
        return check_system_flag(mgw_bytes_of(text, len));
    for (size_t i = 0; i < len; i++)
        if (!mgw_is_atom_char((unsigned char)text[i]))
            return SMGW_RULE_CHARACTER;
    return SMGW_RULE_OK;
}

smgw_rule smgw_validate_uid_set_str(const char *text)
{
    return smgw_validate_uid_set(text, strlen(text));
}

smgw_rule smgw_validate_flag_str(const char *text)
{
    return smgw_validate_flag(text, strlen(text));
}
