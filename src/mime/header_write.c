/* SPDX-License-Identifier: MIT */
#include "mime/header.h"

#include "base/utf8.h"
#include "mime/token.h"
#include "text/check.h"
#include "text/encoded_word.h"

#include "simplemailgw/sanitize.h"

/* Undoes a field that could not be written, so that no half of it stays. */
static smgw_status undo(mgw_buf *out, size_t len, smgw_status status)
{
    mgw_buf_truncate(out, len);
    return status;
}

smgw_status mgw_header_write_text(mgw_buf *out, const char *name, mgw_bytes text)
{
    size_t start = out->len;
    mgw_buf_add_str(out, name);
    mgw_buf_add_str(out, ": ");
    size_t column = out->len - start;
    smgw_status status = mgw_encode_unstructured(text, &column, out);
    if (status != SMGW_OK)
        return undo(out, start, status);
    return mgw_buf_add_str(out, "\r\n");
}

smgw_status mgw_header_write_plain(mgw_buf *out, const char *name, const char *value)
{
    if (mgw_check_ascii_text(value, strlen(value), MGW_HEADER_MAX_LINE / 2) != SMGW_RULE_OK)
        return SMGW_ERR_INVALID;
    mgw_buf_add_str(out, name);
    mgw_buf_add_str(out, ": ");
    mgw_buf_add_str(out, value);
    return mgw_buf_add_str(out, "\r\n");
}

/* A blank before the next `len` octets, or a fold where they would not fit the line. */
static void add_blank(mgw_buf *out, size_t *column, size_t len)
{
    if (*column + 1 + len > MGW_HEADER_LINE) {
        mgw_buf_add_str(out, "\r\n");
        *column = 0;
    }
    mgw_buf_add_byte(out, ' ');
    ++*column;
}

static void add_counted(mgw_buf *out, size_t *column, mgw_bytes text)
{
    mgw_buf_add_bytes(out, text);
    *column += text.len;
}

smgw_status mgw_header_write_ids(mgw_buf *out, const char *name, mgw_bytes ids)
{
    size_t start = out->len;
    mgw_buf_add_str(out, name);
    mgw_buf_add_byte(out, ':');
    size_t column = out->len - start;
    while (ids.len > 0) {
        mgw_bytes id = mgw_bytes_slice(ids, 0, mgw_bytes_find(ids, ' '));
        ids = mgw_bytes_slice(ids, id.len + 1, ids.len);
        if (smgw_sanitize_message_id(id.data, id.len) != SMGW_RULE_OK)
            return undo(out, start, SMGW_ERR_INVALID);
        add_blank(out, &column, id.len);
        add_counted(out, &column, id);
    }
    return mgw_buf_add_str(out, "\r\n");
}

void mgw_header_list_begin(mgw_header_list *list, mgw_buf *out, const char *name)
{
    size_t start = out->len;
    mgw_buf_add_str(out, name);
    mgw_buf_add_byte(out, ':');
    *list = (mgw_header_list){ out, out->len - start, 0, SMGW_OK };
}

void mgw_header_list_add(mgw_header_list *list, mgw_bytes display_name, mgw_bytes address)
{
    if (list->status != SMGW_OK)
        return;
    if (smgw_validate_email(address.data, address.len) != SMGW_RULE_OK) {
        list->status = SMGW_ERR_INVALID;
        return;
    }
    if (list->count++ > 0)
        add_counted(list->out, &list->column, MGW_LIT(","));
    if (display_name.len == 0) {
        add_blank(list->out, &list->column, address.len + 1);
        add_counted(list->out, &list->column, address);
        return;
    }
    size_t whole = display_name.len + address.len + 6;
    add_blank(list->out, &list->column, whole < MGW_HEADER_LINE ? whole : MGW_HEADER_LINE / 2);
    list->status = mgw_encode_phrase(display_name, &list->column, list->out);
    add_blank(list->out, &list->column, address.len + 3);
    add_counted(list->out, &list->column, MGW_LIT("<"));
    add_counted(list->out, &list->column, address);
    add_counted(list->out, &list->column, MGW_LIT(">"));
}

smgw_status mgw_header_list_end(mgw_header_list *list)
{
    mgw_buf_add_str(list->out, "\r\n");
    return list->status != SMGW_OK ? list->status : list->out->status;
}

/* The octets of a quoted string with its quotes; 0 where the text is not printable ASCII. */
static size_t quoted_len(mgw_bytes text)
{
    size_t len = 2;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c < ' ' || c > '~')
            return 0;
        len += c == '"' || c == '\\' ? 2 : 1;
    }
    return len;
}

static void add_quoted(mgw_buf *out, mgw_bytes text)
{
    mgw_buf_add_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\')
            mgw_buf_add_byte(out, '\\');
        mgw_buf_add_byte(out, text.data[i]);
    }
    mgw_buf_add_byte(out, '"');
}

/* attribute-char of RFC 2231. */
static bool is_attribute(char c)
{
    return mgw_is_token(c) && c != '*' && c != '\'' && c != '%';
}

static size_t percent_len(mgw_bytes text)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++)
        len += is_attribute(text.data[i]) ? 1 : 3;
    return len;
}

static void add_percent(mgw_buf *out, mgw_bytes text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        const char escaped[3] = { '%', digits[c >> 4], digits[c & 15] };
        if (is_attribute(text.data[i]))
            mgw_buf_add_byte(out, text.data[i]);
        else
            mgw_buf_add(out, escaped, 3);
    }
}

/* The longest beginning of `text`, whole characters, whose percent encoding has at most `room` octets; one at least. */
static size_t fitting(mgw_bytes text, size_t room)
{
    size_t taken = 0, used = 0;
    while (taken < text.len) {
        uint32_t rune = 0;
        size_t len = mgw_utf8_decode(text.data + taken, text.len - taken, &rune);
        used += percent_len(mgw_bytes_slice(text, taken, len));
        if (used > room && taken > 0)
            break;
        taken += len;
    }
    return taken;
}

/* One segment on a line of its own. Returns what it took of `text`. */
static size_t add_segment(mgw_buf *out, size_t *column, const char *name, uint64_t number, mgw_bytes text)
{
    size_t start = out->len + 3;
    mgw_buf_add_str(out, ";\r\n ");
    mgw_buf_add_str(out, name);
    mgw_buf_add_byte(out, '*');
    mgw_buf_add_u64(out, number);
    mgw_buf_add_str(out, number == 0 ? "*=utf-8''" : "*=");
    size_t used = out->len - start;
    size_t taken = fitting(text, used + 1 < MGW_HEADER_LINE ? MGW_HEADER_LINE - 1 - used : 0);
    add_percent(out, mgw_bytes_slice(text, 0, taken));
    *column = out->len - start;
    return taken;
}

static void add_extended(mgw_buf *out, size_t *column, const char *name, mgw_bytes value)
{
    size_t len = strlen(name) + strlen("*=utf-8''") + percent_len(value);
    if (len + 2 <= MGW_HEADER_LINE) {
        add_counted(out, column, MGW_LIT(";"));
        add_blank(out, column, len + 1);
        mgw_buf_add_str(out, name);
        mgw_buf_add_str(out, "*=utf-8''");
        add_percent(out, value);
        *column += len;
        return;
    }
    for (uint64_t number = 0; value.len > 0 && out->status == SMGW_OK; number++) {
        size_t taken = add_segment(out, column, name, number, value);
        value = mgw_bytes_slice(value, taken, value.len);
    }
}

smgw_status mgw_header_add_param(mgw_buf *out, size_t *column, const char *name, mgw_bytes value)
{
    if (!mgw_utf8_valid(value.data, value.len))
        return SMGW_ERR_INVALID;
    size_t quoted = quoted_len(value);
    size_t room = MGW_HEADER_LINE - strlen(name) - 3;
    if (quoted == 0 || quoted > room) {
        add_extended(out, column, name, value);
        return out->status;
    }
    bool is_token = mgw_is_token_text(value);
    add_counted(out, column, MGW_LIT(";"));
    add_blank(out, column, strlen(name) + 1 + quoted + 1);
    add_counted(out, column, mgw_bytes_str(name));
    add_counted(out, column, MGW_LIT("="));
    if (is_token)
        mgw_buf_add_bytes(out, value);
    else
        add_quoted(out, value);
    *column += is_token ? value.len : quoted;
    return out->status;
}
