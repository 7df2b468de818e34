/* SPDX-License-Identifier: MIT */
/*
 * Runs a file of the attack catalogue's format (tab-separated: id, group, function-or-surface, input, expected,
 * rationale): catalogue_test [FILE]. Prints a line for each row that fails or is skipped, then the count.
 */
#include "security/catalogue.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS = 6, FILE_MAX = 64 << 20, DECODED_MAX = 256 << 20 };

static const char HEADER[] = "id\tgroup\tfunction-or-surface\tinput\texpected\trationale";

static const char *const GROUPS[] = {
    "header-injection", "address-whitelist", "smtp-smuggling", "smtp-command", "imap-injection", "starttls",
    "malicious-server", "tls", "mime-bomb", "attachment-path", "rate-limit", "audit-log", "secrets", "config",
    "ambiguous-outcome",
};

static const surface *const TABLES[] = {
    TEXT_SURFACES, POLICY_SURFACES, LIMITER_SURFACES, IMAP_SURFACES, SMTP_SURFACES, MIME_SURFACES, PARSE_SURFACES,
    CONFIG_SURFACES, SCENARIO_SURFACES,
};

typedef struct tally {
    unsigned passed, failed, skipped;
} tally;

static void print_bytes(mgw_bytes bytes)
{
    enum { SHOWN = 120 };
    for (size_t i = 0; i < bytes.len && i < SHOWN; i++) {
        unsigned char c = (unsigned char)bytes.data[i];
        if (c >= 0x20 && c < 0x7f && c != '\\')
            putchar(c);
        else
            printf("\\%03o", c);
    }
    if (bytes.len > SHOWN)
        printf("... (%zu bytes)", bytes.len);
}

static void print_id(const char *word, const row *r)
{
    printf("%s %.*s: ", word, (int)r->id.len, r->id.data);
}

static void report_failure(tally *t, const row *r, const char *why, const outcome *o)
{
    t->failed++;
    print_id("FAIL", r);
    printf("%.*s: %s", (int)r->surface.len, r->surface.data, why);
    if (o != NULL && o->has_output) {
        printf(": got \"");
        print_bytes(mgw_buf_bytes(&o->output));
        printf("\"");
    }
    printf("\n");
}

static const surface *find_surface(mgw_bytes name)
{
    for (size_t t = 0; t < sizeof TABLES / sizeof TABLES[0]; t++)
        for (const surface *s = TABLES[t]; s->name != NULL; s++) {
            mgw_bytes known = mgw_bytes_str(s->name);
            char last = known.data[known.len - 1];
            bool prefix = last == '{' || last == '(';
            if (mgw_bytes_equal(known, prefix ? mgw_bytes_slice(name, 0, known.len) : name))
                return s;
        }
    return NULL;
}

static bool is_known_group(mgw_bytes group)
{
    for (size_t i = 0; i < sizeof GROUPS / sizeof GROUPS[0]; i++)
        if (mgw_bytes_equal(group, mgw_bytes_str(GROUPS[i])))
            return true;
    return false;
}

/* NULL where the outcome is the expected one, else what is wrong with it. */
static const char *complaint(const row *r, const outcome *o)
{
    mgw_bytes output = mgw_buf_bytes(&o->output);
    if (r->expects == EXPECT_REJECT)
        return o->accepted ? "accepted, must be refused" : NULL;
    if (!o->accepted)
        return "refused, must be accepted";
    if (r->expects >= EXPECT_PROPERTY) {
        if (!o->property_checked)
            return "the surface knows no such property";
        return o->property_holds ? NULL : "the property does not hold";
    }
    if (r->expects == EXPECT_ACCEPT)
        return o->has_output && !mgw_bytes_equal(output, r->input) ? "accepted, but changed" : NULL;
    if (!o->has_output)
        return "the surface has no output to compare";
    return mgw_bytes_equal(output, r->expected) ? NULL : "the output differs";
}

static void run_row(tally *t, const row *r)
{
    const surface *s = find_surface(r->surface);
    if (s == NULL) {
        report_failure(t, r, "no such surface", NULL);
        return;
    }
    outcome o = { .output = MGW_BUF_INIT(DECODED_MAX) };
    s->run(r, &o);
    const char *why = o.skipped != NULL ? NULL : complaint(r, &o);
    if (o.skipped != NULL) {
        t->skipped++;
        print_id("SKIP", r);
        printf("%s\n", o.skipped);
    } else if (why != NULL) {
        report_failure(t, r, why, &o);
    } else {
        t->passed++;
    }
    mgw_buf_free(&o.output);
}

/* The expectation's kind; *rest is what has to be decoded, or the property's name. */
static bool parse_expectation(mgw_bytes text, expectation *kind, mgw_bytes *rest)
{
    static const struct {
        const char *prefix;
        expectation kind;
        bool exact;
    } forms[] = {
        { "accept", EXPECT_ACCEPT, true },
        { "reject", EXPECT_REJECT, true },
        { "accept:@", EXPECT_PROPERTY, false },
        { "transform:@", EXPECT_PROPERTY, false },
        { "transform:", EXPECT_BYTES, false },
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        mgw_bytes prefix = mgw_bytes_str(forms[i].prefix);
        *rest = mgw_bytes_slice(text, prefix.len, text.len);
        *kind = forms[i].kind;
        if (mgw_bytes_equal(prefix, mgw_bytes_slice(text, 0, prefix.len)) && (!forms[i].exact || rest->len == 0))
            return forms[i].kind != EXPECT_PROPERTY || rest->len > 0;
    }
    return false;
}

/* Cuts a line at its tabs. Returns the number of columns, at most COLUMNS + 1. */
static size_t split(mgw_bytes line, mgw_bytes columns[COLUMNS])
{
    for (size_t count = 1;; count++) {
        size_t tab = mgw_bytes_find(line, '\t');
        if (count > COLUMNS)
            return count;
        columns[count - 1] = mgw_bytes_slice(line, 0, tab);
        if (tab == line.len)
            return count;
        line = mgw_bytes_slice(line, tab + 1, line.len);
    }
}

/* Buffers for the decoded columns of one row. */
typedef struct scratch {
    mgw_buf surface, input, expected;
} scratch;

/* NULL, or what is malformed. */
static const char *parse_row(mgw_bytes line, scratch *s, row *r)
{
    mgw_bytes columns[COLUMNS];
    mgw_bytes expected;
    *r = (row){ .id = mgw_bytes_slice(line, 0, mgw_bytes_find(line, '\t')) };
    if (split(line, columns) != COLUMNS)
        return "malformed row: not six columns";
    r->group = columns[1];
    r->raw_input = columns[3];
    if (r->id.len == 0 || !is_known_group(r->group))
        return "malformed row: no id, or an unknown group";
    if (!parse_expectation(columns[4], &r->expects, &expected))
        return "malformed row: unknown expectation";
    mgw_buf_clear(&s->surface);
    mgw_buf_clear(&s->input);
    mgw_buf_clear(&s->expected);
    if (!catalogue_decode(columns[2], true, &s->surface) || !catalogue_decode(columns[3], false, &s->input) ||
        !catalogue_decode(expected, false, &s->expected))
        return "malformed row: bad escape";
    r->surface = mgw_buf_bytes(&s->surface);
    r->input = mgw_buf_bytes(&s->input);
    r->expected = r->expects == EXPECT_PROPERTY ? expected : mgw_buf_bytes(&s->expected);
    return NULL;
}

/* Whether a line that stands before `line` has the same id. */
static bool is_repeated(mgw_bytes file, mgw_bytes line, mgw_bytes id)
{
    size_t before = (size_t)(line.data - file.data);
    for (mgw_bytes rest = mgw_bytes_slice(file, 0, before); rest.len > 0;) {
        size_t end = mgw_bytes_find(rest, '\n');
        mgw_bytes other = mgw_bytes_slice(rest, 0, mgw_bytes_find(mgw_bytes_slice(rest, 0, end), '\t'));
        if (mgw_bytes_equal(other, id))
            return true;
        rest = mgw_bytes_slice(rest, end + 1, rest.len);
    }
    return false;
}

static void run_file(tally *t, mgw_bytes file)
{
    scratch s = { MGW_BUF_INIT(FILE_MAX), MGW_BUF_INIT(DECODED_MAX), MGW_BUF_INIT(DECODED_MAX) };
    size_t header_end = mgw_bytes_find(file, '\n');
    if (!mgw_bytes_equal(mgw_bytes_slice(file, 0, header_end), mgw_bytes_str(HEADER))) {
        printf("FAIL: the first line does not name the columns of a catalogue\n");
        t->failed++;
    }
    for (mgw_bytes rest = mgw_bytes_slice(file, header_end + 1, file.len); rest.len > 0;) {
        size_t end = mgw_bytes_find(rest, '\n');
        mgw_bytes line = mgw_bytes_slice(rest, 0, end);
        row r;
        const char *malformed = parse_row(line, &s, &r);
        if (malformed == NULL && is_repeated(file, line, r.id))
            malformed = "malformed row: the id stands above already";
        if (malformed != NULL)
            report_failure(t, &r, malformed, NULL);
        else
            run_row(t, &r);
        rest = mgw_bytes_slice(rest, end + 1, rest.len);
    }
    mgw_buf_free(&s.surface);
    mgw_buf_free(&s.input);
    mgw_buf_free(&s.expected);
}

static bool read_file(const char *path, mgw_buf *out)
{
    char block[65536];
    size_t n = 0;
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return false;
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        mgw_buf_add(out, block, n);
    bool ok = !ferror(f) && out->status == SMGW_OK && out->len > 0;
    fclose(f);
    return ok;
}

int main(int argc, char **argv)
{
    tally t = { 0 };
    mgw_buf file = MGW_BUF_INIT(FILE_MAX);
    const char *path = argc > 1 ? argv[1] : "security/attack-catalogue.tsv";
    if (setlocale(LC_ALL, "tr_TR.UTF-8") == NULL) /* Nothing may depend on it; where it is absent, on the user's. */
        setlocale(LC_ALL, "");
    if (argc > 2 || !read_file(path, &file)) {
        printf("FAIL: cannot read %s\n", path);
        t.failed++;
    } else {
        run_file(&t, mgw_buf_bytes(&file));
    }
    mgw_buf_free(&file);
    printf("%u passed, %u failed, %u skipped\n", t.passed, t.failed, t.skipped);
    return t.failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
