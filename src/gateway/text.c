/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/utf8.h"
#include "gateway/part.h"
#include "mime/content.h"

enum {
    ARENA_MAX = 16 * 1024 * 1024,
    TEXT_MAX = 64 * 1024 * 1024, /* The largest max_len. */
    /* Encoded octets that one octet of UTF-8 may take: three in quoted-printable, somewhat over five in UTF-32 as
       base64. */
    OCTETS_PER_BYTE = 6,
    OCTETS_MORE = 1024,
    RUNE_MAX = 4,
    REPLACEMENT_LEN = 3
};

#define REPLACEMENT "\357\277\275" /* U+FFFD */

/* What the decoder gives, line ends as LF, up to a little more than what is wanted. */
typedef struct text_reader {
    mgw_content_decoder *decoder;
    mgw_buf decoded;
    bool overflowed;
    bool after_cr;
} text_reader;

/* CR, LF and CRLF each end a line. */
static bool keep(void *context, const void *data, size_t len)
{
    text_reader *reader = context;
    const char *bytes = data;
    for (size_t i = 0; i < len && !reader->overflowed; i++) {
        bool second_half = bytes[i] == '\n' && reader->after_cr;
        reader->after_cr = bytes[i] == '\r';
        if (second_half)
            continue;
        reader->overflowed = reader->decoded.len == reader->decoded.cap;
        char byte = bytes[i] == '\r' ? '\n' : bytes[i];
        if (!reader->overflowed && mgw_buf_add_byte(&reader->decoded, byte) != SMGW_OK)
            return false;
    }
    return true;
}

static smgw_status decode(void *context, mgw_bytes octets, smgw_error *error)
{
    text_reader *reader = context;
    return mgw_content_decoder_feed(reader->decoder, octets.data, octets.len, error);
}

/* A decoder's writer can only say stop: what stopped it stands in the buffer. */
static smgw_status decoder_status(const text_reader *reader, smgw_status status, smgw_error *error)
{
    if (reader->decoded.status != SMGW_OK)
        return mgw_error_status(error, reader->decoded.status);
    return status;
}

static bool is_text_rune(uint32_t rune)
{
    return rune == '\n' || rune == '\t' || rune == 0x2028 || rune == 0x2029 || !mgw_rune_is_control(rune);
}

/* Valid UTF-8 for a reader's screen: what is not becomes U+FFFD, and so do control characters other than TAB and LF. */
static size_t clean(mgw_bytes decoded, char *out, size_t max_len, bool *truncated)
{
    size_t used = 0;
    for (size_t i = 0; i < decoded.len;) {
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(decoded.data + i, decoded.len - i, &rune);
        bool good = step > 0 && is_text_rune(rune);
        size_t width = good ? step : (size_t)REPLACEMENT_LEN;
        if (width > max_len - used) {
            *truncated = true;
            break;
        }
        memcpy(out + used, good ? decoded.data + i : REPLACEMENT, width);
        used += width;
        i += step > 0 ? step : 1;
    }
    out[used] = '\0';
    return used;
}

static smgw_status make_text(const text_reader *reader, size_t max_len, smgw_text *text, smgw_error *error)
{
    size_t longest = reader->decoded.len * REPLACEMENT_LEN; /* Each byte may be a broken one. */
    size_t room = longest < max_len ? longest : max_len;
    text->data = mgw_calloc(room + 1, 1);
    if (text->data == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    text->truncated |= reader->overflowed;
    text->len = clean(mgw_buf_bytes(&reader->decoded), text->data, max_len, &text->truncated);
    return SMGW_OK;
}

static uint32_t octets_for(size_t max_len)
{
    return (uint32_t)(max_len * OCTETS_PER_BYTE + OCTETS_MORE);
}

static smgw_status read_part(
    mgw_imap_call *call, uint32_t uid, const smgw_part *part, size_t max_len, smgw_text *text, smgw_error *error)
{
    text_reader reader = { .decoded = MGW_BUF_INIT(max_len + RUNE_MAX) };
    smgw_status status = mgw_content_decoder_new(
        &reader.decoder, mgw_bytes_str(part->encoding), mgw_bytes_str(part->charset), keep, &reader, error);
    if (status == SMGW_OK)
        status = mgw_stream_section(call, uid, part->section, octets_for(max_len), decode, &reader, error);
    if (status == SMGW_OK)
        status = mgw_content_decoder_finish(reader.decoder, error);
    status = decoder_status(&reader, status, error);
    mgw_content_decoder_free(reader.decoder);
    text->truncated = part->size > octets_for(max_len);
    if (status == SMGW_OK)
        status = make_text(&reader, max_len, text, error);
    mgw_buf_free(&reader.decoded);
    return status;
}

/* The first such part of the mail itself: what an attached message says is not what this one says. */
static const smgw_part *first_of(const smgw_mail *mail, const char *media_type)
{
    for (size_t i = 0; i < mail->part_count; i++) {
        const smgw_part *part = &mail->parts[i];
        if (strcmp(part->media_type, "message/rfc822") == 0)
            while (i + 1 < mail->part_count && mail->parts[i + 1].depth > part->depth)
                i++;
        else if (!part->is_attachment && strcmp(part->media_type, media_type) == 0)
            return part;
    }
    return NULL;
}

static smgw_status read_text(
    mgw_imap_call *call, const smgw_ref *ref, size_t max_len, mgw_arena *arena, smgw_text *text, smgw_error *error)
{
    smgw_mail mail;
    smgw_status status = mgw_imap_call_open_ref(call, ref, error);
    if (status == SMGW_OK)
        status = mgw_read_parts(call, ref->uid, arena, &mail, error);
    if (status != SMGW_OK)
        return status;
    const smgw_part *plain = first_of(&mail, "text/plain");
    const smgw_part *part = plain != NULL ? plain : first_of(&mail, "text/html");
    if (part == NULL)
        return mgw_error_set(error, SMGW_ERR_NOT_FOUND, NULL, "the message has no text");
    text->is_html = plain == NULL;
    return read_part(call, ref->uid, part, max_len, text, error);
}

smgw_status smgw_fetch_text(smgw_gateway *gateway, const char *account, const smgw_ref *ref, size_t max_len,
    const smgw_call_options *options, smgw_text *text, smgw_error *error)
{
    *text = (smgw_text)SMGW_TEXT_INIT;
    if (max_len == 0 || max_len > TEXT_MAX)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "max_len", SMGW_RULE_RANGE);
    smgw_status status = mgw_check_ref(ref, error);
    if (status != SMGW_OK)
        return status;
    mgw_imap_call call;
    mgw_arena arena;
    mgw_arena_init(&arena, ARENA_MAX);
    status = mgw_imap_call_begin(&call, gateway, account, options, error);
    if (status == SMGW_OK)
        status = read_text(&call, ref, max_len, &arena, text, error);
    mgw_imap_call_end(&call);
    mgw_arena_free(&arena);
    if (status != SMGW_OK)
        smgw_text_dispose(text);
    return status;
}

void smgw_text_dispose(smgw_text *text)
{
    if (text == NULL)
        return;
    mgw_free(text->data);
    *text = (smgw_text)SMGW_TEXT_INIT;
}
