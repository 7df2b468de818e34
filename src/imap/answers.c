/* SPDX-License-Identifier: MIT */
/* What the server says, matched with what was asked. */
#include "imap/answers.h"

const char mgw_imap_out_of_memory[] = "out of memory";

static void on_capability(mgw_imap *imap, mgw_imap_lexer *lexer)
{
    mgw_imap_command *command = mgw_imap_find_started(imap, MGW_IMAP_KIND_CAPABILITY);
    mgw_imap_lex_char(lexer, ' ');
    imap->capabilities = mgw_imap_parse_capabilities(mgw_imap_lex_rest(lexer), &imap->append_limit);
    if (command != NULL)
        command->items++;
    mgw_imap_push(imap, MGW_IMAP_CAPABILITY, command != NULL ? command->id : 0)->capabilities = imap->capabilities;
}

static void on_untagged_status(mgw_imap *imap, mgw_bytes word, mgw_imap_lexer *lexer)
{
    mgw_imap_lex_char(lexer, ' ');
    mgw_imap_resp_text text = mgw_imap_parse_resp_text(mgw_imap_lex_rest(lexer));
    if (mgw_bytes_equal_fold(word, MGW_LIT("BYE")))
        mgw_imap_push(imap, MGW_IMAP_BYE, 0)->bye = text.text;
    else if (mgw_bytes_equal_fold(word, MGW_LIT("PREAUTH")))
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "PREAUTH after the greeting");
    else if (mgw_bytes_equal_fold(text.code, MGW_LIT("COPYUID")))
        mgw_imap_note_copyuid(imap, text.arguments);
    else
        mgw_imap_apply_code(imap, &text);
}

uint32_t mgw_imap_tag_number(const mgw_imap *imap, mgw_bytes tag)
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
    uint32_t number = mgw_imap_tag_number(imap, tag);
    *too_early = false;
    if (number > imap->last_id)
        return NULL;
    mgw_imap_command *command = imap->commands;
    /* The commands stand in the order of their numbers. */
    for (; command != NULL && command->started && command->id <= number; command = command->next) {
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

static void note_append(mgw_imap *imap, const mgw_imap_command *command, smgw_status status)
{
    imap->last_append = command->id;
    imap->last_append_stored = status == SMGW_OK;
    imap->owing = command->agreed && command->body_left > 0;
}

static void complete(mgw_imap *imap, mgw_imap_command *command, smgw_status status, const mgw_imap_resp_text *text)
{
    bool opened = command->kind == MGW_IMAP_KIND_OPEN && status == SMGW_OK;
    if (opened)
        mgw_imap_push(imap, MGW_IMAP_MAILBOX, command->id)->mailbox = imap->mailbox;
    else if (mgw_imap_changes_mailbox(command))
        imap->mailbox = (mgw_imap_mailbox){ 0 };
    if (mgw_imap_changes_mailbox(command) && status != SMGW_ERR_UNSUPPORTED && command->id > imap->last_select)
        imap->last_select = 0;
    if (mgw_imap_changes_mailbox(command) && status != SMGW_ERR_UNSUPPORTED)
        imap->is_open = opened;
    if ((command->features & MGW_IMAP_CAP_UTF8_ACCEPT) != 0 || command->kind == MGW_IMAP_KIND_COMPRESS)
        imap->switching = false;
    if (command->kind == MGW_IMAP_KIND_COMPRESS && status == SMGW_OK)
        imap->compressed = true;
    imap->ended = imap->ended || command->kind == MGW_IMAP_KIND_LOGOUT;
    mgw_imap_done *done = &mgw_imap_push(imap, MGW_IMAP_DONE, command->id)->done;
    done->status = status;
    done->items = command->items;
    done->code = text->code;
    done->text = text->text;
    mgw_imap_apply_done_code(imap, command, text, done);
    if (command->kind == MGW_IMAP_KIND_APPEND)
        note_append(imap, command, status);
    imap->responses = 0;
    imap->reader.octets = 0;
    mgw_imap_drop(imap, command);
    mgw_imap_pump(imap);
}

/* The server can have seen all of it. */
static bool is_complete(const mgw_imap *imap, const mgw_imap_command *command)
{
    if (command->kind == MGW_IMAP_KIND_APPEND)
        return mgw_imap_command_left(imap, command->id);
    return !mgw_imap_waits(command);
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
    if (too_early || (status == SMGW_OK && !is_complete(imap, command))) {
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "a command is completed before what it depends on");
        return;
    }
    if (status == SMGW_OK)
        mgw_imap_apply_code(imap, &text);
    if (imap->status == SMGW_OK)
        complete(imap, command, status, &text);
}

typedef struct data_kind {
    const char *word;
    void (*handle)(mgw_imap *imap, mgw_imap_lexer *lexer);
} data_kind;

static const data_kind data_kinds[] = {
    { "CAPABILITY", on_capability },
    { "LIST", mgw_imap_on_list },
    { "STATUS", mgw_imap_on_status },
    { "SEARCH", mgw_imap_on_search },
    { "ENABLED", mgw_imap_on_enabled },
    { "VANISHED", mgw_imap_on_vanished },
    { "ESEARCH", mgw_imap_on_esearch },
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
        mgw_imap_on_numbered(imap, lexer, (uint32_t)number);
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
        mgw_imap_on_fetch(imap, response);
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
