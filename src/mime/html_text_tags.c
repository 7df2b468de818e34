/* SPDX-License-Identifier: MIT */
#include "mime/html_text_tags.h"

#include <stdlib.h>
#include <string.h>

typedef struct tag {
    const char *name;
    mgw_tag_role role;
} tag;

/* In the order of strcmp(). */
static const tag tags[] = {
    { "a", MGW_TAG_LINK },
    { "address", MGW_TAG_BLOCK },
    { "applet", MGW_TAG_DROPPED },
    { "area", MGW_TAG_INLINE },
    { "article", MGW_TAG_BLOCK },
    { "aside", MGW_TAG_BLOCK },
    { "audio", MGW_TAG_DROPPED },
    { "blockquote", MGW_TAG_QUOTE },
    { "body", MGW_TAG_BLOCK },
    { "br", MGW_TAG_BREAK },
    { "canvas", MGW_TAG_DROPPED },
    { "caption", MGW_TAG_BLOCK },
    { "center", MGW_TAG_BLOCK },
    { "datalist", MGW_TAG_DROPPED },
    { "dd", MGW_TAG_BLOCK },
    { "details", MGW_TAG_BLOCK },
    { "dialog", MGW_TAG_BLOCK },
    { "dir", MGW_TAG_LIST },
    { "div", MGW_TAG_BLOCK },
    { "dl", MGW_TAG_BLOCK },
    { "dt", MGW_TAG_BLOCK },
    { "fieldset", MGW_TAG_BLOCK },
    { "figcaption", MGW_TAG_BLOCK },
    { "figure", MGW_TAG_BLOCK },
    { "footer", MGW_TAG_BLOCK },
    { "form", MGW_TAG_BLOCK },
    { "h1", MGW_TAG_PARAGRAPH },
    { "h2", MGW_TAG_PARAGRAPH },
    { "h3", MGW_TAG_PARAGRAPH },
    { "h4", MGW_TAG_PARAGRAPH },
    { "h5", MGW_TAG_PARAGRAPH },
    { "h6", MGW_TAG_PARAGRAPH },
    { "header", MGW_TAG_BLOCK },
    { "hr", MGW_TAG_RULE },
    { "html", MGW_TAG_BLOCK },
    { "iframe", MGW_TAG_DROPPED },
    { "img", MGW_TAG_IMAGE },
    { "legend", MGW_TAG_BLOCK },
    { "li", MGW_TAG_ITEM },
    { "listing", MGW_TAG_PREFORMATTED },
    { "main", MGW_TAG_BLOCK },
    { "math", MGW_TAG_DROPPED },
    { "menu", MGW_TAG_LIST },
    { "nav", MGW_TAG_BLOCK },
    { "ol", MGW_TAG_NUMBERED_LIST },
    { "optgroup", MGW_TAG_DROPPED },
    { "option", MGW_TAG_DROPPED },
    { "p", MGW_TAG_PARAGRAPH },
    { "pre", MGW_TAG_PREFORMATTED },
    { "script", MGW_TAG_DROPPED },
    { "section", MGW_TAG_BLOCK },
    { "select", MGW_TAG_DROPPED },
    { "style", MGW_TAG_DROPPED },
    { "summary", MGW_TAG_BLOCK },
    { "svg", MGW_TAG_DROPPED },
    { "table", MGW_TAG_BLOCK },
    { "tbody", MGW_TAG_BLOCK },
    { "td", MGW_TAG_CELL },
    { "template", MGW_TAG_DROPPED },
    { "textarea", MGW_TAG_DROPPED },
    { "tfoot", MGW_TAG_BLOCK },
    { "th", MGW_TAG_CELL },
    { "thead", MGW_TAG_BLOCK },
    { "title", MGW_TAG_DROPPED },
    { "tr", MGW_TAG_BLOCK },
    { "ul", MGW_TAG_LIST },
    { "video", MGW_TAG_DROPPED },
    { "xml", MGW_TAG_DROPPED },
    { "xmp", MGW_TAG_PREFORMATTED },
};

static int compare(const void *name, const void *entry)
{
    return strcmp(name, ((const tag *)entry)->name);
}

mgw_tag_role mgw_tag_role_of(const char *name)
{
    const tag *found = bsearch(name, tags, sizeof tags / sizeof tags[0], sizeof tags[0], compare);
    return found != NULL ? found->role : MGW_TAG_INLINE;
}
