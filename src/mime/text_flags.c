/* SPDX-License-Identifier: MIT */
#include "mime/text_flags.h"

#include "base/utf8.h"

#include "simplemailgw/view.h"

enum {
    ZERO_WIDTH_NON_JOINER = 0x200c,
    ZERO_WIDTH_JOINER = 0x200d,
    TEXT_STYLE = 0xfe0e,  /* Variation selectors for emoji. */
    EMOJI_STYLE = 0xfe0f,
    FIRST_JOINING = 0x600 /* Arabic, the Indic scripts, symbols and emoji are above; Latin, Greek and Cyrillic below. */
};

bool mgw_rune_shapes(uint32_t previous, uint32_t rune)
{
    bool visible = previous > ' ' && mgw_rune_is_printable(previous);
    if (rune == TEXT_STYLE || rune == EMOJI_STYLE)
        return visible;
    if (rune == ZERO_WIDTH_NON_JOINER || rune == ZERO_WIDTH_JOINER)
        return (visible && previous >= FIRST_JOINING) || previous == EMOJI_STYLE;
    return false;
}

static uint32_t flag_of(uint32_t previous, uint32_t rune)
{
    if (rune == '\t' || rune == '\n' || rune == '\r')
        return 0;
    if (mgw_rune_is_control(rune))
        return SMGW_TEXT_CONTROL;
    if ((rune >= 0x202a && rune <= 0x202e) || (rune >= 0x2066 && rune <= 0x2069))
        return SMGW_TEXT_BIDI;
    if (rune >= 0xe0000 && rune <= 0xe0fff)
        return SMGW_TEXT_TAGS;
    return mgw_rune_is_invisible(rune) && !mgw_rune_shapes(previous, rune) ? SMGW_TEXT_INVISIBLE : 0;
}

uint32_t smgw_text_flags(const char *text, size_t len)
{
    uint32_t flags = 0;
    uint32_t previous = 0;
    if (text == NULL)
        return 0;
    for (size_t i = 0; i < len;) {
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(text + i, len - i, &rune);
        if (step == 0) {
            flags |= SMGW_TEXT_BAD_UTF8;
            rune = 0xfffd;
            step = 1;
        }
        flags |= flag_of(previous, rune);
        previous = rune;
        i += step;
    }
    return flags;
}
