/* SPDX-License-Identifier: MIT */
/*
 * HTML as readable text (docs/decisions/0006-html-to-text.md). libxml2 reads it in small pieces and reports elements
 * as they come; no tree is built.
 */
#ifndef MGW_MIME_HTML_TEXT_H
#define MGW_MIME_HTML_TEXT_H

#include "base/buf.h"

enum {
    MGW_HTML_MAX_DEPTH = 4000,       /* Open elements. */
    MGW_HTML_MAX_NODES = 5000000,    /* Elements. */
    MGW_HTML_MAX_TAG = 64 * 1024,    /* Octets of a tag that is not closed. */
    MGW_HTML_MAX_WORD = 8 * 1024,    /* Octets of letters, digits and "+/=-_%"; the rest of a longer word is left out. */
    MGW_HTML_MAX_NAMES = 10000,      /* Different names of elements and attributes. */
    MGW_HTML_MAX_WORK = 50000000     /* Steps that the parser takes beyond one for each octet: see html_text.c. */
};

typedef struct mgw_html_text {
    uint32_t defects;   /* Bits of smgw_view_defect. Where a limit ends the work, what came before is there. */
    ptrdiff_t reply_at; /* Offset of the line with which Outlook begins the message that is answered, or -1. */
} mgw_html_text;

/*
 * Appends the text of `html` to the empty `out`, as smgw_view_new() describes it; what does not fit its cap is left out.
 * `html` is meant to be UTF-8, whatever it says itself; other bytes become U+FFFD. Returns SMGW_OK or SMGW_ERR_NO_MEMORY.
 */
smgw_status mgw_html_to_text(mgw_bytes html, mgw_buf *out, mgw_html_text *result);

#endif
