/* SPDX-License-Identifier: MIT */
#include "simplemailgw/sanitize.h"

#include "text/check.h"

enum { FOLDER_MAX = 1000, NEW_FOLDER_MAX = 255, LEVELS_MAX = 10 };

smgw_rule smgw_sanitize_folder_name(const char *text, size_t len)
{
    return mgw_check_line(text, len, FOLDER_MAX);
}

static smgw_rule check_level(mgw_bytes level)
{
    if (level.len == 0)
        return SMGW_RULE_LEVEL;
    if (level.data[0] == ' ' || level.data[level.len - 1] == ' ')
        return SMGW_RULE_SPACE;
    return mgw_bytes_equal(level, MGW_LIT(".")) ? SMGW_RULE_TRAVERSAL : SMGW_RULE_OK;
}

static smgw_rule check_levels(mgw_bytes name)
{
    for (size_t depth = 1;; depth++) {
        if (depth > LEVELS_MAX)
            return SMGW_RULE_DEPTH;
        size_t slash = mgw_bytes_find(name, '/');
        smgw_rule rule = check_level(mgw_bytes_slice(name, 0, slash));
        if (rule != SMGW_RULE_OK || slash == name.len)
            return rule;
        name = mgw_bytes_slice(name, slash + 1, name.len);
    }
}

smgw_rule smgw_validate_folder_name(const char *text, size_t len)
{
    smgw_rule rule = mgw_check_line(text, len, NEW_FOLDER_MAX);
    if (rule != SMGW_RULE_OK)
        return rule;
    for (size_t i = 0; i < len; i++)
        if (strchr("\"\\*%", text[i]) != NULL)
            return SMGW_RULE_CHARACTER;
    if (text[0] == '~' || text[0] == '#') /* Other users' and shared namespaces. */
        return SMGW_RULE_RESERVED;
    if (memmem(text, len, "..", 2) != NULL) /* Also an empty level where the server separates by dots. */
        return SMGW_RULE_TRAVERSAL;
    mgw_bytes name = mgw_bytes_of(text, len);
    if (mgw_bytes_equal_fold(mgw_bytes_trim(name), MGW_LIT("INBOX")))
        return SMGW_RULE_RESERVED;
    return check_levels(name);
}

smgw_rule smgw_sanitize_folder_name_str(const char *text)
{
    return smgw_sanitize_folder_name(text, strlen(text));
}

smgw_rule smgw_validate_folder_name_str(const char *text)
{
    return smgw_validate_folder_name(text, strlen(text));
}
