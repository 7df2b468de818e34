/* SPDX-License-Identifier: MIT */
/*
 * What the elements of HTML mean for a text that is only read.
 */
#ifndef MGW_MIME_HTML_TEXT_TAGS_H
#define MGW_MIME_HTML_TEXT_TAGS_H

#include <stdint.h>

typedef enum mgw_tag_role {
    MGW_TAG_INLINE = 0,
    MGW_TAG_BLOCK,     /* Its text has lines of its own. */
    MGW_TAG_PARAGRAPH, /* And a blank line around them. */
    MGW_TAG_DROPPED,   /* Its content is no text of the message. */
    MGW_TAG_BREAK,
    MGW_TAG_RULE,
    MGW_TAG_LIST,
    MGW_TAG_NUMBERED_LIST,
    MGW_TAG_ITEM,
    MGW_TAG_QUOTE,
    MGW_TAG_PREFORMATTED,
    MGW_TAG_CELL,
    MGW_TAG_LINK,
    MGW_TAG_IMAGE
} mgw_tag_role;

/* `name` in lower case; unknown ones are inline. */
mgw_tag_role mgw_tag_role_of(const char *name);

#endif
