/* SPDX-License-Identifier: MIT */
/* What the server says, matched with what was asked. */
#include "imap/internal.h"

static const char out_of_memory[] = "out of memory";

static bool wants_body(const mgw_imap_command *command, const mgw_imap_body_name *name, uint32_t uid)
{
    return command->kind == MGW_IMAP_KIND_BODY && !command->begun && (uid == 0 || uid == command->uid) &&
           command->partial == name->partial && command->offset == name->offset &&
           mgw_bytes_equal_fold(command->view, name->section);
}

/* The command that asked for this body; `uid` is 0 where the server has not named it yet. */
static mgw_imap_command *find_body(mgw_imap *imap, const mgw_imap_body_name *name, uint32_t uid)
{
    mgw_imap_command *command = mgw_imap_find_started(imap, MGW_IMAP_KIND_BODY);
    for (; command != NULL && command->started && !mgw_imap_changes_mailbox(command); command = command->next)
        if (wants_body(command, name, uid))
            return command;
    return NULL;
}

static void push_body(mgw_imap *imap, mgw_imap_event_type type, uint32_t uid, bool verified)
{
    mgw_imap_event *event = mgw_imap_push(imap, type, imap->body->id);
    event->body.uid = uid;
    event->body.size = imap->body_size;
    event->body.verified = verified;
}

static void begin_body(mgw_imap *imap, mgw_imap_command *command, uint32_t uid, uint64_t size)
{
    imap->body = command;
    imap->body_size = size;
    command->begun = true;
    push_body(imap, MGW_IMAP_BODY_BEGIN, uid, false);
}

void mgw_imap_on_body(mgw_imap *imap)
{
    mgw_imap_body_name name;
    if (!mgw_imap_parse_body_name(mgw_imap_reader_body_name(&imap->reader), &name)) {
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "FETCH does not match the grammar");
        return;
    }
    uint32_t uid = imap->reader.scan.uid;
    uint64_t size = imap->reader.left;
    /* One body a response: what came first is complete only when the response is. */
    mgw_imap_command *command = imap->body == NULL ? find_body(imap, &name, uid) : NULL;
    if (size > (command != NULL ? command->max : imap->limits.body)) {
        mgw_imap_fail(imap, SMGW_ERR_TOO_LARGE, "a body is longer than was asked for");
        return;
    }
    if (command != NULL)
        begin_body(imap, command, uid, size);
    else
        imap->defects++;
    imap->skipping = command == NULL;
}

void mgw_imap_on_body_data(mgw_imap *imap, mgw_bytes chunk)
{
    if (imap->skipping)
        imap->reader.octets += chunk.len;
    else
        mgw_imap_push(imap, MGW_IMAP_BODY_DATA, imap->body->id)->data = chunk;
}

static void end_body(mgw_imap *imap, uint32_t uid)
{
    bool verified = uid == imap->body->uid;
    imap->body->items += verified ? 1 : 0;
    imap->defects += verified ? 0 : 1;
    push_body(imap, MGW_IMAP_BODY_END, uid, verified);
    imap->body = NULL;
}

/* A body that did not come as a literal: NIL or a quoted string. */
static void give_inline_body(mgw_imap *imap, const mgw_imap_fetch_response *response)
{
    uint32_t uid = response->fetch.uid;
    mgw_imap_command *command = uid != 0 ? find_body(imap, &response->body_name, uid) : NULL;
    if (command == NULL) {
        imap->defects++;
        return;
    }
    if (response->body_text.len > command->max) {
        mgw_imap_fail(imap, SMGW_ERR_TOO_LARGE, "a body is longer than was asked for");
        return;
    }
    begin_body(imap, command, uid, response->body_text.len);
    if (response->body_text.len > 0)
        mgw_imap_push(imap, MGW_IMAP_BODY_DATA, command->id)->data = response->body_text;
    end_body(imap, uid);
}

/* The oldest summary that asked for this UID and for no more than is there. */
static mgw_imap_command *find_summary(mgw_imap *imap, const mgw_imap_fetch_response *response)
{
    mgw_imap_command *command = mgw_imap_find_started(imap, MGW_IMAP_KIND_FETCH);
    for (; command != NULL && command->started && !mgw_imap_changes_mailbox(command); command = command->next)
        if (command->kind == MGW_IMAP_KIND_FETCH && (command->what & ~response->present) == 0 &&
            mgw_imap_set_may_hold(command->view, response->fetch.uid))
            return command;
    return NULL;
}

static void give_summary(mgw_imap *imap, const mgw_imap_fetch_response *response)
{
    if (response->fetch.uid == 0 || response->present == 0)
        return;
    mgw_imap_command *command = find_summary(imap, response);
    if (command != NULL)
        command->items++;
    mgw_imap_push(imap, MGW_IMAP_FETCH, command != NULL ? command->id : 0)->fetch = response->fetch;
}

static void on_fetch(mgw_imap *imap, mgw_bytes response)
{
    mgw_imap_fetch_response parsed;
    if (!mgw_imap_parse_fetch(response, &imap->limits, &imap->envelopes, &imap->structures, &parsed)) {
        bool memory = imap->envelopes.status == SMGW_ERR_NO_MEMORY || imap->structures.status == SMGW_ERR_NO_MEMORY;
        mgw_imap_fail(imap, memory ? SMGW_ERR_NO_MEMORY : SMGW_ERR_PROTOCOL,
            memory ? out_of_memory : "FETCH does not match the grammar");
        return;
    }
    imap->defects += parsed.extra_bodies;
    if (imap->body != NULL)
        end_body(imap, parsed.fetch.uid);
    else if (parsed.body == MGW_IMAP_BODY_INLINE)
        give_inline_body(imap, &parsed);
    give_summary(imap, &parsed);
}

static bool examining(mgw_imap *imap)
{
    return mgw_imap_find_started(imap, MGW_IMAP_KIND_EXAMINE) != NULL;
}

static void on_capability(mgw_imap *imap, mgw_imap_lexer *lexer)
{
    mgw_imap_command *command = mgw_imap_find_started(imap, MGW_IMAP_KIND_CAPABILITY);
    mgw_imap_lex_char(lexer, ' ');
    imap->capabilities = mgw_imap_parse_capabilities(mgw_imap_lex_rest(lexer));
    if (command != NULL)
        command->items++;
    mgw_imap_push(imap, MGW_IMAP_CAPABILITY, command != NULL ? command->id : 0)->capabilities = imap->capabilities;
}

static void on_list(mgw_imap *imap, mgw_imap_lexer *lexer)
{
    mgw_imap_command *command = mgw_imap_find_started(imap, MGW_IMAP_KIND_LIST);
    if (command == NULL) {
        imap->defects++;
        return;
    }
    mgw_imap_list_item item;
    smgw_status status =
        mgw_imap_lex_char(lexer, ' ') ? mgw_imap_parse_list(lexer, &imap->name, &item) : SMGW_ERR_PROTOCOL;
    if (status != SMGW_OK) {
        mgw_imap_fail(imap, status, status == SMGW_ERR_PROTOCOL ? "LIST does not match the grammar" : out_of_memory);
        return;
    }
    command->items++;
    imap->defects += item.name_valid ? 0 : 1;
    mgw_imap_push(imap, MGW_IMAP_LIST, command->id)->list = item;
}

/* Hands a checked answer to the search that is outstanding. */
static void give_search(mgw_imap *imap, mgw_imap_command *command, mgw_imap_uid_cursor cursor, uint64_t count)
{
    command->items += count;
    if (command->items > imap->limits.search_results) {
        mgw_imap_fail(imap, SMGW_ERR_TOO_LARGE, "a search finds too many messages");
        return;
    }
    imap->search = cursor;
    imap->search_command = command->id;
}

static void on_search(mgw_imap *imap, mgw_imap_lexer *lexer)
{
    mgw_imap_command *command = mgw_imap_find_started(imap, MGW_IMAP_KIND_SEARCH);
    mgw_imap_uid_cursor cursor;
    uint64_t count = 0;
    if (command == NULL)
        imap->defects++;
    else if (mgw_imap_parse_search(lexer, &cursor, &count))
        give_search(imap, command, cursor, count);
    else
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "SEARCH does not match the grammar");
}

static uint32_t tag_number(const mgw_imap *imap, mgw_bytes tag);

static void on_esearch(mgw_imap *imap, mgw_imap_lexer *lexer)
{
    mgw_imap_command *command = mgw_imap_find_started(imap, MGW_IMAP_KIND_SEARCH);
    mgw_imap_esearch parsed;
    if (!mgw_imap_parse_esearch(lexer, &parsed)) {
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "ESEARCH does not match the grammar");
        return;
    }
    if (command == NULL || (parsed.tag.data != NULL && tag_number(imap, parsed.tag) != command->id)) {
        imap->defects++;
        return;
    }
    /* Message numbers taken for UIDs would name other messages. */
    if (!parsed.uid)
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "ESEARCH must answer a UID SEARCH with UIDs");
    else
        give_search(imap, command, parsed.cursor, parsed.count);
}

static void on_exists(mgw_imap *imap, uint32_t number)
{
    imap->mailbox.exists = number;
    if (!examining(imap))
        mgw_imap_push(imap, MGW_IMAP_EXISTS, 0)->exists = number;
}

static void on_expunge(mgw_imap *imap, uint32_t number)
{
    if (number == 0 || number > imap->mailbox.exists) {
        imap->defects++;
        return;
    }
    imap->mailbox.exists--;
    if (!examining(imap))
        mgw_imap_push(imap, MGW_IMAP_EXPUNGE, 0)->exists = imap->mailbox.exists;
}

/* "* n WORD" */
static void on_numbered(mgw_imap *imap, mgw_imap_lexer *lexer, uint32_t number)
{
    mgw_bytes word;
    if (!mgw_imap_lex_char(lexer, ' ') || !mgw_imap_lex_atom(lexer, &word) || !mgw_imap_lex_end(lexer))
        return;
    if (mgw_bytes_equal_fold(word, MGW_LIT("EXISTS")))
        on_exists(imap, number);
    else if (mgw_bytes_equal_fold(word, MGW_LIT("EXPUNGE")))
        on_expunge(imap, number);
}

/* What "[UIDVALIDITY n]" and its like say about the folder that is being opened. */
static void apply_code(mgw_imap *imap, const mgw_imap_resp_text *text)
{
    bool uidvalidity = mgw_bytes_equal_fold(text->code, MGW_LIT("UIDVALIDITY"));
    bool uidnext = mgw_bytes_equal_fold(text->code, MGW_LIT("UIDNEXT"));
    uint64_t number = 0;
    if (!examining(imap))
        return;
    if (mgw_bytes_equal_fold(text->code, MGW_LIT("READ-ONLY")))
        imap->mailbox.read_only = true;
    if (!uidvalidity && !uidnext)
        return;
    if (!mgw_bytes_to_u64(text->arguments, UINT32_MAX, &number) || number == 0)
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "UIDVALIDITY and UIDNEXT must be numbers above 0");
    else if (uidvalidity)
        imap->mailbox.uidvalidity = (uint32_t)number;
    else
        imap->mailbox.uidnext = (uint32_t)number;
}

static void on_untagged_status(mgw_imap *imap, mgw_bytes word, mgw_imap_lexer *lexer)
{
    mgw_imap_lex_char(lexer, ' ');
    mgw_imap_resp_text text = mgw_imap_parse_resp_text(mgw_imap_lex_rest(lexer));
    if (mgw_bytes_equal_fold(word, MGW_LIT("BYE")))
        mgw_imap_push(imap, MGW_IMAP_BYE, 0)->bye = text.text;
    else if (mgw_bytes_equal_fold(word, MGW_LIT("PREAUTH")))
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "PREAUTH after the greeting");
    else
        apply_code(imap, &text);
}

/* The number of a tag of ours; 0 for any other. */
static uint32_t tag_number(const mgw_imap *imap, mgw_bytes tag)
{
    uint64_t number = 0;
    if (tag.len <= MGW_IMAP_TAG_SEED_LEN || memcmp(tag.data, imap->tag, MGW_IMAP_TAG_SEED_LEN) != 0)
        return 0;
    mgw_bytes digits = mgw_bytes_slice(tag, MGW_IMAP_TAG_SEED_LEN, SIZE_MAX);
    if (digits.data[0] == '0' || !mgw_bytes_to_u64(digits, UINT32_MAX, &number))
        return 0;
    return (uint32_t)number;
}

/* The started command with this tag. Sets *too_early where one before it that opens or closes a folder is not complete.
 */
static mgw_imap_command *find_tagged(mgw_imap *imap, mgw_bytes tag, bool *too_early)
{
    uint32_t number = tag_number(imap, tag);
    *too_early = false;
    mgw_imap_command *command = imap->commands;
    for (; command != NULL && command->started; command = command->next) {
        if (command->id == number)
            return command;
        *too_early = *too_early || mgw_imap_changes_mailbox(command);
    }
    return NULL;
}

static bool status_of_word(mgw_bytes word, const mgw_imap_resp_text *text, smgw_status *status)
{
    if (mgw_bytes_equal_fold(word, MGW_LIT("OK")))
        *status = SMGW_OK;
    else if (mgw_bytes_equal_fold(word, MGW_LIT("NO")))
        *status = mgw_imap_status_of_no(text->code);
    else if (mgw_bytes_equal_fold(word, MGW_LIT("BAD")))
        *status = SMGW_ERR_UNSUPPORTED;
    else
        return false;
    return true;
}

static void complete(mgw_imap *imap, mgw_imap_command *command, smgw_status status, const mgw_imap_resp_text *text)
{
    bool opened = command->kind == MGW_IMAP_KIND_EXAMINE && status == SMGW_OK;
    if (opened)
        mgw_imap_push(imap, MGW_IMAP_MAILBOX, command->id)->mailbox = imap->mailbox;
    else if (mgw_imap_changes_mailbox(command))
        imap->mailbox = (mgw_imap_mailbox){ 0 };
    imap->ended = imap->ended || command->kind == MGW_IMAP_KIND_LOGOUT;
    mgw_imap_done *done = &mgw_imap_push(imap, MGW_IMAP_DONE, command->id)->done;
    *done = (mgw_imap_done){ status, command->items, text->code, text->text };
    imap->responses = 0;
    imap->reader.octets = 0;
    mgw_imap_drop(imap, command);
    mgw_imap_pump(imap);
}

static void on_tagged(mgw_imap *imap, mgw_bytes tag, mgw_imap_lexer *lexer)
{
    bool too_early = false;
    mgw_imap_command *command = find_tagged(imap, tag, &too_early);
    mgw_bytes word = { 0 };
    if (command == NULL) {
        imap->responses++;
        imap->defects++;
        return;
    }
    bool good = mgw_imap_lex_char(lexer, ' ') && mgw_imap_lex_atom(lexer, &word) &&
                (mgw_imap_lex_char(lexer, ' ') || mgw_imap_lex_end(lexer));
    mgw_imap_resp_text text = mgw_imap_parse_resp_text(mgw_imap_lex_rest(lexer));
    smgw_status status = SMGW_OK;
    if (!good || !status_of_word(word, &text, &status)) {
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "a tagged response must say OK, NO or BAD");
        return;
    }
    if (too_early || (status == SMGW_OK && mgw_imap_waits(command))) {
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "a command is completed before what it depends on");
        return;
    }
    if (status == SMGW_OK)
        apply_code(imap, &text);
    if (imap->status == SMGW_OK)
        complete(imap, command, status, &text);
}

typedef struct data_kind {
    const char *word;
    void (*handle)(mgw_imap *imap, mgw_imap_lexer *lexer);
} data_kind;

static const data_kind data_kinds[] = {
    { "CAPABILITY", on_capability },
    { "LIST", on_list },
    { "SEARCH", on_search },
    { "ESEARCH", on_esearch },
};

static void on_data(mgw_imap *imap, mgw_bytes word, mgw_imap_lexer *lexer)
{
    uint64_t number = 0;
    for (size_t i = 0; i < sizeof data_kinds / sizeof data_kinds[0]; i++) {
        if (mgw_bytes_equal_fold(word, mgw_bytes_str(data_kinds[i].word))) {
            data_kinds[i].handle(imap, lexer);
            return;
        }
    }
    if (mgw_bytes_to_u64(word, UINT32_MAX, &number))
        on_numbered(imap, lexer, (uint32_t)number);
}

static void on_untagged(mgw_imap *imap, mgw_imap_lexer *lexer)
{
    mgw_bytes word = { 0 };
    imap->responses++;
    if (!mgw_imap_lex_char(lexer, ' ') || !mgw_imap_lex_atom(lexer, &word))
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "an untagged response must begin with a word");
    else if (imap->reader.kind == MGW_IMAP_LINE_TEXT)
        on_untagged_status(imap, word, lexer);
    else
        on_data(imap, word, lexer);
}

void mgw_imap_on_response(mgw_imap *imap)
{
    mgw_bytes response = mgw_imap_reader_response(&imap->reader);
    if (imap->reader.kind == MGW_IMAP_LINE_FETCH) {
        imap->responses++;
        on_fetch(imap, response);
        return;
    }
    mgw_arena_free(&imap->envelopes);
    mgw_imap_lexer lexer = mgw_imap_lexer_of(response, &imap->envelopes);
    mgw_bytes first = { 0 };
    if (!mgw_imap_lex_atom(&lexer, &first)) {
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "a response must begin with a word");
        return;
    }
    if (mgw_bytes_equal(first, MGW_LIT("*")))
        on_untagged(imap, &lexer);
    else if (mgw_bytes_equal(first, MGW_LIT("+"))) {
        if (!mgw_imap_open_gate(imap))
            mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "a continuation that nothing waits for");
    } else {
        on_tagged(imap, first, &lexer);
    }
}
