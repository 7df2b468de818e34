/* SPDX-License-Identifier: MIT */
#include "simplemailgw/sanitize.h"

#include "base/utf8.h"
#include "text/check.h"

enum { FILENAME_MAX_BYTES = 255, SAFE_NAME_MAX = 200, ENDING_MAX = 32, DEVICE_MAX = 15 };

smgw_rule smgw_sanitize_filename(const char *text, size_t len)
{
    return mgw_check_line(text, len, FILENAME_MAX_BYTES);
}

/* The last component, for the separators of either kind of system. */
static mgw_bytes last_component(const char *text, size_t len)
{
    size_t start = len;
    while (start > 0 && text[start - 1] != '/' && text[start - 1] != '\\')
        start--;
    return mgw_bytes_of(text + start, len - start);
}

/* Characters that never reach the disk. */
static bool is_dropped(uint32_t rune)
{
    return mgw_rune_is_control(rune) || mgw_rune_is_invisible(rune);
}

/* Removes blanks, and what is dropped, from the start; likewise with dots from the end. The name is valid UTF-8. */
static mgw_bytes trim(mgw_bytes name)
{
    uint32_t rune = 0;
    size_t step = 0;
    while ((step = mgw_utf8_decode(name.data, name.len, &rune)) > 0 && (rune == ' ' || is_dropped(rune)))
        name = mgw_bytes_slice(name, step, name.len);
    while (name.len > 0) {
        size_t last = mgw_utf8_cut(name.data, name.len, name.len - 1);
        mgw_utf8_decode(name.data + last, name.len - last, &rune);
        if (rune != ' ' && rune != '.' && !is_dropped(rune))
            break;
        name.len = last;
    }
    return name;
}

/*
 * Writes the characters that may stay, reserved ones as '_', as long as they fit into `room` bytes. Returns their length;
 * *whole tells whether all of them did.
 */
static size_t clean(mgw_bytes name, char *out, size_t room, bool *whole)
{
    size_t len = 0;
    *whole = true;
    while (name.len > 0) {
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(name.data, name.len, &rune);
        if (!is_dropped(rune)) {
            *whole = step <= room - len;
            if (!*whole)
                break;
            memcpy(out + len, name.data, step);
            if (rune < 0x80 && strchr("<>:\"|?*", (char)rune) != NULL)
                out[len] = '_';
            len += step;
        }
        name = mgw_bytes_slice(name, step, name.len);
    }
    return len;
}

/* Where the ending begins, such as ".pdf"; the length of the name where it has none, or one too long to be one. */
static size_t find_ending(mgw_bytes name)
{
    size_t dot = name.len;
    while (dot > 0 && name.data[dot - 1] != '.')
        dot--;
    return dot < 2 || name.len - dot >= ENDING_MAX ? name.len : dot - 1;
}

/* The names that Windows gives to devices, in any folder and with any ending: COM¹ is one as well as COM1. */
static bool is_device(mgw_bytes name)
{
    static const char *const names[] = { "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$" };
    static const char *const ports[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "\xc2\xb9", "\xc2\xb2",
        "\xc2\xb3" };
    char head[DEVICE_MAX];
    bool whole;
    size_t len = clean(mgw_bytes_slice(name, 0, mgw_bytes_find(name, '.')), head, sizeof head, &whole);
    mgw_bytes stem = mgw_bytes_trim(mgw_bytes_of(head, len));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (mgw_bytes_equal_fold(stem, mgw_bytes_str(names[i])))
            return true;
    if (!mgw_bytes_starts_with_fold(stem, MGW_LIT("COM")) && !mgw_bytes_starts_with_fold(stem, MGW_LIT("LPT")))
        return false;
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
        if (mgw_bytes_equal(mgw_bytes_slice(stem, 3, stem.len), mgw_bytes_str(ports[i])))
            return true;
    return false;
}

/* Writes the safe form of a name that is trimmed and not empty, at most SAFE_NAME_MAX bytes. Returns its length. */
static size_t make_safe(mgw_bytes name, char safe[SAFE_NAME_MAX])
{
    char ending[ENDING_MAX];
    bool whole;
    size_t dot = find_ending(name);
    size_t ending_len = clean(mgw_bytes_slice(name, dot, name.len), ending, sizeof ending, &whole);

    bool hidden = name.data[0] == '.';
    size_t len = hidden || is_device(name) ? 1 : 0;
    memset(safe, '_', len);
    mgw_bytes stem = mgw_bytes_slice(name, 0, dot);
    if (hidden)
        stem = mgw_bytes_slice(stem, 1, stem.len);
    len += clean(stem, safe + len, SAFE_NAME_MAX - ending_len - len, &whole);
    memcpy(safe + len, ending, ending_len);
    return trim(mgw_bytes_of(safe, len + ending_len)).len; /* The cut may have bared a blank or a dot. */
}

smgw_rule smgw_attachment_name(const char *text, size_t len, char *out, size_t out_size, size_t *out_len)
{
    char safe[SAFE_NAME_MAX];
    mgw_output result = mgw_output_start(out, out_size, out_len);
    smgw_rule rule = len > 0 ? mgw_check_utf8(text, len, len) : SMGW_RULE_EMPTY;
    if (rule != SMGW_RULE_OK)
        return rule;
    mgw_bytes name = trim(last_component(text, len));
    if (name.len == 0)
        return SMGW_RULE_EMPTY;
    mgw_output_put(&result, safe, make_safe(name, safe));
    return mgw_output_end(&result, out_len);
}

smgw_rule smgw_sanitize_filename_str(const char *text)
{
    return smgw_sanitize_filename(text, strlen(text));
}

smgw_rule smgw_attachment_name_str(const char *text, char *out, size_t out_size)
{
    return smgw_attachment_name(text, strlen(text), out, out_size, NULL);
}
