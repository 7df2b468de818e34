/* SPDX-License-Identifier: MIT */
#include "imap/internal.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include "simplemailgw/mail.h"

enum { MAX_SEARCH_TEXT = 4000, MAX_SECTION = 1000, LITERAL_MINUS_MAX = 4096 };

typedef struct draft {
    mgw_imap_command *command;
    mgw_imap_writer writer;
    size_t view_at; /* What the command remembers of its own text: its set or section. */
    size_t view_len;
} draft;

static size_t nonsync_max(const mgw_imap *imap)
{
    if (imap->capabilities & MGW_IMAP_CAP_LITERAL_PLUS)
        return SIZE_MAX;
    bool minus = (imap->capabilities & (MGW_IMAP_CAP_LITERAL_MINUS | MGW_IMAP_CAP_IMAP4REV2)) != 0;
    return minus ? LITERAL_MINUS_MAX : 0;
}

static smgw_status check_queue(const mgw_imap *imap)
{
    if (imap->status != SMGW_OK)
        return imap->status;
    if (imap->closing)
        return SMGW_ERR_INVALID;
    if (imap->command_count >= imap->limits.commands || imap->last_id == UINT32_MAX)
        return SMGW_ERR_TOO_LARGE;
    return SMGW_OK;
}

/* Begins a command with its tag and a blank. */
static smgw_status begin(mgw_imap *imap, mgw_imap_kind kind, draft *out)
{
    smgw_status status = check_queue(imap);
    if (status != SMGW_OK)
        return status;
    mgw_imap_command *command = mgw_calloc(1, sizeof *command);
    if (command == NULL)
        return SMGW_ERR_NO_MEMORY;
    command->id = imap->last_id + 1;
    command->kind = kind;
    mgw_buf_init(&command->wire, imap->limits.output);
    *out = (draft){ .command = command };
    mgw_imap_writer_init(&out->writer, &command->wire, nonsync_max(imap));
    mgw_imap_write_words(&out->writer, imap->tag);
    mgw_imap_write_number(&out->writer, command->id);
    mgw_imap_write_words(&out->writer, " ");
    return SMGW_OK;
}

static void discard(mgw_imap_command *command)
{
    mgw_buf_free(&command->wire);
    mgw_free(command);
}

static void append(mgw_imap *imap, mgw_imap_command *command)
{
    mgw_imap_command **link = &imap->commands;
    while (*link != NULL)
        link = &(*link)->next;
    *link = command;
    imap->command_count++;
    imap->last_id = command->id;
    imap->unsent += command->wire.len;
}

/* Ends the line and queues the command, or undoes it. */
static smgw_status finish(mgw_imap *imap, draft *made, uint32_t *id)
{
    mgw_imap_command *command = made->command;
    smgw_status status = mgw_imap_write_end(&made->writer);
    /* The output gets room for all that waits, so that moving it there later cannot fail. */
    if (status == SMGW_OK && mgw_buf_reserve(&imap->out, imap->unsent + command->wire.len) == NULL) {
        status = imap->out.status;
        imap->out.status = SMGW_OK;
    }
    if (status != SMGW_OK) {
        discard(command);
        return status;
    }
    command->view = mgw_bytes_slice(mgw_buf_bytes(&command->wire), made->view_at, made->view_len);
    command->gate_count = made->writer.gate_count;
    memcpy(command->gates, made->writer.gates, sizeof command->gates);
    append(imap, command);
    if (id != NULL)
        *id = command->id;
    mgw_imap_pump(imap);
    return SMGW_OK;
}

/* A command that is one word. */
static smgw_status simple(mgw_imap *imap, mgw_imap_kind kind, const char *word, uint32_t *id)
{
    draft made;
    smgw_status status = begin(imap, kind, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, word);
    return finish(imap, &made, id);
}

smgw_status mgw_imap_capability(mgw_imap *imap, uint32_t *command)
{
    return simple(imap, MGW_IMAP_KIND_CAPABILITY, "CAPABILITY", command);
}

smgw_status mgw_imap_noop(mgw_imap *imap, uint32_t *command)
{
    return simple(imap, MGW_IMAP_KIND_NOOP, "NOOP", command);
}

smgw_status mgw_imap_unselect(mgw_imap *imap, uint32_t *command)
{
    bool unselect = (imap->capabilities & (MGW_IMAP_CAP_UNSELECT | MGW_IMAP_CAP_IMAP4REV2)) != 0;
    return simple(imap, MGW_IMAP_KIND_UNSELECT, unselect ? "UNSELECT" : "CLOSE", command);
}

smgw_status mgw_imap_logout(mgw_imap *imap, uint32_t *command)
{
    smgw_status status = simple(imap, MGW_IMAP_KIND_LOGOUT, "LOGOUT", command);
    imap->closing = imap->closing || status == SMGW_OK;
    return status;
}

smgw_status mgw_imap_list(mgw_imap *imap, mgw_bytes reference, mgw_bytes pattern, uint32_t *command)
{
    draft made;
    if (pattern.len == 0 || pattern.len > MGW_IMAP_MAX_NAME || reference.len > MGW_IMAP_MAX_NAME)
        return SMGW_ERR_INVALID;
    smgw_status status = begin(imap, MGW_IMAP_KIND_LIST, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, "LIST ");
    mgw_imap_write_mailbox(&made.writer, reference);
    mgw_imap_write_words(&made.writer, " ");
    mgw_imap_write_mailbox(&made.writer, pattern);
    return finish(imap, &made, command);
}

smgw_status mgw_imap_examine(mgw_imap *imap, mgw_bytes folder, uint32_t *command)
{
    draft made;
    if (folder.len == 0 || folder.len > MGW_IMAP_MAX_NAME)
        return SMGW_ERR_INVALID;
    smgw_status status = begin(imap, MGW_IMAP_KIND_EXAMINE, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, "EXAMINE ");
    mgw_imap_write_mailbox(&made.writer, folder);
    return finish(imap, &made, command);
}

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
    mgw_imap_write_words(writer, literal ? "UID SEARCH CHARSET UTF-8" : "UID SEARCH");
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
    draft made;
    smgw_status status = begin(imap, MGW_IMAP_KIND_SEARCH, &made);
    if (status != SMGW_OK)
        return status;
    write_search(&made.writer, search != NULL ? search : &everything);
    return finish(imap, &made, command);
}

smgw_status mgw_imap_uid_fetch(mgw_imap *imap, mgw_bytes uid_set, uint32_t what, uint32_t *command)
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
    };
    draft made;
    if (what == 0 || (what & ~(uint32_t)MGW_IMAP_FETCH_SUMMARY) != 0)
        return SMGW_ERR_INVALID;
    smgw_status status = begin(imap, MGW_IMAP_KIND_FETCH, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, "UID FETCH ");
    made.view_at = made.command->wire.len;
    made.view_len = uid_set.len;
    mgw_imap_write_set(&made.writer, uid_set);
    mgw_imap_write_words(&made.writer, " (UID");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (what & table[i].bit)
            mgw_imap_write_words(&made.writer, table[i].words);
    mgw_imap_write_words(&made.writer, ")");
    made.command->what = what;
    return finish(imap, &made, command);
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

static void write_body(mgw_imap_writer *writer, const mgw_imap_body *body, size_t *section_at)
{
    mgw_imap_write_words(writer, "UID FETCH ");
    mgw_imap_write_number(writer, body->uid);
    mgw_imap_write_words(writer, " (UID BODY.PEEK[");
    *section_at = writer->out->len;
    if (body->section.len > 0)
        mgw_imap_write_checked(writer, body->section);
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
    draft made;
    if (body->uid == 0 || !is_section(body->section) || (body->offset > 0 && body->count == 0))
        return SMGW_ERR_INVALID;
    smgw_status status = begin(imap, MGW_IMAP_KIND_BODY, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_command *made_command = made.command;
    write_body(&made.writer, body, &made.view_at);
    made.view_len = body->section.len;
    made_command->uid = body->uid;
    made_command->partial = body->count > 0;
    made_command->offset = body->offset;
    made_command->max = body->max > 0 ? body->max : imap->limits.body;
    if (body->count > 0 && made_command->max > body->count)
        made_command->max = body->count;
    return finish(imap, &made, command);
}
