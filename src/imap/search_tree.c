/* SPDX-License-Identifier: MIT */
/* A search with its alternatives and exceptions: "a b OR (c) OR (d) (e) NOT (f)". */
#include "imap/search.h"

typedef struct frame {
    const mgw_imap_search *search;
    size_t next; /* The next of `any`, then of `none`. */
} frame;

typedef struct walk {
    frame frames[MGW_IMAP_MAX_SEARCH_DEPTH + 1];
    size_t depth;
    size_t count; /* Searches entered. */
    smgw_status status;
} walk;

static void enter(walk *at, const mgw_imap_search *search)
{
    if (at->depth > MGW_IMAP_MAX_SEARCH_DEPTH || at->count >= MGW_IMAP_MAX_SEARCHES) {
        at->status = SMGW_ERR_TOO_LARGE;
        return;
    }
    at->count++;
    at->frames[at->depth++] = (frame){ search, 0 };
}

/* Enters the next search below the present one and says how it hangs there; false where there is none. */
static bool descend(walk *at, mgw_imap_branch *branch)
{
    frame *top = &at->frames[at->depth - 1];
    const mgw_imap_search *search = top->search;
    size_t i = top->next;
    if (i < search->any_count) {
        *branch = i + 1 < search->any_count ? MGW_IMAP_BRANCH_OR : MGW_IMAP_BRANCH_LAST;
        top->next++;
        enter(at, &search->any[i]);
        return true;
    }
    i -= search->any_count;
    if (i >= search->none_count)
        return false;
    *branch = MGW_IMAP_BRANCH_NOT;
    top->next++;
    enter(at, &search->none[i]);
    return true;
}

/* Looks at all of it before a byte is written. */
static smgw_status check(const mgw_imap *imap, const mgw_imap_search *search, bool *literal)
{
    walk at = { .status = SMGW_OK };
    mgw_imap_branch branch;
    enter(&at, search);
    at.status = mgw_imap_check_search(search, imap->capabilities, literal);
    while (at.depth > 0 && at.status == SMGW_OK) {
        if (!descend(&at, &branch))
            at.depth--;
        else if (at.status == SMGW_OK)
            at.status = mgw_imap_check_search(at.frames[at.depth - 1].search, imap->capabilities, literal);
    }
    return at.status;
}

static void write_tree(mgw_imap_writer *writer, const mgw_imap_search *search)
{
    walk at = { .status = SMGW_OK };
    mgw_imap_branch branch;
    enter(&at, search);
    mgw_imap_write_terms(writer, search);
    while (at.depth > 0) {
        if (descend(&at, &branch)) {
            mgw_imap_write_branch(writer, branch);
            mgw_imap_write_terms(writer, at.frames[at.depth - 1].search);
        } else if (--at.depth > 0) {
            mgw_imap_write_words(writer, ")");
        }
    }
}

smgw_status mgw_imap_uid_search(mgw_imap *imap, const mgw_imap_search *search, uint32_t *command)
{
    static const mgw_imap_search everything = { 0 };
    mgw_imap_draft made;
    bool literal = false;
    const mgw_imap_search *wanted = search != NULL ? search : &everything;
    smgw_status status = check(imap, wanted, &literal);
    if (status == SMGW_OK)
        status = mgw_imap_begin(imap, MGW_IMAP_KIND_SEARCH, &made);
    if (status != SMGW_OK)
        return status;
    bool extended = (imap->capabilities & (MGW_IMAP_CAP_ESEARCH | MGW_IMAP_CAP_IMAP4REV2)) != 0;
    mgw_imap_write_words(&made.writer, extended ? "UID SEARCH RETURN (ALL)" : "UID SEARCH");
    if (literal && !made.writer.utf8)
        mgw_imap_write_words(&made.writer, " CHARSET UTF-8");
    write_tree(&made.writer, wanted);
    return mgw_imap_finish(imap, &made, command);
}
