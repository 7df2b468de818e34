/* SPDX-License-Identifier: MIT */
#include "support/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STEPS = 1000, MAX_BYTES = 64 << 20, MAX_NUMBER = 64 << 20 };

bool script_bytes_add(script_bytes *bytes, const char *data, size_t len)
{
    if (len > MAX_BYTES || bytes->len > MAX_BYTES - len)
        return false;
    if (bytes->alloc < bytes->len + len + 1) {
        size_t alloc = 2 * (bytes->len + len + 1);
        char *grown = realloc(bytes->data, alloc);
        if (grown == NULL)
            return false;
        bytes->data = grown;
        bytes->alloc = alloc;
    }
    if (len > 0)
        memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
    bytes->data[bytes->len] = '\0';
    return true;
}

void script_bytes_free(script_bytes *bytes)
{
    free(bytes->data);
    *bytes = (script_bytes){ NULL, 0, 0 };
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A decimal number up to MAX_NUMBER; *at moves behind it. */
static bool read_number(const char **at, long *number)
{
    const char *start = *at;
    *number = 0;
    while (**at >= '0' && **at <= '9' && *number <= MAX_NUMBER)
        *number = *number * 10 + (*(*at)++ - '0');
    return *at > start && *number <= MAX_NUMBER;
}

/* The character that an escape at `at` stands for; *at moves behind it. */
static char read_escape(const char **at, const char *end)
{
    static const char names[] = "rnte";
    static const char values[] = "\r\n\t\033";
    const char *text = ++*at;
    if (text < end && *text >= '0' && *text <= '7') {
        int value = 0;
        for (int digits = 0; digits < 3 && *at < end && **at >= '0' && **at <= '7'; digits++)
            value = value * 8 + (*(*at)++ - '0');
        return (char)value;
    }
    if (text == end)
        return '\\';
    ++*at;
    const char *name = strchr(names, *text);
    return name != NULL ? values[name - names] : *text;
}

/* Plain text with escapes, up to `end`. */
static bool add_text(const char *at, const char *end, script_bytes *out)
{
    while (at < end) {
        char c = *at == '\\' ? read_escape(&at, end) : *at++;
        if (!script_bytes_add(out, &c, 1))
            return false;
    }
    return true;
}

/* ${REP:n:text}; `at` is behind "REP:". */
static bool add_repeated(const char *at, const char *end, script_bytes *out)
{
    long count = 0;
    script_bytes piece = { NULL, 0, 0 };
    bool good = read_number(&at, &count) && at < end && *at == ':' && add_text(at + 1, end, &piece);
    for (long i = 0; good && i < count; i++)
        good = script_bytes_add(out, piece.data, piece.len);
    script_bytes_free(&piece);
    return good;
}

/* ${SEQ:a:b:sep}; `at` is behind "SEQ:". */
static bool add_sequence(const char *at, const char *end, script_bytes *out)
{
    long first = 0;
    long last = 0;
    bool good = read_number(&at, &first) && *at == ':';
    at += good;
    good = good && read_number(&at, &last) && at < end && *at == ':';
    for (long i = first; good && i <= last; i++) {
        char number[24];
        int len = snprintf(number, sizeof number, "%ld", i);
        good = script_bytes_add(out, number, (size_t)len) && (i == last || add_text(at + 1, end, out));
    }
    return good;
}

/* What begins with '$'; *at moves behind it. A '$' that begins nothing known is itself. */
static bool add_variable(const char **at, const char *end, const char *tag, script_bytes *out)
{
    const char *text = *at;
    if (strncmp(text, "$TAG", 4) == 0) {
        *at += 4;
        return script_bytes_add(out, tag, strlen(tag));
    }
    const char *close = memchr(text, '}', (size_t)(end - text));
    bool repeats = strncmp(text, "${REP:", 6) == 0;
    if (!repeats && strncmp(text, "${SEQ:", 6) != 0) {
        *at += 1;
        return script_bytes_add(out, "$", 1);
    }
    if (close == NULL)
        return false;
    *at = close + 1;
    return repeats ? add_repeated(text + 6, close, out) : add_sequence(text + 6, close, out);
}

bool script_expand(const script_step *step, const char *tag, script_bytes *out)
{
    const char *at = step->words + strlen("S:\"");
    const char *end = step->words + step->len - 1;
    while (at < end) {
        const char *stop = at;
        while (stop < end && *stop != '$')
            stop += *stop == '\\' && stop + 1 < end ? 2 : 1;
        if (!add_text(at, stop, out))
            return false;
        at = stop;
        if (at < end && !add_variable(&at, end, tag, out))
            return false;
    }
    return script_bytes_add(out, "", 0);
}

/* Moves behind the quote or slash that ends a text; NULL where there is none. */
static const char *skip_to(const char *at, char end)
{
    for (; *at != '\0' && *at != end; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
    }
    return *at == end ? at + 1 : NULL;
}

static bool compile(script_step *step)
{
    char pattern[1000];
    size_t len = 0;
    const char *end = step->words + step->len - 1;
    for (const char *at = step->words + strlen("C:/"); at < end && len < sizeof pattern - 1; at++) {
        if (at[0] == '\\' && at[1] == '/')
            at++;
        pattern[len++] = *at;
    }
    pattern[len] = '\0';
    return len < sizeof pattern - 1 && regcomp(&step->regex, pattern, REG_EXTENDED | REG_NOSUB) == 0;
}

static bool check_text(const script_step *step)
{
    script_bytes trial = { NULL, 0, 0 };
    bool good = script_expand(step, "tag", &trial);
    script_bytes_free(&trial);
    return good;
}

/* Reads the step that begins at `at`; NULL where that is none, else where it ends. */
static const char *parse_step(script_step *step, const char *at)
{
    *step = (script_step){ .kind = *at, .words = at };
    const char *end = NULL;
    if (strncmp(at, "S:\"", 3) == 0)
        end = skip_to(at + 3, '"');
    else if (strncmp(at, "C:/", 3) == 0)
        end = skip_to(at + 3, '/');
    else if (strncmp(at, "L:", 2) == 0 || strncmp(at, "W:", 2) == 0)
        end = (at += 2, read_number(&at, &step->number)) ? at : NULL;
    else if (strchr("TAXER", *at) != NULL)
        end = at + 1;
    if (end == NULL || (*end != '\0' && !is_blank(*end)))
        return NULL;
    step->len = (size_t)(end - step->words);
    bool good = step->kind == 'S' ? check_text(step) : step->kind != 'C' || compile(step);
    return good ? end : NULL;
}

bool script_parse(script *out, const char *text, char *problem, size_t problem_size)
{
    *out = (script){ strdup(text), calloc(MAX_STEPS, sizeof(script_step)), 0 };
    const char *at = out->text;
    while (out->steps != NULL && at != NULL) {
        while (is_blank(*at))
            at++;
        if (*at == '\0')
            return true;
        const char *start = at;
        at = out->count < MAX_STEPS ? parse_step(&out->steps[out->count], at) : NULL;
        if (at != NULL)
            out->count++;
        else
            snprintf(problem, problem_size, "not a step: %.60s", start);
    }
    script_free(out);
    return false;
}

void script_free(script *out)
{
    for (size_t i = 0; i < out->count; i++) {
        if (out->steps[i].kind == 'C')
            regfree(&out->steps[i].regex);
    }
    free(out->steps);
    free(out->text);
    *out = (script){ NULL, NULL, 0 };
}
