/* SPDX-License-Identifier: MIT */
#include "smtp/reply.h"

#include "base/error.h"

enum { CODE_LEN = 3, LINE_END_LEN = 2 };

void mgw_smtp_reply_init(mgw_smtp_reply *reply)
{
    *reply = (mgw_smtp_reply){ .code = 0 };
    mgw_buf_init(&reply->bytes, (size_t)MGW_SMTP_REPLY_MAX_LINE * MGW_SMTP_REPLY_MAX_LINES);
}

void mgw_smtp_reply_free(mgw_smtp_reply *reply)
{
    mgw_buf_free(&reply->bytes);
    mgw_smtp_reply_init(reply);
}

static void start_over(mgw_smtp_reply *reply)
{
    mgw_buf_clear(&reply->bytes);
    reply->line_start = 0;
    reply->lines = 0;
    reply->code = 0;
    reply->complete = false;
}

/* The code that begins a line, or 0. Real servers use second digits above the 5 of the grammar (571), so all pass. */
static int read_code(mgw_bytes line)
{
    int code = 0;
    if (line.len < CODE_LEN || line.data[0] < '2' || line.data[0] > '5')
        return 0;
    for (size_t i = 0; i < CODE_LEN; i++) {
        if (!mgw_is_digit((unsigned char)line.data[i]))
            return 0;
        code = code * 10 + (line.data[i] - '0');
    }
    return code;
}

/* Takes up a line that ends with LF; false where it is not one of a reply. */
static bool end_line(mgw_smtp_reply *reply)
{
    mgw_bytes line = mgw_bytes_slice(mgw_buf_bytes(&reply->bytes), reply->line_start, SIZE_MAX);
    size_t content = mgw_bytes_find(line, '\r');
    if (content + LINE_END_LEN != line.len || reply->lines == MGW_SMTP_REPLY_MAX_LINES)
        return false;
    line.len = content;
    int code = read_code(line);
    if (code == 0 || (reply->lines > 0 && code != reply->code))
        return false;
    char separator = line.len > CODE_LEN ? line.data[CODE_LEN] : ' ';
    if (separator != ' ' && separator != '-')
        return false;
    reply->code = code;
    reply->lines++;
    reply->line_start = reply->bytes.len;
    reply->complete = separator == ' ';
    return true;
}

/* Takes bytes of one line: the last of them, and no other, may be LF. */
static mgw_smtp_parse add_piece(mgw_smtp_reply *reply, mgw_bytes piece)
{
    size_t before = reply->bytes.len - reply->line_start;
    if (piece.len > MGW_SMTP_REPLY_MAX_LINE - before || memchr(piece.data, '\0', piece.len) != NULL)
        return MGW_SMTP_PARSE_BROKEN;
    smgw_status status = mgw_buf_add_bytes(&reply->bytes, piece);
    if (status != SMGW_OK)
        return status == SMGW_ERR_NO_MEMORY ? MGW_SMTP_PARSE_NO_MEMORY : MGW_SMTP_PARSE_BROKEN;
    if (piece.data[piece.len - 1] == '\n' && !end_line(reply))
        return MGW_SMTP_PARSE_BROKEN;
    return reply->complete ? MGW_SMTP_PARSE_REPLY : MGW_SMTP_PARSE_MORE;
}

mgw_smtp_parse mgw_smtp_reply_feed(mgw_smtp_reply *reply, mgw_bytes input, size_t *consumed)
{
    mgw_smtp_parse parse = MGW_SMTP_PARSE_MORE;
    if (reply->complete)
        start_over(reply);
    *consumed = 0;
    while (parse == MGW_SMTP_PARSE_MORE && *consumed < input.len) {
        mgw_bytes rest = mgw_bytes_slice(input, *consumed, SIZE_MAX);
        mgw_bytes piece = mgw_bytes_slice(rest, 0, mgw_bytes_find(rest, '\n') + 1);
        parse = add_piece(reply, piece);
        *consumed += piece.len;
    }
    return parse;
}

bool mgw_smtp_reply_line(const mgw_smtp_reply *reply, size_t *position, mgw_bytes *line)
{
    mgw_bytes rest = mgw_bytes_slice(mgw_buf_bytes(&reply->bytes), *position, SIZE_MAX);
    if (rest.len == 0)
        return false;
    size_t end = mgw_bytes_find(rest, '\n') + 1;
    *position += end;
    *line = mgw_bytes_slice(mgw_bytes_slice(rest, 0, end - LINE_END_LEN), CODE_LEN + 1, SIZE_MAX);
    return true;
}

static size_t count_digits(mgw_bytes text, size_t start)
{
    size_t end = start;
    while (end < text.len && mgw_is_digit((unsigned char)text.data[end]))
        end++;
    return end - start;
}

/* The length of the enhanced status code that begins the text, class "." 1*3DIGIT "." 1*3DIGIT, or 0. */
static size_t enhanced_len(int code, mgw_bytes text)
{
    int class = code / 100;
    if (class == 3 || text.len == 0 || text.data[0] != '0' + class)
        return 0;
    size_t at = 1;
    for (int part = 0; part < 2; part++) {
        if (at >= text.len || text.data[at] != '.')
            return 0;
        size_t digits = count_digits(text, at + 1);
        if (digits < 1 || digits > 3)
            return 0;
        at += 1 + digits;
    }
    return at == text.len || text.data[at] == ' ' ? at : 0;
}

void mgw_smtp_reply_split(int code, mgw_bytes line, mgw_bytes *enhanced, mgw_bytes *text)
{
    size_t len = enhanced_len(code, line);
    *enhanced = mgw_bytes_slice(line, 0, len);
    *text = mgw_bytes_slice(line, len > 0 ? len + 1 : 0, SIZE_MAX);
}

void mgw_smtp_reply_describe(
    const mgw_smtp_reply *reply, char *enhanced, size_t enhanced_size, char *text, size_t text_size)
{
    size_t position = 0;
    size_t used = 0;
    mgw_bytes line = { NULL, 0 };
    enhanced[0] = '\0';
    text[0] = '\0';
    while (mgw_smtp_reply_line(reply, &position, &line)) {
        mgw_bytes code;
        mgw_smtp_reply_split(reply->code, line, &code, &line);
        if (enhanced[0] == '\0')
            mgw_copy_printable(enhanced, enhanced_size, code.data, code.len);
        line = mgw_bytes_trim(line);
        if (line.len == 0 || used + 2 >= text_size)
            continue;
        if (used > 0)
            text[used++] = ' ';
        mgw_copy_printable(text + used, text_size - used, line.data, line.len);
        used += strlen(text + used);
    }
}
