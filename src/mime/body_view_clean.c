/* SPDX-License-Identifier: MIT */
#include "mime/body_view.h"

#include "base/utf8.h"
#include "mime/text_flags.h"

/* The bytes at the start of `text` that stay as they are: printable ASCII, TAB and LF. */
static size_t plain_run(mgw_bytes text)
{
    size_t i = 0;
    while (i < text.len && ((text.data[i] >= ' ' && text.data[i] < 0x7f) || text.data[i] == '\n' || text.data[i] == '\t'))
        i++;
    return i;
}

/* One character that is none of these. Returns its length. */
static size_t clean_rune(mgw_bytes text, uint32_t *previous, mgw_buf *out, uint32_t *defects)
{
    uint32_t rune = 0;
    size_t step = mgw_utf8_decode(text.data, text.len, &rune);
    if (step == 0) {
        *defects |= SMGW_VIEW_INVALID;
        *previous = 0xfffd;
        (void)mgw_buf_add_str(out, "\xef\xbf\xbd");
        return 1;
    }
    if (rune == '\r' && text.len > 1 && text.data[1] == '\n')
        return 1;
    if (mgw_rune_is_line_break(rune)) {
        *previous = '\n';
        (void)mgw_buf_add_byte(out, '\n');
    } else if (mgw_rune_is_control(rune)) {
        *defects |= SMGW_VIEW_CONTROL;
    } else if (mgw_rune_is_invisible(rune) && !mgw_rune_shapes(*previous, rune)) {
        *defects |= SMGW_VIEW_INVISIBLE;
    } else {
        *previous = rune;
        (void)mgw_buf_add(out, text.data, step);
    }
    return step;
}

smgw_status mgw_view_clean(mgw_bytes text, mgw_buf *out, uint32_t *defects)
{
    uint32_t previous = 0;
    while (text.len > 0 && out->status == SMGW_OK) {
        size_t step = plain_run(text);
        if (step > 0) {
            (void)mgw_buf_add(out, text.data, step);
            previous = (unsigned char)text.data[step - 1];
        } else {
            step = clean_rune(text, &previous, out, defects);
        }
        text = mgw_bytes_slice(text, step, SIZE_MAX);
    }
    if (out->status == SMGW_ERR_TOO_LARGE)
        *defects |= SMGW_VIEW_CUT;
    return out->status == SMGW_ERR_NO_MEMORY ? SMGW_ERR_NO_MEMORY : SMGW_OK;
}
