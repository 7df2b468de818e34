/* SPDX-License-Identifier: MIT */
#include "mime/mail.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "text/encoded_word.h"

/* What may be used on the way to a decoded field: a conversion asks for room for the worst case. */
enum { WORK_CAP = 4 * MGW_MAIL_MAX_FIELD };

static const char replacement[] = "\xef\xbf\xbd";

/* Makes a failure of the arena's user its own, so that one status tells of all. */
static char *fail(mgw_arena *arena, smgw_status status)
{
    if (arena->status == SMGW_OK)
        arena->status = status;
    return NULL;
}

/* Printable ASCII needs no further look, save for its blanks at both ends and encoded words. */
static bool is_simple(mgw_bytes raw)
{
    for (size_t i = 0; i < raw.len; i++) {
        unsigned char c = (unsigned char)raw.data[i];
        if (c < ' ' || c > '~' || (c == '=' && i + 1 < raw.len && raw.data[i + 1] == '?'))
            return false;
    }
    return true;
}

static const char *simple(mgw_arena *arena, mgw_bytes raw)
{
    raw = mgw_bytes_trim(raw);
    if (raw.len > MGW_MAIL_MAX_FIELD)
        return fail(arena, SMGW_ERR_TOO_LARGE);
    return mgw_arena_strndup(arena, raw);
}

/* Moves the text of `buf` into the arena and frees it. */
static char *finish(mgw_arena *arena, mgw_buf *buf)
{
    mgw_bytes trimmed = mgw_bytes_trim(mgw_buf_bytes(buf));
    char *text = NULL;
    if (buf->status == SMGW_OK && trimmed.len <= MGW_MAIL_MAX_FIELD)
        text = mgw_arena_strndup(arena, trimmed);
    else
        fail(arena, buf->status != SMGW_OK ? buf->status : SMGW_ERR_TOO_LARGE);
    mgw_buf_free(buf);
    return text;
}

const char *mgw_mail_text(mgw_arena *arena, mgw_bytes raw)
{
    if (is_simple(raw))
        return simple(arena, raw);
    mgw_buf buf = MGW_BUF_INIT(WORK_CAP);
    smgw_status status = mgw_encoded_word_decode(raw, &buf);
    if (status != SMGW_OK) {
        mgw_buf_free(&buf);
        return fail(arena, status);
    }
    return finish(arena, &buf);
}

/* The length of a line break that only folds: the blank behind it stays. 0 where there is none. */
static size_t fold_len(mgw_bytes raw, size_t at)
{
    size_t end = at;
    while (end < raw.len && (raw.data[end] == '\r' || raw.data[end] == '\n'))
        end++;
    return end > at && (end == raw.len || mgw_is_wsp((unsigned char)raw.data[end])) ? end - at : 0;
}

/* Appends the character at `at` in its clean form. Returns the bytes it stands for. */
static size_t add_clean(mgw_buf *buf, mgw_bytes raw, size_t at)
{
    uint32_t rune = 0;
    size_t len = mgw_utf8_decode(raw.data + at, raw.len - at, &rune);
    if (len == 0) {
        mgw_buf_add(buf, replacement, 3);
        return 1;
    }
    if (mgw_rune_is_control(rune))
        mgw_buf_add_byte(buf, ' ');
    else
        mgw_buf_add(buf, raw.data + at, len);
    return len;
}

static char *plain(mgw_arena *arena, mgw_bytes raw)
{
    mgw_buf buf = MGW_BUF_INIT(MGW_MAIL_MAX_FIELD);
    for (size_t at = 0; at < raw.len && buf.status == SMGW_OK;) {
        size_t fold = fold_len(raw, at);
        at += fold > 0 ? fold : add_clean(&buf, raw, at);
    }
    return finish(arena, &buf);
}

const char *mgw_mail_plain(mgw_arena *arena, mgw_bytes raw)
{
    return plain(arena, raw);
}

const char *mgw_mail_token(mgw_arena *arena, mgw_bytes raw)
{
    char *token = plain(arena, raw);
    for (char *c = token; c != NULL && *c != '\0'; c++)
        *c = (char)mgw_lower((unsigned char)*c);
    return token;
}

static bool is_msg_id_octet(unsigned char c)
{
    return c > ' ' && c != 0x7f && c != '<';
}

const char *mgw_mail_msg_id(mgw_arena *arena, mgw_bytes raw)
{
    for (size_t start = mgw_bytes_find(raw, '<'); start < raw.len;) {
        size_t end = start + 1;
        while (end < raw.len && raw.data[end] != '>' && is_msg_id_octet((unsigned char)raw.data[end]))
            end++;
        if (end < raw.len && raw.data[end] == '>' && end > start + 1)
            return mgw_mail_plain(arena, mgw_bytes_slice(raw, start, end + 1 - start));
        start = end + mgw_bytes_find(mgw_bytes_slice(raw, end, raw.len), '<');
    }
    return mgw_arena_strndup(arena, MGW_LIT(""));
}

const char *mgw_mail_media_type(mgw_arena *arena, mgw_bytes type, mgw_bytes subtype)
{
    mgw_buf buf = MGW_BUF_INIT(MGW_MAIL_MAX_FIELD);
    mgw_buf_add_bytes(&buf, type);
    mgw_buf_add_byte(&buf, '/');
    mgw_buf_add_bytes(&buf, subtype);
    const char *text = buf.status == SMGW_OK ? mgw_mail_token(arena, mgw_buf_bytes(&buf)) : fail(arena, buf.status);
    mgw_buf_free(&buf);
    return text;
}

const char *mgw_mail_disposition(mgw_bytes raw)
{
    raw = mgw_bytes_trim(raw);
    if (raw.len == 0)
        return "";
    return mgw_bytes_equal_fold(raw, MGW_LIT("inline")) ? "inline" : "attachment";
}

smgw_status mgw_mail_address(mgw_arena *arena, mgw_bytes name, mgw_bytes mailbox, mgw_bytes host, smgw_address *address)
{
    mgw_buf buf = MGW_BUF_INIT(MGW_MAIL_MAX_FIELD);
    if (mailbox.len > 0 && host.len > 0) {
        mgw_buf_add_bytes(&buf, mailbox);
        mgw_buf_add_byte(&buf, '@');
        mgw_buf_add_bytes(&buf, host);
    }
    address->name = mgw_mail_text(arena, name);
    address->address = buf.status == SMGW_OK ? mgw_mail_plain(arena, mgw_buf_bytes(&buf)) : fail(arena, buf.status);
    mgw_buf_free(&buf);
    return arena->status;
}

static bool type_begins(const smgw_part *part, mgw_bytes prefix)
{
    return mgw_bytes_starts_with_fold(mgw_bytes_str(part->media_type), prefix);
}

bool mgw_part_is_text(const smgw_part *part)
{
    return type_begins(part, MGW_LIT("text/"));
}

bool mgw_part_is_multipart(const smgw_part *part)
{
    return type_begins(part, MGW_LIT("multipart/"));
}

bool mgw_part_is_attachment(const smgw_part *part)
{
    if (mgw_part_is_multipart(part))
        return false;
    return part->filename[0] != '\0' || !mgw_part_is_text(part) || strcmp(part->disposition, "attachment") == 0;
}
