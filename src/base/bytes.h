/* SPDX-License-Identifier: MIT */
/*
 * A view of bytes that someone else owns, and what ASCII is. Nothing here depends on the locale.
 */
#ifndef MGW_BASE_BYTES_H
#define MGW_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct mgw_bytes {
    const char *data;
    size_t len;
} mgw_bytes;

/* The bytes of a string literal. */
#define MGW_LIT(literal) ((mgw_bytes){ "" literal, sizeof(literal) - 1 })

/* The same where an initializer of static storage has to be constant. */
#define MGW_LIT_INIT(literal) { "" literal, sizeof(literal) - 1 }

/* The bytes of a NUL-terminated string; none for NULL. */
static inline mgw_bytes mgw_bytes_str(const char *text)
{
    return (mgw_bytes){ text, text != NULL ? strlen(text) : 0 };
}

static inline mgw_bytes mgw_bytes_of(const char *data, size_t len)
{
    return (mgw_bytes){ data, len };
}

/* The bytes from `start` on, `len` at most; clipped to what is there. */
static inline mgw_bytes mgw_bytes_slice(mgw_bytes bytes, size_t start, size_t len)
{
    if (start > bytes.len)
        start = bytes.len;
    if (len > bytes.len - start)
        len = bytes.len - start;
    return (mgw_bytes){ len > 0 ? bytes.data + start : bytes.data, len };
}

static inline bool mgw_bytes_equal(mgw_bytes a, mgw_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool mgw_is_upper(unsigned char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool mgw_is_lower(unsigned char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool mgw_is_alpha(unsigned char c)
{
    return mgw_is_upper(c) || mgw_is_lower(c);
}

static inline bool mgw_is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static inline bool mgw_is_alnum(unsigned char c)
{
    return mgw_is_alpha(c) || mgw_is_digit(c);
}

/* Space and TAB: WSP of RFC 5234. */
static inline bool mgw_is_wsp(unsigned char c)
{
    return c == ' ' || c == '\t';
}

/* C0 and DEL. */
static inline bool mgw_is_control(unsigned char c)
{
    return c < 0x20 || c == 0x7f;
}

static inline unsigned char mgw_lower(unsigned char c)
{
    return mgw_is_upper(c) ? (unsigned char)(c + ('a' - 'A')) : c;
}

/* The value of a hexadecimal digit, or -1. */
int mgw_hex_value(unsigned char c);

/* Equal after ASCII case folding. */
bool mgw_bytes_equal_fold(mgw_bytes a, mgw_bytes b);

bool mgw_bytes_starts_with_fold(mgw_bytes bytes, mgw_bytes prefix);

/* The index of the first `c`, or bytes.len. */
size_t mgw_bytes_find(mgw_bytes bytes, char c);

/* Without spaces and TABs at both ends. */
mgw_bytes mgw_bytes_trim(mgw_bytes bytes);

/*
 * An unsigned decimal number that is the whole of `bytes`: 1 to 20 ASCII digits, at most `max`; leading zeros are
 * accepted. False otherwise, then *value is untouched.
 */
bool mgw_bytes_to_u64(mgw_bytes bytes, uint64_t max, uint64_t *value);

/* Writes `count` bytes as 2 * count lower-case hex digits and a NUL; `out` has room for 2 * count + 1. */
void mgw_hex(const unsigned char *data, size_t count, char *out);

#endif
