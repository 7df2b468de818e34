/* SPDX-License-Identifier: MIT */
#include "imap/answers.h"

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

void mgw_imap_on_search(mgw_imap *imap, mgw_imap_lexer *lexer)
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

void mgw_imap_on_esearch(mgw_imap *imap, mgw_imap_lexer *lexer)
{
    mgw_imap_command *command = mgw_imap_find_started(imap, MGW_IMAP_KIND_SEARCH);
    mgw_imap_esearch parsed;
    if (!mgw_imap_parse_esearch(lexer, &parsed)) {
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "ESEARCH does not match the grammar");
        return;
    }
    if (command == NULL || (parsed.tag.data != NULL && mgw_imap_tag_number(imap, parsed.tag) != command->id)) {
        imap->defects++;
        return;
    }
    /* Message numbers taken for UIDs would name other messages. */
    if (!parsed.uid)
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "ESEARCH must answer a UID SEARCH with UIDs");
    else
        give_search(imap, command, parsed.cursor, parsed.count);
}
