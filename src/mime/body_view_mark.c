/* SPDX-License-Identifier: MIT */
#include "mime/body_view.h"

enum { MAX_ATTRIBUTION = 3 /* Lines. */, MAX_ATTRIBUTION_BYTES = 1000 };

/* "On Monday Ann wrote:" as mail programs write it, in the languages where it is one fixed form. */
static const struct attribution {
    mgw_bytes start;
    mgw_bytes verb;
} attributions[] = {
    { MGW_LIT_INIT("On "), MGW_LIT_INIT("wrote") },
    { MGW_LIT_INIT("Am "), MGW_LIT_INIT("schrieb") },
    { MGW_LIT_INIT("Le "), MGW_LIT_INIT("a \xc3\xa9" "crit") },
    { MGW_LIT_INIT("El "), MGW_LIT_INIT("escribi\xc3\xb3") },
    { MGW_LIT_INIT("Il "), MGW_LIT_INIT("ha scritto") },
    { MGW_LIT_INIT("Em "), MGW_LIT_INIT("escreveu") },
    { MGW_LIT_INIT("Op "), MGW_LIT_INIT("schreef") },
};

/* The line with which Outlook begins the message that is answered, between dashes. */
static const mgw_bytes original_messages[] = {
    MGW_LIT_INIT("Original Message"),
    MGW_LIT_INIT("Urspr\xc3\xbcngliche Nachricht"),
    MGW_LIT_INIT("Message d'origine"),
    MGW_LIT_INIT("Mensaje original"),
    MGW_LIT_INIT("Messaggio originale"),
    MGW_LIT_INIT("Mensagem original"),
    MGW_LIT_INIT("Oorspronkelijk bericht"),
};

typedef struct marker {
    mgw_bytes text;
    const mgw_view_marks *marks;
    mgw_buf *spans;
    size_t count;
    smgw_view_span open; /* The span that grows; of no length at first. */
    bool reply;          /* Everything from here on is quoted. */
    bool full;           /* The last span takes the rest. */
    /* The last lines of the body, which may turn out to introduce a quote. */
    size_t recent[MAX_ATTRIBUTION];
    size_t recent_count;
} marker;

static uint32_t quote_level(const mgw_view_marks *marks, mgw_bytes line)
{
    uint32_t level = 0;
    for (size_t i = 0; i < line.len && level < MGW_VIEW_MAX_LEVEL; i++) {
        if (line.data[i] == '>')
            level++;
        else if (!marks->spaced_quotes || line.data[i] != ' ' || level == 0)
            break;
    }
    return level;
}

static bool is_separator(const mgw_view_marks *marks, mgw_bytes line)
{
    return mgw_bytes_equal(line, MGW_LIT("-- ")) || (marks->bare_separator && mgw_bytes_equal(line, MGW_LIT("--")));
}

static bool is_original_message(mgw_bytes line)
{
    size_t dashes = 0;
    while (line.len > 2 && line.data[0] == '-' && line.data[line.len - 1] == '-') {
        line = mgw_bytes_slice(line, 1, line.len - 2);
        dashes++;
    }
    line = mgw_bytes_trim(line);
    for (size_t i = 0; dashes >= 4 && i < sizeof original_messages / sizeof original_messages[0]; i++)
        if (mgw_bytes_equal_fold(line, original_messages[i]))
            return true;
    return false;
}

static void close_span(marker *m)
{
    if (m->open.len == 0)
        return;
    (void)mgw_buf_add(m->spans, (const char *)&m->open, sizeof m->open);
    m->count++;
}

static void add_line(marker *m, size_t start, size_t len, smgw_view_kind kind, uint32_t level)
{
    bool same = m->open.len > 0 && m->open.kind == kind && m->open.level == level;
    if (!same && !m->full) {
        close_span(m);
        m->full = m->count == MGW_VIEW_MAX_SPANS - 1;
        m->open = (smgw_view_span){ start, 0, m->full ? SMGW_VIEW_BODY : kind, m->full ? 0 : level };
    }
    m->open.len += len;
}

static bool contains(mgw_bytes text, mgw_bytes word)
{
    return memmem(text.data, text.len, word.data, word.len) != NULL;
}

static bool is_attribution(mgw_bytes text)
{
    while (text.len > 0 && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == ' '))
        text.len--;
    if (text.len == 0 || text.len > MAX_ATTRIBUTION_BYTES || text.data[text.len - 1] != ':')
        return false;
    for (size_t i = 0; i < sizeof attributions / sizeof attributions[0]; i++)
        if (mgw_bytes_starts_with_fold(text, attributions[i].start) && contains(text, attributions[i].verb))
            return true;
    return false;
}

/* The lines of the body just before `quote_start` that introduce the quote go over to it. */
static void claim_attribution(marker *m, size_t quote_start)
{
    bool body = m->open.len > 0 && m->open.kind == SMGW_VIEW_BODY && !m->full;
    for (size_t i = m->recent_count; body && i > 0; i--) {
        size_t start = m->recent[i - 1];
        if (!is_attribution(mgw_bytes_slice(m->text, start, quote_start - start)))
            continue;
        size_t taken = quote_start - start;
        m->open.len -= taken;
        add_line(m, start, taken, SMGW_VIEW_QUOTE, 1);
        return;
    }
}

/* Remembers where lines begin, the last few of one paragraph. A blank line may stand between it and the quote. */
static void remember(marker *m, size_t start, mgw_bytes line)
{
    bool blank = mgw_bytes_trim(line).len == 0;
    size_t previous = m->recent_count > 0 ? m->recent[m->recent_count - 1] : 0;
    bool after_blank = m->recent_count > 0 && start > previous + 1 && m->text.data[start - 1] == '\n' &&
                       m->text.data[start - 2] == '\n';
    if (blank)
        return;
    if (after_blank)
        m->recent_count = 0;
    if (m->recent_count == MAX_ATTRIBUTION) {
        memmove(m->recent, m->recent + 1, (MAX_ATTRIBUTION - 1) * sizeof m->recent[0]);
        m->recent_count--;
    }
    m->recent[m->recent_count++] = start;
}

static void mark_line(marker *m, size_t start, mgw_bytes line, size_t len)
{
    bool begins_reply = m->marks->reply_at >= 0 && start >= (size_t)m->marks->reply_at;
    m->reply = m->reply || begins_reply || is_original_message(line);
    uint32_t level = quote_level(m->marks, line) + (m->reply ? 1 : 0);
    if (level > MGW_VIEW_MAX_LEVEL)
        level = MGW_VIEW_MAX_LEVEL;
    bool in_signature = m->open.len > 0 && m->open.kind == SMGW_VIEW_SIGNATURE;
    if (level > 0) {
        if (!m->reply)
            claim_attribution(m, start);
        m->recent_count = 0;
        add_line(m, start, len, SMGW_VIEW_QUOTE, level);
    } else if (in_signature || is_separator(m->marks, line)) {
        add_line(m, start, len, SMGW_VIEW_SIGNATURE, 0);
    } else {
        remember(m, start, line);
        add_line(m, start, len, SMGW_VIEW_BODY, 0);
    }
}

smgw_status mgw_view_mark(mgw_bytes text, const mgw_view_marks *marks, mgw_buf *spans, uint32_t *defects)
{
    marker m = { .text = text, .marks = marks, .spans = spans };
    for (size_t at = 0; at < text.len && spans->status == SMGW_OK;) {
        mgw_bytes rest = mgw_bytes_slice(text, at, SIZE_MAX);
        size_t end = mgw_bytes_find(rest, '\n');
        size_t len = end < rest.len ? end + 1 : end;
        mark_line(&m, at, mgw_bytes_slice(rest, 0, end), len);
        at += len;
    }
    close_span(&m);
    if (m.full)
        *defects |= SMGW_VIEW_UNMARKED;
    return spans->status;
}
