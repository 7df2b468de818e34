/* SPDX-License-Identifier: MIT */
#include "imap/answers.h"

static bool is_utf8(const mgw_imap *imap)
{
    return (imap->enabled & MGW_IMAP_CAP_UTF8_ACCEPT) != 0;
}

static bool opening(mgw_imap *imap)
{
    return mgw_imap_find_started(imap, MGW_IMAP_KIND_OPEN) != NULL;
}

/* The outstanding command that asked for the STATUS of this folder. */
static mgw_imap_command *find_status(mgw_imap *imap, mgw_bytes wire_name)
{
    for (mgw_imap_command *command = imap->commands; command != NULL && command->started; command = command->next)
        if (command->kind == MGW_IMAP_KIND_STATUS && mgw_imap_is_quoted(command->view, wire_name))
            return command;
    /* Or the LIST that counts, of which there is no other beside. */
    mgw_imap_command *list = mgw_imap_find_started(imap, MGW_IMAP_KIND_LIST);
    return list != NULL && list->counts != 0 ? list : NULL;
}

void mgw_imap_on_status(mgw_imap *imap, mgw_imap_lexer *lexer)
{
    mgw_imap_counts counts;
    smgw_status status = mgw_imap_lex_char(lexer, ' ')
                             ? mgw_imap_parse_counts(lexer, is_utf8(imap), &imap->name, &counts)
                             : SMGW_ERR_PROTOCOL;
    if (status != SMGW_OK) {
        mgw_imap_fail(
            imap, status, status == SMGW_ERR_PROTOCOL ? "STATUS does not match the grammar" : mgw_imap_out_of_memory);
        return;
    }
    mgw_imap_command *command = find_status(imap, counts.wire_name);
    if (command == NULL) {
        imap->defects++;
        return;
    }
    command->items += command->kind == MGW_IMAP_KIND_STATUS ? 1 : 0;
    mgw_imap_push(imap, MGW_IMAP_STATUS, command->id)->counts = counts;
}

void mgw_imap_on_list(mgw_imap *imap, mgw_imap_lexer *lexer)
{
    mgw_imap_command *command = mgw_imap_find_started(imap, MGW_IMAP_KIND_LIST);
    if (command == NULL) {
        imap->defects++;
        return;
    }
    mgw_imap_list_item item;
    smgw_status status = mgw_imap_lex_char(lexer, ' ') ? mgw_imap_parse_list(lexer, is_utf8(imap), &imap->name, &item)
                                                       : SMGW_ERR_PROTOCOL;
    if (status != SMGW_OK) {
        mgw_imap_fail(
            imap, status, status == SMGW_ERR_PROTOCOL ? "LIST does not match the grammar" : mgw_imap_out_of_memory);
        return;
    }
    command->items++;
    imap->defects += item.name_valid ? 0 : 1;
    mgw_imap_push(imap, MGW_IMAP_LIST, command->id)->list = item;
}

static void on_exists(mgw_imap *imap, uint32_t number)
{
    imap->mailbox.exists = number;
    if (!opening(imap))
        mgw_imap_push(imap, MGW_IMAP_EXISTS, 0)->exists = number;
}

static void on_expunge(mgw_imap *imap, uint32_t number)
{
    if (number == 0 || number > imap->mailbox.exists) {
        imap->defects++;
        return;
    }
    imap->mailbox.exists--;
    if (!opening(imap))
        mgw_imap_push(imap, MGW_IMAP_EXPUNGE, 0)->exists = imap->mailbox.exists;
}

void mgw_imap_on_numbered(mgw_imap *imap, mgw_imap_lexer *lexer, uint32_t number)
{
    mgw_bytes word;
    if (!mgw_imap_lex_char(lexer, ' ') || !mgw_imap_lex_atom(lexer, &word) || !mgw_imap_lex_end(lexer))
        return;
    if (mgw_bytes_equal_fold(word, MGW_LIT("EXISTS")))
        on_exists(imap, number);
    else if (mgw_bytes_equal_fold(word, MGW_LIT("EXPUNGE")))
        on_expunge(imap, number);
}

static void apply_permanent_flags(mgw_imap *imap, mgw_bytes arguments)
{
    mgw_imap_lexer lexer = mgw_imap_lexer_of(arguments, &imap->envelopes);
    uint32_t bits = 0;
    bool any = false;
    if (!mgw_imap_parse_flags(&lexer, &bits, &any) || !mgw_imap_lex_end(&lexer)) {
        imap->defects++;
        return;
    }
    imap->mailbox.flags_said = true;
    imap->mailbox.permanent_flags = bits;
    imap->mailbox.new_keywords = any;
}

static void apply_number(mgw_imap *imap, mgw_bytes digits, uint32_t *out)
{
    uint64_t number = 0;
    if (mgw_bytes_to_u64(digits, UINT32_MAX, &number) && number > 0)
        *out = (uint32_t)number;
    else
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "UIDVALIDITY and UIDNEXT must be numbers above 0");
}

static void apply_modseq(mgw_imap *imap, mgw_bytes digits)
{
    if (!mgw_bytes_to_u64(digits, INT64_MAX, &imap->mailbox.highestmodseq))
        imap->defects++;
}

/* What came until now was of the folder that was open before. */
static void leave_folder(mgw_imap *imap)
{
    mgw_imap_find_started(imap, MGW_IMAP_KIND_OPEN)->leaves = false;
    imap->mailbox = (mgw_imap_mailbox){ 0 };
}

void mgw_imap_apply_code(mgw_imap *imap, const mgw_imap_resp_text *text)
{
    mgw_imap_mailbox *mailbox = &imap->mailbox;
    if (!opening(imap))
        return;
    if (mgw_bytes_equal_fold(text->code, MGW_LIT("READ-ONLY")))
        mailbox->read_only = true;
    else if (mgw_bytes_equal_fold(text->code, MGW_LIT("UIDVALIDITY")))
        apply_number(imap, text->arguments, &mailbox->uidvalidity);
    else if (mgw_bytes_equal_fold(text->code, MGW_LIT("UIDNEXT")))
        apply_number(imap, text->arguments, &mailbox->uidnext);
    else if (mgw_bytes_equal_fold(text->code, MGW_LIT("PERMANENTFLAGS")))
        apply_permanent_flags(imap, text->arguments);
    else if (mgw_bytes_equal_fold(text->code, MGW_LIT("HIGHESTMODSEQ")))
        apply_modseq(imap, text->arguments);
    else if (mgw_bytes_equal_fold(text->code, MGW_LIT("CLOSED")))
        leave_folder(imap);
}
