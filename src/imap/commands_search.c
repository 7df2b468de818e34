/* SPDX-License-Identifier: MIT */
#include "imap/search.h"

#include "base/utf8.h"

#include "simplemailgw/mail.h"
#include "simplemailgw/sanitize.h"

enum { MAX_SEARCH_TEXT = 4000 };

typedef struct text_term {
    const char *key;
    mgw_bytes text;
} text_term;

static bool is_search_text(mgw_bytes text)
{
    if (text.len > MAX_SEARCH_TEXT)
        return false;
    for (size_t i = 0; i < text.len;) {
        uint32_t rune = 0;
        size_t width = mgw_utf8_decode(text.data + i, text.len - i, &rune);
        if (width == 0 || mgw_rune_is_control(rune))
            return false;
        i += width;
    }
    return true;
}

/* Keys begin with a blank, which is left out behind a parenthesis. */
static void write_key(mgw_imap_writer *writer, const char *key)
{
    const mgw_buf *out = writer->out;
    bool first = out->len > 0 && out->data[out->len - 1] == '(';
    mgw_imap_write_words(writer, first ? key + 1 : key);
}

static void write_text_terms(mgw_imap_writer *writer, const text_term *terms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (terms[i].text.len == 0)
            continue;
        write_key(writer, terms[i].key);
        mgw_imap_write_string(writer, terms[i].text);
    }
}

static void write_date(mgw_imap_writer *writer, const char *key, mgw_imap_date date)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (date.year == 0)
        return;
    if (date.year > 9999 || date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) {
        mgw_imap_refuse(writer, SMGW_ERR_INVALID);
        return;
    }
    write_key(writer, key);
    mgw_imap_write_number(writer, date.day);
    mgw_imap_write_words(writer, "-");
    mgw_imap_write_atom(writer, mgw_bytes_of(months + (size_t)(date.month - 1) * 3, 3));
    mgw_imap_write_words(writer, "-");
    for (unsigned scale = 1000; scale > 0; scale /= 10)
        mgw_imap_write_number(writer, date.year / scale % 10);
}

static void write_flags(mgw_imap_writer *writer, uint32_t set, uint32_t clear)
{
    static const struct {
        uint32_t bit;
        const char *set, *clear;
    } table[] = {
        { SMGW_FLAG_SEEN, " SEEN", " UNSEEN" },
        { SMGW_FLAG_ANSWERED, " ANSWERED", " UNANSWERED" },
        { SMGW_FLAG_FLAGGED, " FLAGGED", " UNFLAGGED" },
        { SMGW_FLAG_DELETED, " DELETED", " UNDELETED" },
        { SMGW_FLAG_DRAFT, " DRAFT", " UNDRAFT" },
    };
    uint32_t known = 0;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        known |= table[i].bit;
        if (set & table[i].bit)
            write_key(writer, table[i].set);
        if (clear & table[i].bit)
            write_key(writer, table[i].clear);
    }
    if ((set | clear) & ~known)
        mgw_imap_refuse(writer, SMGW_ERR_INVALID);
}

static void write_size(mgw_imap_writer *writer, const char *key, uint64_t size)
{
    if (size == 0)
        return;
    if (size > UINT32_MAX)
        mgw_imap_refuse(writer, SMGW_ERR_INVALID);
    write_key(writer, key);
    mgw_imap_write_number(writer, size);
}

static void write_keyword(mgw_imap_writer *writer, const char *key, mgw_bytes keyword)
{
    if (keyword.len == 0)
        return;
    if (smgw_validate_flag(keyword.data, keyword.len) != SMGW_RULE_OK || keyword.data[0] == '\\')
        mgw_imap_refuse(writer, SMGW_ERR_INVALID);
    write_key(writer, key);
    mgw_imap_write_atom(writer, keyword);
}

static void write_header(mgw_imap_writer *writer, const mgw_imap_search *search)
{
    if (search->header.len == 0) {
        if (search->header_value.len > 0)
            mgw_imap_refuse(writer, SMGW_ERR_INVALID);
        return;
    }
    write_key(writer, " HEADER ");
    mgw_imap_write_atom(writer, search->header);
    mgw_imap_write_words(writer, " ");
    mgw_imap_write_string(writer, search->header_value);
}

enum { TEXTS = 9 };

static void list_texts(const mgw_imap_search *search, text_term terms[TEXTS])
{
    const text_term all[TEXTS] = {
        { " FROM ", search->from },
        { " TO ", search->to },
        { " CC ", search->cc },
        { " BCC ", search->bcc },
        { " SUBJECT ", search->subject },
        { " BODY ", search->body },
        { " TEXT ", search->text },
        { " HEADER Message-ID ", search->message_id },
        { " X-GM-RAW ", search->gmail_raw },
    };
    memcpy(terms, all, sizeof all);
}

smgw_status mgw_imap_check_search(const mgw_imap_search *search, uint64_t capabilities, bool *literal)
{
    text_term terms[TEXTS];
    list_texts(search, terms);
    if (search->gmail_raw.len > 0 && (capabilities & MGW_IMAP_CAP_GMAIL) == 0)
        return SMGW_ERR_UNSUPPORTED;
    for (size_t i = 0; i < TEXTS; i++) {
        *literal = *literal || mgw_imap_needs_literal(terms[i].text);
        if (!is_search_text(terms[i].text))
            return SMGW_ERR_INVALID;
    }
    *literal = *literal || mgw_imap_needs_literal(search->header_value);
    return is_search_text(search->header_value) ? SMGW_OK : SMGW_ERR_INVALID;
}

void mgw_imap_write_terms(mgw_imap_writer *writer, const mgw_imap_search *search)
{
    text_term terms[TEXTS];
    size_t head = writer->out->len;
    list_texts(search, terms);
    write_text_terms(writer, terms, TEXTS);
    write_header(writer, search);
    write_date(writer, " SINCE ", search->since);
    write_date(writer, " BEFORE ", search->before);
    write_date(writer, " SENTSINCE ", search->sent_since);
    write_date(writer, " SENTBEFORE ", search->sent_before);
    write_flags(writer, search->flags_set, search->flags_clear);
    write_keyword(writer, " KEYWORD ", search->keyword);
    write_keyword(writer, " UNKEYWORD ", search->unkeyword);
    write_size(writer, " LARGER ", search->larger);
    write_size(writer, " SMALLER ", search->smaller);
    if (search->uid_set.len > 0) {
        write_key(writer, " UID ");
        mgw_imap_write_set(writer, search->uid_set);
    }
    if (search->criteria.len > 0) {
        write_key(writer, " (");
        mgw_imap_write_checked(writer, search->criteria);
        mgw_imap_write_words(writer, ")");
    }
    if (writer->out->len == head && search->any_count == 0 && search->none_count == 0)
        write_key(writer, " ALL");
}

void mgw_imap_write_branch(mgw_imap_writer *writer, mgw_imap_branch branch)
{
    static const char *const keys[] = { " (", " OR (", " NOT (" };
    write_key(writer, keys[branch]);
}
