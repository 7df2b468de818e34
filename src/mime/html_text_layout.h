/* SPDX-License-Identifier: MIT */
/*
 * Lays words, breaks and marks out as lines of plain text: what is left of a page when only its order of reading counts.
 */
#ifndef MGW_MIME_HTML_TEXT_LAYOUT_H
#define MGW_MIME_HTML_TEXT_LAYOUT_H

#include "base/buf.h"

enum {
    MGW_LAYOUT_NO_MARK = -1,
    MGW_LAYOUT_MAX_QUOTE = 255, /* Levels that are shown; deeper ones look like the last. */
    MGW_LAYOUT_MAX_INDENT = 16  /* Levels of lists. */
};

/* Caller-owned; zeroed but for `out` and `mark`. Nothing to free. */
typedef struct mgw_layout {
    mgw_buf *out;
    unsigned quote;       /* Level of quotes that the next line has. */
    unsigned indent;      /* Level of lists. */
    unsigned preformatted; /* Blanks and line ends are kept while it is not 0. */
    int breaks;           /* Line ends that are due: 1 for a new line, 2 with a blank one between. */
    unsigned line_quote;  /* The level of the line that was written last. */
    bool line_open;       /* The line has text. */
    bool blank;           /* A space is due before the next word. */
    bool cell;            /* A cell's border is due. */
    bool hard_space;      /* The line has only no-break spaces so far: it is meant to be blank. */
    uint32_t previous;    /* The last character of the line, 0 at its beginning. */
    char bullet[16];      /* What the next line begins with, NUL-terminated, or "". */
    bool mark_next;       /* The next line's start goes to `mark`. */
    ptrdiff_t mark;       /* Offset in `out`, or MGW_LAYOUT_NO_MARK. */
    uint32_t defects;     /* SMGW_VIEW_INVISIBLE. */
} mgw_layout;

/* Appends valid UTF-8. Runs of blanks become one space, invisible characters go. */
void mgw_layout_text(mgw_layout *layout, mgw_bytes text);

/* The next word begins a new line; with count 2, behind a blank one. */
void mgw_layout_break(mgw_layout *layout, int count);

/* A line break of the author's: two of them make a blank line. */
void mgw_layout_newline(mgw_layout *layout);

/* The next word begins a cell of a table. */
void mgw_layout_cell(mgw_layout *layout);

/* The next line begins with `text`, ASCII, of at most 15 characters. */
void mgw_layout_bullet(mgw_layout *layout, const char *text);

#endif
