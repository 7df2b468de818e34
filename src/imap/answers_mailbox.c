/* SPDX-License-Identifier: MIT */
#include "imap/answers.h"

static bool examining(mgw_imap *imap)
{
    return mgw_imap_find_started(imap, MGW_IMAP_KIND_EXAMINE) != NULL;
}

void mgw_imap_on_list(mgw_imap *imap, mgw_imap_lexer *lexer)
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

/* What "[UIDVALIDITY n]" and its like say about the folder that is being opened. */
void mgw_imap_apply_code(mgw_imap *imap, const mgw_imap_resp_text *text)
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
