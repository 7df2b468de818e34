/* SPDX-License-Identifier: MIT */
/*
 * The pieces of smgw_view (simplemailgw/view.h).
 */
#ifndef MGW_MIME_BODY_VIEW_H
#define MGW_MIME_BODY_VIEW_H

#include "base/buf.h"

#include "simplemailgw/view.h"

enum {
    MGW_VIEW_MAX_LEN = 64 * 1024 * 1024,
    MGW_VIEW_MAX_SPANS = 10000,
    MGW_VIEW_MAX_LEVEL = 255
};

/*
 * Appends text with every line break as LF, without control and invisible characters, bytes that are not UTF-8 as
 * U+FFFD. What does not fit the cap of `out` is left out, and SMGW_VIEW_CUT set. SMGW_OK or SMGW_ERR_NO_MEMORY.
 */
smgw_status mgw_view_clean(mgw_bytes text, mgw_buf *out, uint32_t *defects);

/* What the marks of a text look like. */
typedef struct mgw_view_marks {
    bool spaced_quotes;  /* "> > " is level 2, not a quote of level 1 that begins with "> ". */
    bool bare_separator; /* "--" begins a signature as "-- " does: HTML loses the space. */
    ptrdiff_t reply_at;  /* From this offset on all is quoted; -1: not known. */
} mgw_view_marks;

/* Appends the spans of `text` (smgw_view_span each) to `spans`. SMGW_OK or SMGW_ERR_NO_MEMORY. */
smgw_status mgw_view_mark(mgw_bytes text, const mgw_view_marks *marks, mgw_buf *spans, uint32_t *defects);

#endif
