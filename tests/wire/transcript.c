/* SPDX-License-Identifier: MIT */
#include "wire/transcript.h"

#include <stdio.h>

static char problem[1024];

typedef struct run {
    transcript_peer *peer;
    size_t cut;
    size_t fed;      /* Server bytes so far. */
    size_t log_read; /* Bytes of the log that '=' steps have named. */
    mgw_buf pending; /* Server bytes of the present run of S steps. */
} run;

typedef struct step {
    char kind; /* '>', 'C', 'S', '=', or '\0' for nothing to do. */
    bool crlf;
    mgw_bytes words; /* As written. */
} step;

static mgw_bytes next_line(mgw_bytes *rest)
{
    size_t end = mgw_bytes_find(*rest, '\n');
    mgw_bytes line = mgw_bytes_slice(*rest, 0, end);
    *rest = mgw_bytes_slice(*rest, end < rest->len ? end + 1 : end, rest->len);
    return line;
}

static bool parse_step(mgw_bytes line, step *out)
{
    *out = (step){ 0 };
    while (line.len > 0 && line.data[0] == ' ')
        line = mgw_bytes_slice(line, 1, line.len);
    if (line.len == 0 || line.data[0] == '#')
        return true;
    char kind = line.data[0];
    bool wire = kind == 'C' || kind == 'S';
    size_t head = wire ? 3 : 2;
    if ((!wire && kind != '>' && kind != '=') || line.len < head || line.data[head - 1] != ' ')
        return false;
    if (wire && line.data[1] != ':' && line.data[1] != '-')
        return false;
    *out = (step){ kind, wire && line.data[1] == ':', mgw_bytes_slice(line, head, line.len) };
    return true;
}

static unsigned char octal(mgw_bytes text, size_t *at)
{
    unsigned value = 0;
    for (size_t i = 0; i < 3 && *at < text.len && text.data[*at] >= '0' && text.data[*at] <= '7'; i++, (*at)++)
        value = value * 8 + (unsigned)(text.data[*at] - '0');
    return (unsigned char)value;
}

/* Behind a backslash at text.data[*at - 1]. */
static void add_escape(mgw_buf *out, mgw_bytes text, size_t *at)
{
    char c = text.data[*at];
    if (c >= '0' && c <= '7') {
        mgw_buf_add_byte(out, (char)octal(text, at));
        return;
    }
    if (strchr("rnt\\", c) == NULL) {
        mgw_buf_add_byte(out, '\\');
        return;
    }
    (*at)++;
    mgw_buf_add_byte(out, c == 'r' ? '\r' : c == 'n' ? '\n' : c == 't' ? '\t' : c);
}

/* The bytes of a C or S step. */
static void expand(const step *what, const char *tag, mgw_buf *out)
{
    mgw_bytes text = what->words;
    for (size_t i = 0; i < text.len;) {
        if (tag != NULL && i + 1 < text.len && text.data[i] == '$' && text.data[i + 1] == 'T') {
            mgw_buf_add_str(out, tag);
            i += 2;
        } else if (text.data[i] == '\\' && i + 1 < text.len) {
            i++;
            add_escape(out, text, &i);
        } else {
            mgw_buf_add_byte(out, text.data[i++]);
        }
    }
    if (what->crlf)
        mgw_buf_add_str(out, "\r\n");
}

static const char *complain(const char *what, mgw_bytes wanted, mgw_bytes got)
{
    char want_text[400];
    char got_text[400];
    size_t want_len = 0;
    size_t got_len = 0;
    for (size_t i = 0; i < wanted.len && want_len < sizeof want_text - 1; i++)
        want_text[want_len++] = mgw_is_control((unsigned char)wanted.data[i]) ? '~' : wanted.data[i];
    for (size_t i = 0; i < got.len && got_len < sizeof got_text - 1; i++)
        got_text[got_len++] = mgw_is_control((unsigned char)got.data[i]) ? '~' : got.data[i];
    snprintf(problem, sizeof problem, "%s\n  written: %.*s\n  got:     %.*s", what, (int)want_len, want_text,
        (int)got_len, got_text);
    return problem;
}

static void feed_pending(run *r)
{
    mgw_bytes data = mgw_buf_bytes(&r->pending);
    while (data.len > 0) {
        size_t len = data.len;
        if (r->cut == TRANSCRIPT_BYTES)
            len = 1;
        else if (r->cut > r->fed && r->cut - r->fed < len)
            len = r->cut - r->fed;
        /* A copy of its own, so that a sanitizer sees every read past the end. */
        mgw_buf piece = MGW_BUF_INIT(SIZE_MAX);
        mgw_buf_add(&piece, data.data, len);
        r->peer->feed(r->peer->context, piece.data, len);
        mgw_buf_free(&piece);
        r->fed += len;
        data = mgw_bytes_slice(data, len, data.len);
    }
    mgw_buf_clear(&r->pending);
}

static const char *expect_sent(run *r, const step *what)
{
    mgw_buf wanted = MGW_BUF_INIT(SIZE_MAX);
    expand(what, r->peer->tag, &wanted);
    mgw_bytes got = r->peer->output(r->peer->context);
    const char *verdict = NULL;
    if (!mgw_bytes_equal(mgw_bytes_slice(got, 0, wanted.len), mgw_buf_bytes(&wanted)))
        verdict = complain("the client sends something else", mgw_buf_bytes(&wanted), got);
    else
        r->peer->sent(r->peer->context, wanted.len);
    mgw_buf_free(&wanted);
    return verdict;
}

static const char *expect_log(run *r, const step *what)
{
    mgw_bytes rest = mgw_bytes_slice(mgw_buf_bytes(&r->peer->log), r->log_read, SIZE_MAX);
    size_t before = rest.len;
    mgw_bytes line = next_line(&rest);
    if (before == 0 || !mgw_bytes_equal(line, what->words))
        return complain("something else happened", what->words, line);
    r->log_read += before - rest.len;
    return NULL;
}

static const char *expect_silence(run *r)
{
    mgw_bytes got = r->peer->output(r->peer->context);
    return got.len > 0 ? complain("the client sends more than is written", MGW_LIT(""), got) : NULL;
}

static const char *act(run *r, const step *what)
{
    char words[512];
    snprintf(words, sizeof words, "%.*s", (int)what->words.len, what->words.data);
    return r->peer->act(r->peer->context, words) ? NULL
                                                 : complain("the client cannot do this", what->words, MGW_LIT(""));
}

static const char *perform(run *r, const step *what)
{
    if (what->kind == 'S') {
        const char *verdict = r->pending.len == 0 ? expect_silence(r) : NULL;
        expand(what, r->peer->tag, &r->pending);
        return verdict;
    }
    feed_pending(r);
    if (what->kind == '>')
        return act(r, what);
    return what->kind == 'C' ? expect_sent(r, what) : expect_log(r, what);
}

static const char *finish(run *r)
{
    feed_pending(r);
    const char *verdict = expect_silence(r);
    mgw_bytes rest = mgw_bytes_slice(mgw_buf_bytes(&r->peer->log), r->log_read, SIZE_MAX);
    if (verdict == NULL && rest.len > 0)
        verdict = complain("more happened than is written", MGW_LIT(""), rest);
    return verdict;
}

const char *transcript_run(const char *text, transcript_peer *peer, size_t cut)
{
    run r = { peer, cut, 0, 0, MGW_BUF_INIT(SIZE_MAX) };
    mgw_bytes rest = mgw_bytes_str(text);
    const char *verdict = NULL;
    while (verdict == NULL && rest.len > 0) {
        mgw_bytes line = next_line(&rest);
        step what;
        if (!parse_step(line, &what))
            verdict = complain("not a step", line, MGW_LIT(""));
        else if (what.kind != '\0')
            verdict = perform(&r, &what);
    }
    if (verdict == NULL)
        verdict = finish(&r);
    mgw_buf_free(&r.pending);
    return verdict;
}

void transcript_server_bytes(const char *text, const char *tag, mgw_buf *out)
{
    mgw_bytes rest = mgw_bytes_str(text);
    while (rest.len > 0) {
        step what;
        if (parse_step(next_line(&rest), &what) && what.kind == 'S')
            expand(&what, tag, out);
    }
}

static bool read_file(const char *path, mgw_buf *out)
{
    FILE *file = fopen(path, "rb");
    char piece[4096];
    size_t len = 0;
    if (file == NULL)
        return false;
    while ((len = fread(piece, 1, sizeof piece, file)) > 0)
        mgw_buf_add(out, piece, len);
    bool good = ferror(file) == 0;
    fclose(file);
    return good && out->status == SMGW_OK;
}

static bool is_heading(mgw_bytes line)
{
    return line.len > 3 && memcmp(line.data, "== ", 3) == 0;
}

/* The steps up to the next heading. */
static mgw_bytes take_case(mgw_bytes *rest)
{
    mgw_bytes all = *rest;
    while (rest->len > 0) {
        mgw_bytes ahead = *rest;
        if (is_heading(next_line(&ahead)))
            break;
        *rest = ahead;
    }
    return mgw_bytes_slice(all, 0, all.len - rest->len);
}

static bool run_cases(mgw_bytes rest, bool (*run_one)(void *context, const char *name, const char *text), void *context)
{
    size_t count = 0;
    take_case(&rest);
    for (; rest.len > 0; count++) {
        mgw_buf name = MGW_BUF_INIT(SIZE_MAX);
        mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
        mgw_buf_add_bytes(&name, mgw_bytes_slice(next_line(&rest), 3, SIZE_MAX));
        mgw_buf_add_bytes(&text, take_case(&rest));
        bool good = run_one(context, mgw_buf_str(&name), mgw_buf_str(&text));
        mgw_buf_free(&name);
        mgw_buf_free(&text);
        if (!good)
            return false;
    }
    return count > 0;
}

bool transcript_file(
    const char *path, bool (*run_one)(void *context, const char *name, const char *text), void *context)
{
    mgw_buf all = MGW_BUF_INIT(SIZE_MAX);
    bool good = read_file(path, &all) && run_cases(mgw_buf_bytes(&all), run_one, context);
    mgw_buf_free(&all);
    return good;
}
