/* SPDX-License-Identifier: MIT */
#include "mime/auth_results.h"

static bool is_fold(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Blanks, folds and nested comments; false for a comment that is not closed. */
static bool skip_blanks(mgw_auth_reader *r)
{
    size_t depth = 0;
    for (; r->at < r->text.len; r->at++) {
        char c = r->text.data[r->at];
        if (c == '(')
            depth++;
        else if (c == ')' && depth > 0)
            depth--;
        else if (c == '\\' && depth > 0)
            r->at++;
        else if (depth == 0 && !is_fold(c))
            break;
    }
    if (r->at > r->text.len)
        r->at = r->text.len;
    return depth == 0;
}

static bool at_end(const mgw_auth_reader *r)
{
    return r->at >= r->text.len;
}

static bool is_next(const mgw_auth_reader *r, char c)
{
    return !at_end(r) && r->text.data[r->at] == c;
}

static bool put(mgw_auth_text *out, char c)
{
    if (out->len == sizeof out->data)
        return false;
    out->data[out->len++] = c;
    return true;
}

/* Stands at the opening quote. */
static bool read_quoted(mgw_auth_reader *r, mgw_auth_text *out)
{
    for (r->at++; !at_end(r); r->at++) {
        char c = r->text.data[r->at];
        if (c == '"') {
            r->at++;
            return true;
        }
        if (c == '\\' && ++r->at < r->text.len)
            c = r->text.data[r->at];
        if (c != '\r' && c != '\n' && !put(out, c))
            return false;
    }
    return false;
}

static bool is_value_char(char c)
{
    unsigned char byte = (unsigned char)c;
    return !mgw_is_control(byte) && byte != ' ' && memchr("();\"\\", c, 5) == NULL;
}

static bool is_word_char(char c)
{
    return is_value_char(c) && c != '=';
}

/*
 * Words, values in quotes, and addresses whose local part is in quotes (RFC 8601 section 2.2, pvalue). More characters than
 * a token has are taken, such as the "/" and "=" of header.b.
 */
static bool append_text(mgw_auth_reader *r, mgw_auth_text *out, bool (*accepts)(char))
{
    while (!at_end(r)) {
        char c = r->text.data[r->at];
        if (c == '"') {
            if (!read_quoted(r, out))
                return false;
        } else if (!accepts(c)) {
            break;
        } else if (!put(out, c)) {
            return false;
        } else {
            r->at++;
        }
    }
    return true;
}

static bool read_text(mgw_auth_reader *r, mgw_auth_text *out, bool (*accepts)(char))
{
    out->len = 0;
    return append_text(r, out, accepts);
}

static bool is_joint(char c)
{
    return c == '/' || c == '.';
}

/* "dkim / 1" and "smtp . mailfrom": blanks and comments may stand around the joint. Ends before what follows the blanks. */
static bool read_key(mgw_auth_reader *r)
{
    r->word.len = 0;
    bool goes_on = true;
    while (goes_on) {
        if (!append_text(r, &r->word, is_word_char) || r->word.len == 0 || !skip_blanks(r))
            return false;
        goes_on = !at_end(r) && is_word_char(r->text.data[r->at]) &&
                  (is_joint(r->text.data[r->at]) || is_joint(r->word.data[r->word.len - 1]));
    }
    return true;
}

bool mgw_auth_begin(mgw_auth_reader *reader, mgw_bytes value)
{
    reader->text = value;
    reader->at = 0;
    reader->value.len = 0;
    bool read = skip_blanks(reader) && read_text(reader, &reader->word, is_word_char) && reader->word.len > 0 &&
                skip_blanks(reader);
    if (!read)
        return false;
    while (!at_end(reader) && mgw_is_digit((unsigned char)reader->text.data[reader->at]))
        reader->at++;
    return skip_blanks(reader) && (at_end(reader) || is_next(reader, ';'));
}

/* "word = value", blanks and comments between them. */
static bool read_pair(mgw_auth_reader *r)
{
    if (!read_key(r) || !is_next(r, '='))
        return false;
    r->at++;
    return skip_blanks(r) && read_text(r, &r->value, is_value_char) && skip_blanks(r);
}

smgw_status mgw_auth_next_property(mgw_auth_reader *reader)
{
    if (!skip_blanks(reader))
        return SMGW_ERR_INVALID;
    if (at_end(reader) || is_next(reader, ';'))
        return SMGW_DONE;
    return read_pair(reader) ? SMGW_OK : SMGW_ERR_INVALID;
}

/* Without the version of "dkim/1". */
static void drop_version(mgw_auth_text *method)
{
    method->len = mgw_bytes_find(mgw_auth_bytes(method), '/');
}

static bool is_none(mgw_auth_reader *r)
{
    size_t start = r->at;
    bool none = read_text(r, &r->word, is_word_char) && mgw_bytes_equal_fold(mgw_auth_bytes(&r->word), MGW_LIT("none")) &&
                skip_blanks(r) && at_end(r);
    if (!none)
        r->at = start;
    return none;
}

smgw_status mgw_auth_next(mgw_auth_reader *reader)
{
    smgw_status status = SMGW_OK;
    while (status == SMGW_OK)
        status = mgw_auth_next_property(reader);
    if (status != SMGW_DONE)
        return status;
    while (is_next(reader, ';')) {
        reader->at++;
        if (!skip_blanks(reader))
            return SMGW_ERR_INVALID;
    }
    if (at_end(reader) || is_none(reader))
        return SMGW_DONE;
    if (!read_pair(reader))
        return SMGW_ERR_INVALID;
    drop_version(&reader->word);
    return SMGW_OK;
}
