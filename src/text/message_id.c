/* SPDX-License-Identifier: MIT */
/* What names a message: its msg-id, a list of them, and its number on a server. */
#include "simplemailgw/sanitize.h"

#include "text/check.h"

enum { MSG_ID_MAX = 250, IDS_MAX = 100, NUMBER_DIGITS_MAX = 10 };

smgw_rule smgw_sanitize_message_id(const char *text, size_t len)
{
    smgw_rule rule = mgw_check_ascii(text, len, MSG_ID_MAX);
    if (rule != SMGW_RULE_OK)
        return rule;
    if (len < 2 || text[0] != '<' || text[len - 1] != '>')
        return SMGW_RULE_SYNTAX;
    mgw_bytes inside = mgw_bytes_of(text + 1, len - 2);
    for (size_t i = 0; i < inside.len; i++)
        if (inside.data[i] == '<' || inside.data[i] == '>' || inside.data[i] == ',')
            return SMGW_RULE_CHARACTER;
    size_t at = mgw_bytes_find(inside, '@');
    mgw_bytes right = mgw_bytes_slice(inside, at + 1, inside.len);
    bool one_at = at > 0 && right.len > 0 && mgw_bytes_find(right, '@') == right.len;
    return one_at ? SMGW_RULE_OK : SMGW_RULE_SYNTAX;
}

static bool is_separator(char c)
{
    return c == ' ' || c == '|';
}

/* Moves past separators and the id behind them; the id is empty at the end. */
static mgw_bytes next_id(mgw_bytes *list)
{
    size_t start = 0;
    while (start < list->len && is_separator(list->data[start]))
        start++;
    size_t end = start;
    while (end < list->len && !is_separator(list->data[end]))
        end++;
    mgw_bytes id = mgw_bytes_slice(*list, start, end - start);
    *list = mgw_bytes_slice(*list, end, list->len);
    return id;
}

static smgw_rule put_ids(mgw_bytes list, mgw_output *result)
{
    size_t count = 0;
    for (mgw_bytes id = next_id(&list); id.len > 0; id = next_id(&list)) {
        if (++count > IDS_MAX)
            return SMGW_RULE_COUNT;
        smgw_rule rule = smgw_sanitize_message_id(id.data, id.len);
        if (rule != SMGW_RULE_OK)
            return rule;
        mgw_output_put(result, " ", count > 1 ? 1 : 0);
        mgw_output_put(result, id.data, id.len);
    }
    return count > 0 ? SMGW_RULE_OK : SMGW_RULE_EMPTY;
}

smgw_rule smgw_sanitize_references(const char *text, size_t len, char *out, size_t out_size, size_t *out_len)
{
    mgw_output result = mgw_output_start(out, out_size, out_len);
    smgw_rule rule = put_ids(mgw_bytes_of(text, len), &result);
    if (rule == SMGW_RULE_OK)
        return mgw_output_end(&result, out_len);
    mgw_output_start(out, out_size, out_len); /* A list that is refused leaves nothing of its first ids. */
    return rule;
}

smgw_rule smgw_sanitize_message_id_numeric(const char *text, size_t len, uint32_t *number)
{
    smgw_rule rule = mgw_check_ascii(text, len, NUMBER_DIGITS_MAX);
    uint64_t value = 0;
    if (rule != SMGW_RULE_OK)
        return rule;
    if (!mgw_bytes_to_u64(mgw_bytes_of(text, len), UINT64_C(9999999999), &value))
        return SMGW_RULE_CHARACTER;
    if (text[0] == '0')
        return value == 0 && len == 1 ? SMGW_RULE_RANGE : SMGW_RULE_SYNTAX;
    if (value > UINT32_MAX)
        return SMGW_RULE_RANGE;
    if (number != NULL)
        *number = (uint32_t)value;
    return SMGW_RULE_OK;
}

smgw_rule smgw_sanitize_message_id_str(const char *text)
{
    return smgw_sanitize_message_id(text, strlen(text));
}

smgw_rule smgw_sanitize_references_str(const char *text, char *out, size_t out_size)
{
    return smgw_sanitize_references(text, strlen(text), out, out_size, NULL);
}

smgw_rule smgw_sanitize_message_id_numeric_str(const char *text, uint32_t *number)
{
    return smgw_sanitize_message_id_numeric(text, strlen(text), number);
}
