/* SPDX-License-Identifier: MIT */
#include "mime/mail.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "text/encoded_word.h"

/* What may be used on the way to a decoded field: a conversion asks for room for the worst case. */
enum { WORK_CAP = 4 * MGW_MAIL_MAX_FIELD };

const char mgw_mail_too_long[1] = "";

static const char replacement[] = "\xef\xbf\xbd";

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

static const char *keep(mgw_arena *arena, mgw_bytes text)
{
    text = mgw_bytes_trim(text);
    return text.len <= MGW_MAIL_MAX_FIELD ? mgw_arena_strndup(arena, text) : mgw_mail_too_long;
}

/* Moves the text of `buf` into the arena and frees it. */
static const char *finish(mgw_arena *arena, mgw_buf *buf, smgw_status status)
{
    const char *text = NULL;
    if (status == SMGW_OK)
        text = keep(arena, mgw_buf_bytes(buf));
    else if (status == SMGW_ERR_TOO_LARGE)
        text = mgw_mail_too_long;
    else if (arena->status == SMGW_OK)
        arena->status = status;
    mgw_buf_free(buf);
    return text;
}

const char *mgw_mail_text(mgw_arena *arena, mgw_bytes raw)
{
    if (is_simple(raw))
        return keep(arena, raw);
    mgw_buf buf = MGW_BUF_INIT(WORK_CAP);
    return finish(arena, &buf, mgw_encoded_word_decode(raw, &buf));
}

static bool is_line_end(char c)
{
    return c == '\r' || c == '\n';
}

/* Whether the octet is part of a fold, or of a run of line ends whose last octet will make one space. */
static bool is_dropped(mgw_bytes raw, size_t at)
{
    if (!is_line_end(raw.data[at]))
        return false;
    return at + 1 == raw.len || mgw_is_wsp((unsigned char)raw.data[at + 1]) || is_line_end(raw.data[at + 1]);
}

/* Appends the character at `at` in its clean form. Returns the bytes it stands for. */
static size_t add_clean_at(mgw_buf *buf, mgw_bytes raw, size_t at)
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

static void add_clean(mgw_buf *buf, mgw_bytes raw)
{
    for (size_t at = 0; at < raw.len && buf->status == SMGW_OK;)
        at += is_dropped(raw, at) ? 1 : add_clean_at(buf, raw, at);
}

static const char *clean(mgw_arena *arena, mgw_bytes raw, bool lower)
{
    mgw_buf buf = MGW_BUF_INIT(WORK_CAP);
    add_clean(&buf, raw);
    for (size_t i = 0; lower && i < buf.len; i++)
        buf.data[i] = (char)mgw_lower((unsigned char)buf.data[i]);
    return finish(arena, &buf, buf.status);
}

const char *mgw_mail_plain(mgw_arena *arena, mgw_bytes raw)
{
    return clean(arena, raw, false);
}

const char *mgw_mail_token(mgw_arena *arena, mgw_bytes raw)
{
    return clean(arena, raw, true);
}

/* Cleans what was put together in `buf`, and frees it. */
static const char *finish_clean(mgw_arena *arena, mgw_buf *joined, bool lower)
{
    mgw_buf empty = MGW_BUF_INIT(0);
    const char *text =
        joined->status == SMGW_OK ? clean(arena, mgw_buf_bytes(joined), lower) : finish(arena, &empty, joined->status);
    mgw_buf_free(joined);
    return text;
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
    mgw_buf buf = MGW_BUF_INIT(WORK_CAP);
    mgw_buf_add_bytes(&buf, type);
    mgw_buf_add_byte(&buf, '/');
    mgw_buf_add_bytes(&buf, subtype);
    return finish_clean(arena, &buf, true);
}

const char *mgw_mail_disposition(mgw_bytes raw)
{
    raw = mgw_bytes_trim(raw);
    if (raw.len == 0)
        return "";
    return mgw_bytes_equal_fold(raw, MGW_LIT("inline")) ? "inline" : "attachment";
}

/* Whether `text` consists of letters and digits, `more`, and characters outside ASCII. */
static bool is_made_of(mgw_bytes text, const char *more)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x80 && !mgw_is_alnum(c) && (c == '\0' || strchr(more, c) == NULL))
            return false;
    }
    return text.len > 0;
}

/* A domain, or an address literal in its brackets. */
static bool is_host(mgw_bytes host)
{
    if (host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']')
        return is_made_of(mgw_bytes_slice(host, 1, host.len - 2), "-.:");
    return is_made_of(host, "-._");
}

/*
 * Quotes what is no atoms and dots. Dots may stand anywhere: addresses with two in a row are in use, unquoted, and reading
 * a message keeps them so.
 */
static void add_local_part(mgw_buf *buf, mgw_bytes local)
{
    if (is_made_of(local, ".!#$%&'*+-/=?^_`{|}~")) {
        mgw_buf_add_bytes(buf, local);
        return;
    }
    mgw_buf_add_byte(buf, '"');
    for (size_t i = 0; i < local.len; i++) {
        if (local.data[i] == '"' || local.data[i] == '\\')
            mgw_buf_add_byte(buf, '\\');
        mgw_buf_add_byte(buf, local.data[i]);
    }
    mgw_buf_add_byte(buf, '"');
}

/* The parts are cleaned before they are judged: a control character that becomes a blank needs its quotes. */
smgw_status mgw_mail_address(mgw_arena *arena, mgw_bytes name, mgw_bytes mailbox, mgw_bytes host, smgw_address *address)
{
    mgw_buf local = MGW_BUF_INIT(WORK_CAP), domain = MGW_BUF_INIT(WORK_CAP), buf = MGW_BUF_INIT(WORK_CAP);
    add_clean(&local, mailbox);
    add_clean(&domain, host);
    smgw_status status = local.status != SMGW_OK ? local.status : domain.status;
    if (status == SMGW_OK && local.len > 0 && is_host(mgw_buf_bytes(&domain))) {
        add_local_part(&buf, mgw_buf_bytes(&local));
        mgw_buf_add_byte(&buf, '@');
        mgw_buf_add_bytes(&buf, mgw_buf_bytes(&domain));
        status = buf.status;
    }
    mgw_buf_free(&local);
    mgw_buf_free(&domain);
    address->name = mgw_mail_text(arena, name);
    address->address = finish(arena, &buf, status);
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
