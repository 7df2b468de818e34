/* SPDX-License-Identifier: MIT */
#include "mime/html_text_style.h"

enum { MAX_DECLARATION = 256 };

/* What a declaration can say. Of two about the same property the later counts, and an important one over both. */
typedef enum property {
    DISPLAY,
    VISIBILITY,
    OPACITY,
    MSO_HIDE,
    OVERFLOW,
    HEIGHT,
    MAX_HEIGHT,
    WIDTH,
    MAX_WIDTH,
    FONT_SIZE,
    WHITE_SPACE,
    MARGIN_BOTTOM,
    PROPERTIES
} property;

typedef struct reading {
    mgw_bytes rest;
    int value[PROPERTIES];
    bool important[PROPERTIES];
    char text[MAX_DECLARATION]; /* One declaration: lower case, without blanks at its ends, comments and escapes. */
    size_t len;
    bool too_long;
} reading;

/* "0", "0px", "0.00em", "-0": nothing of any unit. */
static bool is_zero(mgw_bytes value)
{
    size_t i = 0;
    while (i < value.len && (value.data[i] == '0' || value.data[i] == '.' || value.data[i] == '-' || value.data[i] == '+'))
        i++;
    return memchr(value.data, '0', i) != NULL && (i == value.len || !mgw_is_digit((unsigned char)value.data[i]));
}

static bool begins_with_number(mgw_bytes value)
{
    return value.len > 0 && (mgw_is_digit((unsigned char)value.data[0]) || value.data[0] == '.');
}

static bool ends_with(mgw_bytes text, mgw_bytes end)
{
    return text.len >= end.len && mgw_bytes_equal(mgw_bytes_slice(text, text.len - end.len, end.len), end);
}

static int size_of(mgw_bytes value)
{
    if (begins_with_number(value) && is_zero(value))
        return MGW_STYLE_SIZE_ZERO;
    bool rem = ends_with(value, MGW_LIT("rem"));
    bool relative = ends_with(value, MGW_LIT("%")) || (ends_with(value, MGW_LIT("em")) && !rem) ||
                    ends_with(value, MGW_LIT("ex")) || ends_with(value, MGW_LIT("er")) ||
                    mgw_bytes_equal(value, MGW_LIT("inherit"));
    return relative ? MGW_STYLE_SIZE_RELATIVE : MGW_STYLE_SIZE_SET;
}

/* "bold 14px/1.2 Arial": the size is the last number before the family, with the height of the line behind a slash. */
static int size_of_shorthand(mgw_bytes value)
{
    int size = MGW_STYLE_SIZE_UNSET;
    while (value.len > 0) {
        size_t end = mgw_bytes_find(value, ' ');
        mgw_bytes word = mgw_bytes_slice(value, 0, end);
        word = mgw_bytes_slice(word, 0, mgw_bytes_find(word, '/'));
        if (begins_with_number(word))
            size = size_of(word);
        value = mgw_bytes_slice(value, end + 1, SIZE_MAX);
    }
    return size;
}

static bool equals(mgw_bytes value, mgw_bytes word)
{
    return mgw_bytes_equal(value, word);
}

static int reads_none(mgw_bytes value)
{
    return equals(value, MGW_LIT("none"));
}

static int reads_invisible(mgw_bytes value)
{
    return equals(value, MGW_LIT("hidden")) || equals(value, MGW_LIT("collapse"));
}

static int reads_clipping(mgw_bytes value)
{
    return equals(value, MGW_LIT("hidden")) || equals(value, MGW_LIT("clip"));
}

static int reads_all(mgw_bytes value)
{
    return equals(value, MGW_LIT("all"));
}

static int reads_zero(mgw_bytes value)
{
    return is_zero(value);
}

static int reads_pre(mgw_bytes value)
{
    return value.len >= 3 && mgw_bytes_equal(mgw_bytes_slice(value, 0, 3), MGW_LIT("pre")) &&
           !equals(value, MGW_LIT("pre-line"));
}

/* The third of three or four values, the first of one or two. */
static int reads_margin(mgw_bytes value)
{
    mgw_bytes words[3] = { value, value, value };
    size_t count = 0;
    while (value.len > 0 && count < 3) {
        size_t end = mgw_bytes_find(value, ' ');
        if (end > 0)
            words[count++] = mgw_bytes_slice(value, 0, end);
        value = mgw_bytes_slice(value, end + 1, SIZE_MAX);
    }
    return is_zero(words[count == 3 ? 2 : 0]);
}

static const struct rule {
    mgw_bytes name;
    property property;
    int (*read)(mgw_bytes value);
} rules[] = {
    { MGW_LIT_INIT("display"), DISPLAY, reads_none },
    { MGW_LIT_INIT("visibility"), VISIBILITY, reads_invisible },
    { MGW_LIT_INIT("opacity"), OPACITY, reads_zero },
    { MGW_LIT_INIT("mso-hide"), MSO_HIDE, reads_all },
    { MGW_LIT_INIT("overflow"), OVERFLOW, reads_clipping },
    { MGW_LIT_INIT("height"), HEIGHT, reads_zero },
    { MGW_LIT_INIT("max-height"), MAX_HEIGHT, reads_zero },
    { MGW_LIT_INIT("width"), WIDTH, reads_zero },
    { MGW_LIT_INIT("max-width"), MAX_WIDTH, reads_zero },
    { MGW_LIT_INIT("font-size"), FONT_SIZE, size_of },
    { MGW_LIT_INIT("font"), FONT_SIZE, size_of_shorthand },
    { MGW_LIT_INIT("white-space"), WHITE_SPACE, reads_pre },
    { MGW_LIT_INIT("margin"), MARGIN_BOTTOM, reads_margin },
    { MGW_LIT_INIT("margin-bottom"), MARGIN_BOTTOM, reads_zero },
};

static void put(reading *r, char c)
{
    if (r->len < sizeof r->text)
        r->text[r->len++] = c;
    else
        r->too_long = true;
}

/* CSS Syntax, section 4.3.7: up to six hex digits and one blank, or any other character as it is. */
static void take_escape(reading *r)
{
    uint32_t code = 0;
    size_t i = 1;
    while (i < r->rest.len && i <= 6 && mgw_hex_value((unsigned char)r->rest.data[i]) >= 0) {
        code = code << 4 | (uint32_t)mgw_hex_value((unsigned char)r->rest.data[i]);
        i++;
    }
    if (i == 1 && r->rest.len > 1) {
        put(r, (char)mgw_lower((unsigned char)r->rest.data[1]));
        i = 2;
    } else if (i > 1) {
        put(r, code > 0x20 && code < 0x7f ? (char)mgw_lower((unsigned char)code) : '?');
        if (i < r->rest.len && (mgw_is_wsp((unsigned char)r->rest.data[i]) || r->rest.data[i] == '\n'))
            i++;
    }
    r->rest = mgw_bytes_slice(r->rest, i, SIZE_MAX);
}

static void skip_comment(reading *r)
{
    size_t i = 2;
    while (i < r->rest.len && !(r->rest.data[i] == '/' && r->rest.data[i - 1] == '*' && i > 2))
        i++;
    r->rest = mgw_bytes_slice(r->rest, i + 1, SIZE_MAX);
}

/* A quoted string says nothing here, but may hold a ';'. */
static void skip_string(reading *r)
{
    char quote = r->rest.data[0];
    size_t i = 1;
    while (i < r->rest.len && r->rest.data[i] != quote)
        i += r->rest.data[i] == '\\' ? 2 : 1;
    put(r, '?');
    r->rest = mgw_bytes_slice(r->rest, i + 1, SIZE_MAX);
}

static void take_char(reading *r)
{
    unsigned char c = (unsigned char)r->rest.data[0];
    if (c == '\n' || c == '\r' || c == '\f' || c == '\t')
        c = ' ';
    if (c != ' ' || (r->len > 0 && r->text[r->len - 1] != ' '))
        put(r, (char)mgw_lower(c));
    r->rest = mgw_bytes_slice(r->rest, 1, SIZE_MAX);
}

/* Normalizes up to the next ';' into r->text. */
static void take_declaration(reading *r)
{
    r->len = 0;
    r->too_long = false;
    while (r->rest.len > 0 && r->rest.data[0] != ';') {
        char c = r->rest.data[0];
        if (c == '\\')
            take_escape(r);
        else if (c == '/' && r->rest.len > 1 && r->rest.data[1] == '*')
            skip_comment(r);
        else if (c == '"' || c == '\'')
            skip_string(r);
        else
            take_char(r);
    }
    r->rest = mgw_bytes_slice(r->rest, 1, SIZE_MAX);
}

static void apply_declaration(reading *r)
{
    mgw_bytes text = { r->text, r->len };
    size_t colon = mgw_bytes_find(text, ':');
    mgw_bytes name = mgw_bytes_trim(mgw_bytes_slice(text, 0, colon));
    mgw_bytes value = mgw_bytes_slice(text, colon + 1, SIZE_MAX);
    size_t bang = mgw_bytes_find(value, '!');
    bool important = bang < value.len && mgw_bytes_equal(mgw_bytes_trim(mgw_bytes_slice(value, bang + 1, SIZE_MAX)),
                                                         MGW_LIT("important"));
    value = mgw_bytes_trim(mgw_bytes_slice(value, 0, bang));
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        property target = rules[i].property;
        if (!mgw_bytes_equal(name, rules[i].name) || (r->important[target] && !important) || value.len == 0)
            continue;
        r->value[target] = rules[i].read(value);
        r->important[target] = important;
    }
}

mgw_style mgw_style_parse(mgw_bytes text)
{
    reading r = { .rest = text };
    while (r.rest.len > 0) {
        take_declaration(&r);
        if (!r.too_long && r.len > 0)
            apply_declaration(&r);
    }
    const int *value = r.value;
    bool clipped = value[OVERFLOW] != 0 && (value[HEIGHT] != 0 || value[MAX_HEIGHT] != 0 || value[WIDTH] != 0 || value[MAX_WIDTH] != 0);
    return (mgw_style){
        .hidden = value[DISPLAY] != 0 || value[VISIBILITY] != 0 || value[OPACITY] != 0 || value[MSO_HIDE] != 0 || clipped,
        .preformatted = value[WHITE_SPACE] != 0,
        .tight = value[MARGIN_BOTTOM] != 0,
        .font_size = (mgw_style_size)value[FONT_SIZE],
    };
}
