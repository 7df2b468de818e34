/* SPDX-License-Identifier: MIT */
/* What response codes say of changes. */
#include "imap/answers.h"

/* Takes the text before the next blank and the blank. */
static mgw_bytes cut_word(mgw_bytes *rest)
{
    size_t end = mgw_bytes_find(*rest, ' ');
    mgw_bytes word = mgw_bytes_slice(*rest, 0, end);
    *rest = mgw_bytes_slice(*rest, end + 1, SIZE_MAX);
    return word;
}

static bool parse_uidvalidity(mgw_bytes *rest, uint32_t *out)
{
    uint64_t number = 0;
    if (!mgw_bytes_to_u64(cut_word(rest), UINT32_MAX, &number))
        return false;
    *out = (uint32_t)number;
    return number > 0;
}

bool mgw_imap_parse_copyuid(mgw_bytes arguments, mgw_imap_copied *out)
{
    uint64_t taken = 0;
    *out = (mgw_imap_copied){ 0 };
    if (!parse_uidvalidity(&arguments, &out->uidvalidity))
        return false;
    out->from = cut_word(&arguments);
    out->to = arguments;
    return mgw_imap_check_uids(out->from, &taken) && mgw_imap_check_uids(out->to, &out->count) && taken == out->count;
}

bool mgw_imap_parse_appenduid(mgw_bytes arguments, mgw_imap_copied *out)
{
    *out = (mgw_imap_copied){ 0 };
    if (!parse_uidvalidity(&arguments, &out->uidvalidity))
        return false;
    out->to = arguments;
    return mgw_imap_check_uids(out->to, &out->count) && out->count == 1;
}

void mgw_imap_note_copyuid(mgw_imap *imap, mgw_bytes arguments)
{
    if (mgw_imap_find_started(imap, MGW_IMAP_KIND_MOVE) == NULL) {
        imap->defects++;
        return;
    }
    mgw_buf_clear(&imap->copied);
    if (mgw_buf_add_bytes(&imap->copied, arguments) != SMGW_OK)
        mgw_imap_fail(imap, imap->copied.status, mgw_imap_out_of_memory);
}

static void apply_modified(mgw_imap *imap, mgw_bytes set, mgw_imap_done *done)
{
    uint64_t count = 0;
    if (mgw_imap_check_uids(set, &count))
        done->modified = set;
    else
        imap->defects++;
}

static void apply_copied(mgw_imap *imap, bool append, mgw_bytes arguments, mgw_imap_done *done)
{
    mgw_imap_copied copied;
    if (append ? mgw_imap_parse_appenduid(arguments, &copied) : mgw_imap_parse_copyuid(arguments, &copied))
        done->copied = copied;
    else
        imap->defects++;
}

void mgw_imap_apply_done_code(
    mgw_imap *imap, const mgw_imap_command *command, const mgw_imap_resp_text *text, mgw_imap_done *done)
{
    bool copyuid = mgw_bytes_equal_fold(text->code, MGW_LIT("COPYUID"));
    if (command->kind == MGW_IMAP_KIND_MOVE && !copyuid && imap->copied.len > 0)
        apply_copied(imap, false, mgw_buf_bytes(&imap->copied), done);
    if (mgw_bytes_equal_fold(text->code, MGW_LIT("HIGHESTMODSEQ")))
        mgw_bytes_to_u64(text->arguments, INT64_MAX, &done->highestmodseq);
    if (copyuid && command->copies)
        apply_copied(imap, false, text->arguments, done);
    if (command->kind == MGW_IMAP_KIND_APPEND && mgw_bytes_equal_fold(text->code, MGW_LIT("APPENDUID")))
        apply_copied(imap, true, text->arguments, done);
    if (command->kind == MGW_IMAP_KIND_CHANGE && mgw_bytes_equal_fold(text->code, MGW_LIT("MODIFIED")))
        apply_modified(imap, text->arguments, done);
}
