/* SPDX-License-Identifier: MIT */
#include "imap/draft.h"

enum { MAX_SECTION = 1000, MAX_FIELDS = 100 };

static void write_items(mgw_imap_writer *writer, uint32_t what)
{
    static const struct {
        uint32_t bit;
        const char *words;
    } table[] = {
        { MGW_IMAP_FETCH_FLAGS, " FLAGS" },
        { MGW_IMAP_FETCH_INTERNALDATE, " INTERNALDATE" },
        { MGW_IMAP_FETCH_SIZE, " RFC822.SIZE" },
        { MGW_IMAP_FETCH_ENVELOPE, " ENVELOPE" },
        { MGW_IMAP_FETCH_STRUCTURE, " BODYSTRUCTURE" },
        { MGW_IMAP_FETCH_MODSEQ, " MODSEQ" },
    };
    mgw_imap_write_words(writer, " (UID");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (what & table[i].bit)
            mgw_imap_write_words(writer, table[i].words);
    mgw_imap_write_words(writer, ")");
}

static smgw_status check_fetch(const mgw_imap *imap, uint32_t what, uint64_t modseq, bool vanished)
{
    const uint32_t known = MGW_IMAP_FETCH_SUMMARY | MGW_IMAP_FETCH_MODSEQ;
    bool condstore = (what & MGW_IMAP_FETCH_MODSEQ) != 0 || modseq > 0;
    if (what == 0 || (what & ~known) != 0 || modseq > INT64_MAX)
        return SMGW_ERR_INVALID;
    if (condstore && (imap->capabilities & MGW_IMAP_CAP_CONDSTORE) == 0)
        return SMGW_ERR_UNSUPPORTED;
    return vanished && (imap->enabled & MGW_IMAP_CAP_QRESYNC) == 0 ? SMGW_ERR_UNSUPPORTED : SMGW_OK;
}

static smgw_status fetch(
    mgw_imap *imap, mgw_bytes uid_set, uint32_t what, uint64_t modseq, bool vanished, uint32_t *command)
{
    mgw_imap_draft made;
    smgw_status status = check_fetch(imap, what, modseq, vanished);
    if (status == SMGW_OK)
        status = mgw_imap_begin(imap, MGW_IMAP_KIND_FETCH, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, "UID FETCH ");
    mgw_imap_write_set(&made.writer, uid_set);
    write_items(&made.writer, what);
    if (modseq > 0) {
        mgw_imap_write_words(&made.writer, " (CHANGEDSINCE ");
        mgw_imap_write_number(&made.writer, modseq);
        mgw_imap_write_words(&made.writer, vanished ? " VANISHED)" : ")");
    }
    if (!mgw_imap_ranges_of(uid_set, &made.command->uids))
        mgw_imap_refuse(&made.writer, SMGW_ERR_NO_MEMORY);
    made.command->what = what;
    made.command->resyncs = vanished;
    return mgw_imap_finish(imap, &made, command);
}

smgw_status mgw_imap_uid_fetch(mgw_imap *imap, mgw_bytes uid_set, uint32_t what, uint32_t *command)
{
    return fetch(imap, uid_set, what, 0, false, command);
}

smgw_status mgw_imap_uid_fetch_since(
    mgw_imap *imap, mgw_bytes uid_set, uint32_t what, uint64_t modseq, bool vanished, uint32_t *command)
{
    return modseq == 0 ? SMGW_ERR_INVALID : fetch(imap, uid_set, what, modseq, vanished, command);
}

/* [part "."] (HEADER / TEXT / MIME), or nothing: part numbers without leading zeros, MIME only behind one. */
static bool is_section(mgw_bytes section)
{
    bool numbers = false;
    if (section.len > MAX_SECTION)
        return false;
    while (section.len > 0) {
        size_t dot = mgw_bytes_find(section, '.');
        mgw_bytes word = mgw_bytes_slice(section, 0, dot);
        bool last = dot == section.len;
        uint64_t number = 0;
        if (!mgw_bytes_to_u64(word, UINT32_MAX, &number) || word.data[0] == '0')
            return last &&
                   (mgw_bytes_equal_fold(word, MGW_LIT("HEADER")) || mgw_bytes_equal_fold(word, MGW_LIT("TEXT")) ||
                       (numbers && mgw_bytes_equal_fold(word, MGW_LIT("MIME"))));
        numbers = true;
        if (!last && dot + 1 == section.len)
            return false;
        section = mgw_bytes_slice(section, dot + 1, SIZE_MAX);
    }
    return true;
}

/* The section is a header, of which only fields are wanted. */
static bool ends_with_header(mgw_bytes section)
{
    const mgw_bytes word = MGW_LIT("HEADER");
    return section.len >= word.len &&
           mgw_bytes_equal_fold(mgw_bytes_slice(section, section.len - word.len, word.len), word);
}

static void write_fields(mgw_imap_writer *writer, const mgw_imap_body *body)
{
    const char *separator = ".FIELDS (";
    for (size_t i = 0; i < body->field_count; i++) {
        mgw_imap_write_words(writer, separator);
        /* A bracket would end the section for who reads the answer. */
        if (mgw_bytes_find(body->fields[i], '[') < body->fields[i].len)
            mgw_imap_refuse(writer, SMGW_ERR_INVALID);
        mgw_imap_write_atom(writer, body->fields[i]);
        separator = " ";
    }
    if (body->field_count > 0)
        mgw_imap_write_words(writer, ")");
}

static void write_body(mgw_imap_writer *writer, const mgw_imap_body *body, size_t *section_at, size_t *section_len)
{
    mgw_imap_write_words(writer, "UID FETCH ");
    mgw_imap_write_number(writer, body->uid);
    mgw_imap_write_words(writer, " (UID BODY.PEEK[");
    *section_at = writer->out->len;
    if (body->section.len > 0)
        mgw_imap_write_checked(writer, body->section);
    write_fields(writer, body);
    *section_len = writer->out->len - *section_at;
    mgw_imap_write_words(writer, "]");
    if (body->count > 0) {
        mgw_imap_write_words(writer, "<");
        mgw_imap_write_number(writer, body->offset);
        mgw_imap_write_words(writer, ".");
        mgw_imap_write_number(writer, body->count);
        mgw_imap_write_words(writer, ">");
    }
    mgw_imap_write_words(writer, ")");
}

smgw_status mgw_imap_uid_fetch_body(mgw_imap *imap, const mgw_imap_body *body, uint32_t *command)
{
    mgw_imap_draft made;
    if (body->uid == 0 || !is_section(body->section) || (body->offset > 0 && body->count == 0))
        return SMGW_ERR_INVALID;
    if (body->field_count > MAX_FIELDS || (body->field_count > 0 && !ends_with_header(body->section)))
        return SMGW_ERR_INVALID;
    smgw_status status = mgw_imap_begin(imap, MGW_IMAP_KIND_BODY, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_command *made_command = made.command;
    write_body(&made.writer, body, &made.view_at, &made.view_len);
    made_command->uid = body->uid;
    made_command->partial = body->count > 0;
    made_command->offset = body->offset;
    made_command->max = body->max > 0 ? body->max : imap->limits.body;
    if (body->count > 0 && made_command->max > body->count)
        made_command->max = body->count;
    return mgw_imap_finish(imap, &made, command);
}
