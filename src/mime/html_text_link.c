/* SPDX-License-Identifier: MIT */
#include "mime/html_text_link.h"

#include "base/utf8.h"

#include "simplemailgw/view.h"

static const mgw_bytes schemes[] = {
    MGW_LIT_INIT("https://"),
    MGW_LIT_INIT("http://"),
    MGW_LIT_INIT("mailto:"),
    MGW_LIT_INIT("tel:"),
};

static mgw_bytes without_scheme(mgw_bytes address)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (mgw_bytes_starts_with_fold(address, schemes[i]))
            return mgw_bytes_slice(address, schemes[i].len, SIZE_MAX);
    return address;
}

static void add_clean_rune(mgw_buf *out, mgw_bytes bytes, uint32_t rune)
{
    static const char digits[] = "0123456789ABCDEF";
    if (rune == '<' || rune == '>' || rune == '"') {
        const char code[] = { '%', digits[rune >> 4], digits[rune & 15] };
        (void)mgw_buf_add(out, code, sizeof code);
    } else if (rune > ' ' && rune != 0xa0 && rune != 0x3000 && mgw_rune_is_printable(rune)) {
        (void)mgw_buf_add_bytes(out, bytes);
    }
}

/* Blanks first: a browser ignores them, even inside the name of a scheme. */
static void add_clean(mgw_buf *out, mgw_bytes href, uint32_t *defects)
{
    while (href.len > 0 && out->status == SMGW_OK) {
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(href.data, href.len, &rune);
        if (step > 0)
            add_clean_rune(out, mgw_bytes_slice(href, 0, step), rune);
        href = mgw_bytes_slice(href, step > 0 ? step : 1, SIZE_MAX);
        if (out->len > MGW_LINK_MAX) {
            mgw_buf_truncate(out, mgw_utf8_cut(out->data, out->len, MGW_LINK_MAX));
            (void)mgw_buf_add_str(out, "...");
            *defects |= SMGW_VIEW_CUT;
            return;
        }
    }
}

static bool has_scheme(mgw_bytes address)
{
    size_t i = 0;
    while (i < address.len && (mgw_is_alnum((unsigned char)address.data[i]) || address.data[i] == '+' ||
                               address.data[i] == '-' || address.data[i] == '.'))
        i++;
    return i > 0 && i < address.len && address.data[i] == ':';
}

smgw_status mgw_link_clean(mgw_bytes href, mgw_buf *out, uint32_t *defects)
{
    mgw_buf_clear(out);
    add_clean(out, href, defects);
    mgw_bytes address = mgw_buf_bytes(out);
    if (out->status != SMGW_OK || without_scheme(address).len < address.len)
        return out->status;
    if (has_scheme(address))
        *defects |= SMGW_VIEW_UNSAFE_LINK;
    mgw_buf_clear(out);
    return SMGW_OK;
}

static mgw_bytes bare(mgw_bytes address)
{
    address = without_scheme(address);
    if (address.len > 0 && address.data[address.len - 1] == '/')
        address.len--;
    return address;
}

bool mgw_link_is_text(mgw_bytes address, mgw_bytes text)
{
    return mgw_bytes_equal_fold(bare(address), bare(text));
}

/* The host of "user@host:port/path", without "www.". */
static mgw_bytes host_of(mgw_bytes rest)
{
    size_t end = 0;
    while (end < rest.len && rest.data[end] != '/' && rest.data[end] != '?' && rest.data[end] != '#' &&
           rest.data[end] != '\\')
        end++;
    rest = mgw_bytes_slice(rest, 0, end);
    for (size_t at = mgw_bytes_find(rest, '@'); at < rest.len; at = mgw_bytes_find(rest, '@'))
        rest = mgw_bytes_slice(rest, at + 1, SIZE_MAX);
    rest = mgw_bytes_slice(rest, 0, mgw_bytes_find(rest, ':'));
    return mgw_bytes_starts_with_fold(rest, MGW_LIT("www.")) ? mgw_bytes_slice(rest, 4, SIZE_MAX) : rest;
}

static bool is_web(mgw_bytes address)
{
    return mgw_bytes_starts_with_fold(address, MGW_LIT("https://")) ||
           mgw_bytes_starts_with_fold(address, MGW_LIT("http://"));
}

bool mgw_link_misleads(mgw_bytes address, mgw_bytes text)
{
    bool looks_like_one = is_web(text) || mgw_bytes_starts_with_fold(text, MGW_LIT("www."));
    if (!is_web(address) || !looks_like_one)
        return false;
    text = mgw_bytes_slice(text, 0, mgw_bytes_find(text, ' '));
    text = mgw_bytes_slice(text, 0, mgw_bytes_find(text, '\n'));
    return !mgw_bytes_equal_fold(host_of(without_scheme(text)), host_of(without_scheme(address)));
}
