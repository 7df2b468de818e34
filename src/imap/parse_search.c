/* SPDX-License-Identifier: MIT */
#include "imap/parse.h"

bool mgw_imap_parse_range(mgw_bytes text, mgw_imap_range *out)
{
    uint64_t first = 0;
    size_t colon = mgw_bytes_find(text, ':');
    if (!mgw_bytes_to_u64(mgw_bytes_slice(text, 0, colon), UINT32_MAX, &first))
        return false;
    uint64_t last = first;
    if (colon < text.len && !mgw_bytes_to_u64(mgw_bytes_slice(text, colon + 1, SIZE_MAX), UINT32_MAX, &last))
        return false;
    out->first = (uint32_t)(first < last ? first : last);
    out->last = (uint32_t)(first < last ? last : first);
    return out->first > 0;
}

static bool is_separator(char c)
{
    return c == ' ' || c == ',';
}

/* Takes the text before the next separator and the separator; false at the end. */
static bool next_range(mgw_bytes *rest, mgw_bytes *range)
{
    if (rest->len == 0)
        return false;
    size_t end = 0;
    while (end < rest->len && !is_separator(rest->data[end]))
        end++;
    *range = mgw_bytes_slice(*rest, 0, end);
    *rest = mgw_bytes_slice(*rest, end + 1, SIZE_MAX);
    return true;
}

/* Checks all of it before the first UID is given out. Unfolded it may be huge, so it is counted and not stored. */
static bool check_ranges(mgw_bytes text, uint64_t *count)
{
    mgw_bytes range;
    *count = 0;
    if (text.len > 0 && is_separator(text.data[text.len - 1]))
        return false;
    while (next_range(&text, &range)) {
        mgw_imap_range numbers;
        if (!mgw_imap_parse_range(range, &numbers))
            return false;
        *count += (uint64_t)numbers.last - numbers.first + 1;
    }
    return true;
}

mgw_imap_uid_cursor mgw_imap_uid_cursor_of(mgw_bytes checked)
{
    return (mgw_imap_uid_cursor){ checked, 1, 0 };
}

bool mgw_imap_uid_cursor_next(mgw_imap_uid_cursor *cursor, uint32_t *uid)
{
    mgw_bytes range;
    if (cursor->next > cursor->last) {
        mgw_imap_range numbers;
        if (!next_range(&cursor->rest, &range) || !mgw_imap_parse_range(range, &numbers))
            return false;
        cursor->next = numbers.first;
        cursor->last = numbers.last;
    }
    *uid = (uint32_t)cursor->next++;
    return true;
}

static bool has_any(mgw_bytes text, const char *bytes)
{
    for (; *bytes != '\0'; bytes++)
        if (mgw_bytes_find(text, *bytes) < text.len)
            return true;
    return false;
}

bool mgw_imap_parse_search(mgw_imap_lexer *lexer, mgw_imap_uid_cursor *cursor, uint64_t *count)
{
    /* "* SEARCH" alone, and with a blank behind it, both say that nothing matches. */
    mgw_imap_lex_char(lexer, ' ');
    mgw_bytes numbers = mgw_imap_lex_rest(lexer);
    while (numbers.len > 0 && numbers.data[numbers.len - 1] == ' ')
        numbers.len--;
    *cursor = mgw_imap_uid_cursor_of(numbers);
    return !has_any(numbers, ",:") && check_ranges(numbers, count);
}

/* (TAG "x") */
static bool parse_correlator(mgw_imap_lexer *lexer, mgw_bytes *tag)
{
    return mgw_imap_lex_char(lexer, '(') && mgw_imap_lex_word(lexer, "TAG") && mgw_imap_lex_char(lexer, ' ') &&
           mgw_imap_lex_astring(lexer, tag) && tag->data != NULL && mgw_imap_lex_char(lexer, ')');
}

static bool parse_all(mgw_imap_lexer *lexer, mgw_imap_esearch *out)
{
    mgw_bytes set;
    if (!mgw_imap_lex_atom(lexer, &set) || !check_ranges(set, &out->count))
        return false;
    out->cursor = mgw_imap_uid_cursor_of(set);
    return true;
}

bool mgw_imap_parse_esearch(mgw_imap_lexer *lexer, mgw_imap_esearch *out)
{
    *out = (mgw_imap_esearch){ .cursor = mgw_imap_uid_cursor_of(mgw_bytes_of(NULL, 0)) };
    bool first = true;
    bool all = false;
    while (mgw_imap_lex_char(lexer, ' ')) {
        mgw_bytes name;
        if (first && mgw_imap_lex_peek(lexer) == '(') {
            if (!parse_correlator(lexer, &out->tag))
                return false;
            first = false;
            continue;
        }
        first = false;
        if (!mgw_imap_lex_atom(lexer, &name))
            return false;
        if (mgw_bytes_equal_fold(name, MGW_LIT("UID"))) {
            out->uid = true;
            continue;
        }
        bool is_all = mgw_bytes_equal_fold(name, MGW_LIT("ALL"));
        if (!mgw_imap_lex_char(lexer, ' ') || (is_all && all))
            return false;
        if (is_all ? !parse_all(lexer, out) : !mgw_imap_lex_skip(lexer))
            return false;
        all = all || is_all;
    }
    return mgw_imap_lex_end(lexer);
}

bool mgw_imap_check_uids(mgw_bytes set, uint64_t *count)
{
    return set.len > 0 && mgw_bytes_find(set, ' ') == set.len && check_ranges(set, count);
}

bool mgw_imap_parse_vanished(mgw_imap_lexer *lexer, mgw_imap_vanished *out)
{
    *out = (mgw_imap_vanished){ 0 };
    if (!mgw_imap_lex_char(lexer, ' '))
        return false;
    if (mgw_imap_lex_char(lexer, '(')) {
        out->earlier = mgw_imap_lex_word(lexer, "EARLIER") && mgw_imap_lex_char(lexer, ')') && //
                       mgw_imap_lex_char(lexer, ' ');
        if (!out->earlier)
            return false;
    }
    return mgw_imap_lex_atom(lexer, &out->set) && mgw_imap_lex_end(lexer) && mgw_imap_check_uids(out->set, &out->count);
}
