/* SPDX-License-Identifier: MIT */
/* Reading encoded words (RFC 2047). */
#include "text/encoded_word.h"

#include "base/utf8.h"
#include "text/charset.h"

enum { CHARSET_NAME_MAX = 64 };

/* An encoded word as it is written, cut into its parts. */
typedef struct word {
    mgw_bytes charset;
    char encoding; /* 'b' or 'q'. */
    mgw_bytes text;
    size_t len; /* Of the whole word, "=?" to "?=". */
} word;

typedef struct decoder {
    mgw_buf *out;
    mgw_buf converted;  /* The UTF-8 of the words that are being joined. */
    mgw_charset charset;
    mgw_bytes name;     /* Of their charset; empty between words. */
} decoder;

/* Graphic ASCII other than '?': what the parts of a word consist of. Blanks end a word. */
static size_t part_length(mgw_bytes rest)
{
    size_t len = 0;
    while (len < rest.len && rest.data[len] > ' ' && rest.data[len] < 0x7f && rest.data[len] != '?')
        len++;
    return len;
}

/* Moves past a part and the '?' behind it. */
static bool take_part(mgw_bytes *rest, size_t max, mgw_bytes *part)
{
    size_t len = part_length(mgw_bytes_slice(*rest, 0, max + 1));
    if (len > max || len == rest->len || rest->data[len] != '?')
        return false;
    *part = mgw_bytes_slice(*rest, 0, len);
    *rest = mgw_bytes_slice(*rest, len + 1, rest->len);
    return true;
}

/* `rest` begins with "=?". Each byte is looked at a bounded number of times, as no part runs past a '?'. */
static bool parse_word(mgw_bytes rest, word *w)
{
    size_t whole = rest.len;
    mgw_bytes encoding;
    rest = mgw_bytes_slice(rest, 2, rest.len);
    if (!take_part(&rest, CHARSET_NAME_MAX, &w->charset) || !take_part(&rest, 1, &encoding) || encoding.len != 1 ||
        !take_part(&rest, rest.len, &w->text) || rest.len == 0 || rest.data[0] != '=')
        return false;
    w->charset = mgw_bytes_slice(w->charset, 0, mgw_bytes_find(w->charset, '*')); /* A language, RFC 2231 section 5. */
    w->encoding = (char)mgw_lower((unsigned char)encoding.data[0]);
    w->len = whole - rest.len + 1;
    return (w->encoding == 'b' || w->encoding == 'q') && mgw_charset_known(w->charset);
}

/*
 * Appends text without control characters; bytes that are not UTF-8 become U+FFFD. A line break goes where a fold begins
 * with it, and is a space elsewhere.
 */
static void add_clean(mgw_buf *out, mgw_bytes text, bool unfold)
{
    for (size_t i = 0; i < text.len;) {
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(text.data + i, text.len - i, &rune);
        char next = i + 1 < text.len ? text.data[i + 1] : ' ';
        bool fold = unfold && (rune == '\r' || rune == '\n') && strchr(" \t\r\n", next) != NULL && next != '\0';
        if (step == 0)
            mgw_buf_add_str(out, "\xef\xbf\xbd");
        else if (mgw_rune_is_control(rune))
            mgw_buf_add(out, " ", fold ? 0 : 1);
        else
            mgw_buf_add(out, text.data + i, step);
        i += step > 0 ? step : 1;
    }
}

static void feed(decoder *d, const char *bytes, size_t len)
{
    mgw_charset_feed(&d->charset, mgw_bytes_of(bytes, len), &d->converted);
}

static void decode_q(decoder *d, mgw_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.data[i] == '_' ? ' ' : text.data[i];
        if (byte == '=' && text.len - i > 2) {
            int high = mgw_hex_value((unsigned char)text.data[i + 1]);
            int low = mgw_hex_value((unsigned char)text.data[i + 2]);
            if (high >= 0 && low >= 0) {
                byte = (char)(high << 4 | low);
                i += 2;
            }
        }
        feed(d, &byte, 1);
    }
}

static int base64_value(unsigned char c)
{
    if (mgw_is_upper(c))
        return c - 'A';
    if (mgw_is_lower(c))
        return c - 'a' + 26;
    if (mgw_is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Up to the padding; what is not of the alphabet is skipped. */
static void decode_b(decoder *d, mgw_bytes text)
{
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < text.len && text.data[i] != '='; i++) {
        int value = base64_value((unsigned char)text.data[i]);
        if (value < 0)
            continue;
        bits = (bits << 6 | (uint32_t)value) & 0xfff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            char byte = (char)(bits >> count);
            feed(d, &byte, 1);
        }
    }
}

/* Gives out the words joined so far. */
static void end_words(decoder *d)
{
    if (d->name.len == 0)
        return;
    mgw_charset_flush(&d->charset, &d->converted);
    if (d->converted.status == SMGW_OK)
        add_clean(d->out, mgw_buf_bytes(&d->converted), false);
    else if (d->out->status == SMGW_OK)
        d->out->status = d->converted.status;
    mgw_buf_clear(&d->converted);
    mgw_charset_close(&d->charset);
    d->name = mgw_bytes_of(NULL, 0);
}

static bool is_blank(mgw_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr(" \t\r\n", text.data[i]) == NULL || text.data[i] == '\0')
            return false;
    return true;
}

/* Takes a word and the text before it. False where the word's charset cannot be converted: then it is text as well. */
static bool add_word(decoder *d, mgw_bytes before, const word *w)
{
    bool adjacent = d->name.len > 0 && is_blank(before);
    if (!adjacent || !mgw_bytes_equal_fold(d->name, w->charset)) {
        mgw_charset next;
        smgw_status status = mgw_charset_open(&next, w->charset);
        if (status == SMGW_ERR_UNSUPPORTED)
            return false;
        end_words(d);
        if (!adjacent)
            add_clean(d->out, before, true);
        if (status != SMGW_OK) {
            d->out->status = d->out->status == SMGW_OK ? status : d->out->status;
            return true;
        }
        d->charset = next;
        d->name = w->charset;
    }
    if (w->encoding == 'q')
        decode_q(d, w->text);
    else
        decode_b(d, w->text);
    return true;
}

smgw_status mgw_encoded_word_decode(mgw_bytes value, mgw_buf *out)
{
    decoder d = { .out = out, .converted = MGW_BUF_INIT(out->cap) };
    size_t text_start = 0;
    for (size_t i = 0; i + 1 < value.len && out->status == SMGW_OK;) {
        word w;
        mgw_bytes rest = mgw_bytes_slice(value, i, value.len);
        if (rest.data[0] != '=' || rest.data[1] != '?' || !parse_word(rest, &w)) {
            i++;
            continue;
        }
        if (add_word(&d, mgw_bytes_slice(value, text_start, i - text_start), &w))
            text_start = i + w.len;
        i += w.len;
    }
    end_words(&d);
    add_clean(out, mgw_bytes_slice(value, text_start, value.len), true);
    mgw_buf_free(&d.converted);
    return out->status;
}
