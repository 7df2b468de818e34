/* SPDX-License-Identifier: MIT */
#include "smtp/data_encoder.h"

/* How far a line end is looked for in one go: long for a line of mail, short enough for a text of line ends only. */
enum { WINDOW = 256 };

/* The length of the window up to the first CR or LF, or all of it. */
static size_t line_len(mgw_bytes window)
{
    size_t len = mgw_bytes_find(window, '\n');
    return mgw_bytes_find(mgw_bytes_slice(window, 0, len), '\r');
}

static char *put(char *to, const char *data, size_t len)
{
    memcpy(to, data, len);
    return to + len;
}

/*
 * Writes the next line of the text, or a piece of it, to `to`. Returns how many bytes of the text that took, at
 * least 1. Where the text ends with CR, its line end is written; an LF that the next text begins with is then passed
 * over.
 */
static size_t encode_line(mgw_smtp_data_encoder *encoder, mgw_bytes text, char **to)
{
    if (encoder->after_cr && text.data[0] == '\n') {
        encoder->after_cr = false;
        return 1;
    }
    encoder->after_cr = false;
    if (!encoder->in_line && text.data[0] == '.')
        *to = put(*to, ".", 1);
    mgw_bytes window = mgw_bytes_slice(text, 0, WINDOW);
    size_t len = line_len(window);
    *to = put(*to, text.data, len);
    encoder->in_line = len == window.len;
    if (encoder->in_line)
        return len;
    *to = put(*to, "\r\n", 2);
    if (text.data[len] == '\n')
        return len + 1;
    if (len + 1 < text.len && text.data[len + 1] == '\n')
        return len + 2;
    encoder->after_cr = true;
    return len + 1;
}

smgw_status mgw_smtp_data_encode(mgw_smtp_data_encoder *encoder, mgw_bytes data, mgw_buf *out)
{
    if (data.len == 0)
        return out->status;
    /* Each byte becomes two at most: a line break CRLF, a dot two dots. */
    char *room = mgw_buf_reserve(out, data.len > SIZE_MAX / 2 ? SIZE_MAX : 2 * data.len);
    if (room == NULL)
        return out->status;
    char *to = room;
    for (size_t at = 0; at < data.len;)
        at += encode_line(encoder, mgw_bytes_slice(data, at, SIZE_MAX), &to);
    mgw_buf_commit(out, (size_t)(to - room));
    return SMGW_OK;
}

smgw_status mgw_smtp_data_finish(mgw_smtp_data_encoder *encoder, mgw_buf *out)
{
    if (encoder->in_line && mgw_buf_add(out, "\r\n", 2) != SMGW_OK)
        return out->status;
    *encoder = (mgw_smtp_data_encoder)MGW_SMTP_DATA_ENCODER_INIT;
    return out->status;
}
