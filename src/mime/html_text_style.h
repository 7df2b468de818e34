/* SPDX-License-Identifier: MIT */
/*
 * What the inline style of an element says about whether its text is seen.
 */
#ifndef MGW_MIME_HTML_TEXT_STYLE_H
#define MGW_MIME_HTML_TEXT_STYLE_H

#include "base/bytes.h"

typedef enum mgw_style_size {
    MGW_STYLE_SIZE_UNSET = 0,
    MGW_STYLE_SIZE_ZERO,
    MGW_STYLE_SIZE_RELATIVE, /* To the parent's: still nothing where that is nothing. */
    MGW_STYLE_SIZE_SET
} mgw_style_size;

typedef struct mgw_style {
    bool hidden; /* Not displayed, not visible, fully transparent, or clipped to nothing. */
    bool preformatted; /* Blanks and line ends are kept. */
    bool tight;        /* No margin below: no blank line follows. */
    mgw_style_size font_size;
} mgw_style;

/*
 * Reads a `style` attribute. Escapes, comments and "!important" are understood; declarations longer than 256 characters
 * are left out. The work is linear.
 */
mgw_style mgw_style_parse(mgw_bytes text);

#endif
