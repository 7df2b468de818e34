/* SPDX-License-Identifier: MIT */
#include "mime/flowed.h"

typedef struct line {
    size_t depth;   /* Quote marks. */
    mgw_bytes text; /* Without marks and stuffing. */
    bool flows;     /* Ends with a space and is no signature separator: the next line continues it. */
} line;

/* RFC 3676 section 4.5: first the quote marks, then the stuffed space; section 4.3: "-- " never flows. */
static line read_line(mgw_bytes raw)
{
    line result = { 0, raw, false };
    while (result.text.len > 0 && result.text.data[0] == '>') {
        result.depth++;
        result.text = mgw_bytes_slice(result.text, 1, SIZE_MAX);
    }
    if (result.text.len > 0 && result.text.data[0] == ' ')
        result.text = mgw_bytes_slice(result.text, 1, SIZE_MAX);
    result.flows = result.text.len > 0 && result.text.data[result.text.len - 1] == ' ' &&
                   !mgw_bytes_equal(result.text, MGW_LIT("-- "));
    return result;
}

static void begin_line(mgw_buf *out, const line *first)
{
    for (size_t i = 0; i < first->depth; i++)
        (void)mgw_buf_add_byte(out, '>');
    bool stuffed = first->depth > 0 ? first->text.len > 0 : first->text.len > 0 && first->text.data[0] == '>';
    if (stuffed)
        (void)mgw_buf_add_byte(out, ' ');
}

smgw_status mgw_flowed_decode(mgw_bytes text, bool delsp, mgw_buf *out)
{
    bool joining = false;
    size_t depth = 0;
    for (size_t at = 0; at < text.len && out->status == SMGW_OK;) {
        mgw_bytes rest = mgw_bytes_slice(text, at, SIZE_MAX);
        size_t end = mgw_bytes_find(rest, '\n');
        line next = read_line(mgw_bytes_slice(rest, 0, end));
        /* A separator, or a change of depth, ends a paragraph that claims to go on (section 4.5). */
        if (joining && (next.depth != depth || mgw_bytes_equal(next.text, MGW_LIT("-- ")))) {
            (void)mgw_buf_add_byte(out, '\n');
            joining = false;
        }
        if (!joining)
            begin_line(out, &next);
        (void)mgw_buf_add(out, next.text.data, next.text.len - (next.flows && delsp ? 1 : 0));
        joining = next.flows;
        depth = next.depth;
        if (!joining && end < rest.len)
            (void)mgw_buf_add_byte(out, '\n');
        at += end + 1;
    }
    return out->status;
}
