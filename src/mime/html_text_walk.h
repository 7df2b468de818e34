/* SPDX-License-Identifier: MIT */
/*
 * Follows the elements of a page as a parser reports them, and lays their text out. The stack of open elements is an
 * array; nothing recurses.
 */
#ifndef MGW_MIME_HTML_TEXT_WALK_H
#define MGW_MIME_HTML_TEXT_WALK_H

#include "mime/html_text_layout.h"

typedef struct mgw_walk {
    mgw_layout layout;
    mgw_buf frames; /* Of the open elements. */
    mgw_buf link;   /* The address of the open link, or empty. */
    size_t link_depth;
    size_t link_start; /* Where its text begins in the output. */
    uint32_t defects;
} mgw_walk;

/* Text goes to `out`, at most `max_depth` elements are open at a time. */
void mgw_walk_init(mgw_walk *walk, mgw_buf *out, size_t max_depth);
void mgw_walk_free(mgw_walk *walk);

/*
 * An element begins: `name` in lower case, `attributes` pairs of name and value (which may be NULL) up to a NULL, or NULL
 * for none. After a failure, which mgw_walk_status() names, nothing more may follow.
 */
void mgw_walk_open(mgw_walk *walk, const char *name, const char *const *attributes);

/* The element that was opened last ends. */
void mgw_walk_close(mgw_walk *walk);

/* Valid UTF-8. */
void mgw_walk_text(mgw_walk *walk, mgw_bytes text);

size_t mgw_walk_depth(const mgw_walk *walk);

/* SMGW_OK; SMGW_ERR_TOO_LARGE past the depth or for a full output; SMGW_ERR_NO_MEMORY. */
smgw_status mgw_walk_status(const mgw_walk *walk);

#endif
