/* SPDX-License-Identifier: MIT */
#include "imap/draft.h"

#include "base/utf8.h"

#include "simplemailgw/mail.h"

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

static void write_text_terms(mgw_imap_writer *writer, const text_term *terms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (terms[i].text.len == 0)
            continue;
        mgw_imap_write_words(writer, terms[i].key);
        mgw_imap_write_string(writer, terms[i].text);
    }
}

static void write_date(mgw_imap_writer *writer, const char *key, mgw_imap_date date)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (date.year == 0)
        return;
    if (date.year > 9999 || date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) {
        writer->status = SMGW_ERR_INVALID;
        return;
    }
    mgw_imap_write_words(writer, key);
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
            mgw_imap_write_words(writer, table[i].set);
        if (clear & table[i].bit)
            mgw_imap_write_words(writer, table[i].clear);
    }
    if ((set | clear) & ~known)
        writer->status = SMGW_ERR_INVALID;
}

static void write_size(mgw_imap_writer *writer, const char *key, uint64_t size)
{
    if (size == 0)
        return;
    if (size > UINT32_MAX)
        writer->status = SMGW_ERR_INVALID;
    mgw_imap_write_words(writer, key);
    mgw_imap_write_number(writer, size);
}

static void write_search(mgw_imap_writer *writer, const mgw_imap_search *search)
{
    const text_term terms[] = {
        { " FROM ", search->from },
        { " TO ", search->to },
        { " CC ", search->cc },
        { " BCC ", search->bcc },
        { " SUBJECT ", search->subject },
        { " BODY ", search->body },
        { " TEXT ", search->text },
        { " HEADER Message-ID ", search->message_id },
    };
    const size_t count = sizeof terms / sizeof terms[0];
    bool literal = false;
    for (size_t i = 0; i < count; i++) {
        literal = literal || mgw_imap_needs_literal(terms[i].text);
        if (!is_search_text(terms[i].text))
            writer->status = SMGW_ERR_INVALID;
    }
    mgw_imap_write_words(writer, literal && !writer->utf8 ? "UID SEARCH CHARSET UTF-8" : "UID SEARCH");
    size_t head = writer->out->len;
    write_text_terms(writer, terms, count);
    write_date(writer, " SINCE ", search->since);
    write_date(writer, " BEFORE ", search->before);
    write_flags(writer, search->flags_set, search->flags_clear);
    write_size(writer, " LARGER ", search->larger);
    write_size(writer, " SMALLER ", search->smaller);
    if (search->uid_set.len > 0) {
        mgw_imap_write_words(writer, " UID ");
        mgw_imap_write_set(writer, search->uid_set);
    }
    if (search->criteria.len > 0) {
        mgw_imap_write_words(writer, " (");
        mgw_imap_write_checked(writer, search->criteria);
        mgw_imap_write_words(writer, ")");
    }
    if (writer->out->len == head)
        mgw_imap_write_words(writer, " ALL");
}

smgw_status mgw_imap_uid_search(mgw_imap *imap, const mgw_imap_search *search, uint32_t *command)
{
    static const mgw_imap_search everything = { 0 };
    mgw_imap_draft made;
    smgw_status status = mgw_imap_begin(imap, MGW_IMAP_KIND_SEARCH, &made);
    if (status != SMGW_OK)
        return status;
    write_search(&made.writer, search != NULL ? search : &everything);
    return mgw_imap_finish(imap, &made, command);
}
