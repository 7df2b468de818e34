/* SPDX-License-Identifier: MIT */
#include "mime/param.h"

#include "base/buf.h"
#include "mime/mail.h"
#include "mime/token.h"

/* A field being read: its unfolded text in the arena, so that quoted strings can be unquoted where they stand. */
typedef struct reader {
    char *text;
    size_t len;
    size_t at;
    uint32_t defects;
} reader;

static char *unfold(mgw_arena *arena, mgw_bytes text, size_t *len)
{
    char *copy = mgw_arena_strndup(arena, text);
    *len = 0;
    for (size_t i = 0; copy != NULL && i < text.len; i++)
        if (text.data[i] != '\r' && text.data[i] != '\n')
            copy[(*len)++] = text.data[i];
    return copy;
}

static mgw_bytes whole(const reader *r)
{
    return mgw_bytes_of(r->text, r->len);
}

static void skip_blanks(reader *r)
{
    r->at = mgw_token_skip_cfws(whole(r), r->at);
}

static bool at_end(const reader *r)
{
    return r->at >= r->len || r->text[r->at] == ';';
}

/* Goes to the next ';'; anything on the way does not belong there. */
static void skip_to_end(reader *r)
{
    skip_blanks(r);
    if (at_end(r))
        return;
    r->defects++;
    while (!at_end(r))
        r->at++;
}

/* Reads "type/subtype" or a single word into `out`; blanks and comments may stand around the slash. */
static void read_value(reader *r, mgw_buf *out)
{
    skip_blanks(r);
    while (!at_end(r)) {
        char c = r->text[r->at];
        if (!mgw_is_token(c) && c != '/')
            break;
        mgw_buf_add_byte(out, (char)mgw_lower((unsigned char)c));
        size_t next = ++r->at;
        skip_blanks(r);
        if (r->at > next && c != '/' && !(r->at < r->len && r->text[r->at] == '/'))
            break;
    }
    skip_to_end(r);
}

/* Reads a quoted string and removes its quotes in place. */
static mgw_bytes read_quoted(reader *r, bool *is_closed)
{
    char *start = r->text + r->at;
    size_t len = 0;
    *is_closed = false;
    for (r->at++; r->at < r->len && !*is_closed; r->at++) {
        if (r->text[r->at] == '"') {
            *is_closed = true;
            continue;
        }
        if (r->text[r->at] == '\\' && r->at + 1 < r->len)
            r->at++;
        start[len++] = r->text[r->at];
    }
    if (!*is_closed)
        r->defects++;
    return mgw_bytes_of(start, len);
}

/* Reads a value without quotes: a token, or whatever stands there before the ';' or a comment. */
static mgw_bytes read_bare(reader *r)
{
    size_t start = r->at;
    bool is_token = true;
    while (!at_end(r) && r->text[r->at] != '(') {
        is_token = is_token && mgw_is_token(r->text[r->at]);
        r->at++;
    }
    mgw_bytes value = mgw_bytes_trim(mgw_bytes_of(r->text + start, r->at - start));
    if (!is_token && mgw_bytes_find(value, ' ') < value.len)
        r->defects++;
    return value;
}

/* Reads one parameter. False, with the field at the next ';', where there is none or its value is missing. */
static bool read_param(reader *r, mgw_param *param)
{
    skip_blanks(r);
    size_t start = r->at;
    while (r->at < r->len && mgw_is_token(r->text[r->at]))
        r->at++;
    param->name = mgw_bytes_of(r->text + start, r->at - start);
    skip_blanks(r);
    if (param->name.len == 0 || r->at >= r->len || r->text[r->at] != '=') {
        r->defects += param->name.len > 0 && at_end(r) ? 1 : 0;
        skip_to_end(r);
        return false;
    }
    r->at++;
    skip_blanks(r);
    bool is_quoted = r->at < r->len && r->text[r->at] == '"';
    bool is_closed = false;
    param->value = is_quoted ? read_quoted(r, &is_closed) : read_bare(r);
    skip_to_end(r);
    if (param->value.len > 0 || is_closed)
        return true;
    r->defects += is_quoted ? 0 : 1;
    return false;
}

static bool is_duplicate(const mgw_param *params, size_t count, mgw_bytes name)
{
    for (size_t i = 0; i < count; i++)
        if (mgw_bytes_equal_fold(params[i].name, name))
            return true;
    return false;
}

/* What is repeated counts as well, and no long name is kept: each name is compared with all before it. */
static size_t read_params(reader *r, mgw_param *params)
{
    size_t count = 0;
    for (size_t seen = 0; r->at < r->len && seen < MGW_PARAM_MAX;) {
        mgw_param param;
        r->at++;
        if (!read_param(r, &param))
            continue;
        seen++;
        if (param.name.len > MGW_PARAM_MAX_NAME || is_duplicate(params, count, param.name))
            r->defects++;
        else
            params[count++] = param;
    }
    r->defects += r->at < r->len ? 1 : 0;
    return count;
}

smgw_status mgw_param_field_parse(mgw_arena *arena, mgw_bytes text, mgw_param_field *field, uint32_t *defects)
{
    *field = (mgw_param_field){ "", { NULL, 0 } };
    reader r = { NULL, 0, 0, 0 };
    r.text = unfold(arena, text, &r.len);
    if (r.text == NULL)
        return arena->status;
    mgw_buf value = MGW_BUF_INIT(MGW_MAIL_MAX_FIELD);
    read_value(&r, &value);
    field->value = mgw_mail_plain(arena, mgw_buf_bytes(&value));
    if (value.status != SMGW_OK && arena->status == SMGW_OK)
        arena->status = value.status;
    mgw_buf_free(&value);
    mgw_param params[MGW_PARAM_MAX];
    size_t count = read_params(&r, params);
    mgw_param *kept = mgw_arena_alloc(arena, count, sizeof *kept);
    if (kept != NULL) {
        memcpy(kept, params, count * sizeof *kept);
        field->params = (mgw_param_list){ kept, count };
    }
    *defects += r.defects;
    return arena->status;
}
