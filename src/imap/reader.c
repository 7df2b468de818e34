/* SPDX-License-Identifier: MIT */
#include "imap/reader.h"

#include "imap/lexer.h"

enum literal { NO_LITERAL, GOOD_LITERAL, BAD_LITERAL };

/*
 * RESERVE: octets of the longest FETCH that an envelope or structure leaves to the other items, at most. TAIL: what is
 * not scanned before the line ends, since it may be the header of a literal.
 */
enum { RESERVE = 64 * 1024, TAIL = 32 };

void mgw_imap_reader_init(mgw_imap_reader *reader, const mgw_imap_limits *limits)
{
    *reader = (mgw_imap_reader){ .limits = limits, .failure = "" };
    mgw_buf_init(&reader->line, limits->list_line);
}

void mgw_imap_reader_free(mgw_imap_reader *reader)
{
    mgw_buf_free(&reader->line);
}

static bool fail(mgw_imap_reader *reader, smgw_status status, const char *why)
{
    reader->status = status;
    reader->failure = why;
    return false;
}

static const char too_long[] = "a response is too long";
static const char not_paired[] = "quotes, brackets and parentheses must pair";

static bool append(mgw_imap_reader *reader, mgw_bytes data)
{
    smgw_status status = mgw_buf_add_bytes(&reader->line, data);
    if (status == SMGW_OK)
        return true;
    return fail(reader, status, status == SMGW_ERR_TOO_LARGE ? too_long : "out of memory");
}

static bool is_status_word(mgw_bytes word)
{
    static const char *const words[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (mgw_bytes_equal_fold(word, mgw_bytes_str(words[i])))
            return true;
    return false;
}

/* Of the line as far as it is there. */
static mgw_imap_line_kind classify(mgw_bytes line)
{
    if (line.len < 2 || line.data[0] != '*' || line.data[1] != ' ')
        return MGW_IMAP_LINE_TEXT;
    mgw_imap_lexer lexer = mgw_imap_lexer_of(mgw_bytes_slice(line, 2, line.len), NULL);
    mgw_bytes word;
    uint64_t number = 0;
    if (!mgw_imap_lex_atom(&lexer, &word))
        return MGW_IMAP_LINE_DATA;
    if (is_status_word(word))
        return MGW_IMAP_LINE_TEXT;
    if (mgw_bytes_equal_fold(word, MGW_LIT("SEARCH")) || mgw_bytes_equal_fold(word, MGW_LIT("ESEARCH")) ||
        mgw_bytes_equal_fold(word, MGW_LIT("VANISHED")))
        return MGW_IMAP_LINE_SEARCH;
    if (mgw_bytes_to_u64(word, UINT32_MAX, &number) && mgw_imap_lex_char(&lexer, ' ') &&
        mgw_imap_lex_word(&lexer, "FETCH"))
        return MGW_IMAP_LINE_FETCH;
    return MGW_IMAP_LINE_DATA;
}

static bool may_be_long(mgw_imap_line_kind kind)
{
    return kind == MGW_IMAP_LINE_FETCH || kind == MGW_IMAP_LINE_SEARCH;
}

/* A name or a value ends before `end`. */
static void end_token(mgw_imap_fetch_scan *scan, mgw_bytes line, size_t end)
{
    mgw_bytes token = mgw_bytes_slice(line, scan->token, end - scan->token);
    if (!scan->want_value) {
        scan->name_at = scan->token;
        scan->name_len = token.len;
    } else if (mgw_bytes_equal_fold(mgw_bytes_slice(line, scan->name_at, scan->name_len), MGW_LIT("UID"))) {
        uint64_t uid = 0;
        if (mgw_bytes_to_u64(token, UINT32_MAX, &uid))
            scan->uid = (uint32_t)uid;
    }
    scan->want_value = !scan->want_value;
}

static void scan_quoted(mgw_imap_fetch_scan *scan, char c)
{
    if (scan->escape)
        scan->escape = false;
    else if (c == '\\')
        scan->escape = true;
    else if (c == '"')
        scan->quote = false;
}

/* A structural byte, outside quotes and brackets. False where a list is closed that was not open. */
static bool scan_byte(mgw_imap_fetch_scan *scan, mgw_bytes line, size_t i)
{
    bool between_items = scan->depth == 1;
    switch (line.data[i]) {
    case '"':
        scan->quote = true;
        break;
    case '[':
        scan->bracket = between_items && !scan->want_value;
        break;
    case '(':
        if (scan->depth++ == 0)
            scan->token = i + 1;
        break;
    case ')':
        if (scan->depth == 0)
            return false;
        if (scan->depth-- == 1)
            end_token(scan, line, i);
        break;
    case ' ':
        if (between_items) {
            end_token(scan, line, i);
            scan->token = i + 1;
        }
        break;
    default:
        break;
    }
    return true;
}

/* Takes the bytes from `from` to `to` out of the line, where the present segment now begins. */
static void cut(mgw_imap_reader *reader, size_t from, size_t to)
{
    mgw_buf *line = &reader->line;
    memmove(line->data + from, line->data + to, line->len - to);
    mgw_buf_truncate(line, line->len - (to - from));
    reader->segment = from;
    reader->scan.at = from;
}

/* A value that is left out ends at the present byte: nothing but its mark stays. Returns how much went. */
static size_t close_gap(mgw_imap_reader *reader)
{
    size_t from = reader->scan.token + 1;
    size_t to = reader->scan.at;
    cut(reader, from, to);
    reader->scan.gone = false;
    return to - from;
}

static bool ends_value(const mgw_imap_fetch_scan *scan, char c)
{
    return scan->depth == 1 && !scan->quote && (c == ' ' || c == ')');
}

/* Up to `end`. */
static bool scan_fetch(mgw_imap_reader *reader, size_t end)
{
    mgw_imap_fetch_scan *scan = &reader->scan;
    for (; scan->at < end; scan->at++) {
        char c = reader->line.data[scan->at];
        if (scan->gone && ends_value(scan, c))
            end -= close_gap(reader);
        if (scan->quote)
            scan_quoted(scan, c);
        else if (scan->bracket)
            scan->bracket = c != ']';
        else if (!scan_byte(scan, mgw_buf_bytes(&reader->line), scan->at))
            return fail(reader, SMGW_ERR_PROTOCOL, not_paired);
    }
    return true;
}

/* Looks for a literal's header at the end of a line; *brace is where it begins. */
static enum literal find_literal(mgw_bytes line, size_t segment, size_t *brace, uint64_t *len)
{
    if (line.len == segment || line.data[line.len - 1] != '}')
        return NO_LITERAL;
    size_t digits = line.len - 1;
    while (digits > segment && mgw_is_digit((unsigned char)line.data[digits - 1]))
        digits--;
    if (digits == segment || line.data[digits - 1] != '{')
        return BAD_LITERAL;
    *brace = digits - 1;
    return mgw_bytes_to_u64(mgw_bytes_slice(line, digits, line.len - 1 - digits), UINT64_MAX, len) ? GOOD_LITERAL
                                                                                                   : BAD_LITERAL;
}

static bool is_body_value(const mgw_imap_reader *reader, size_t brace)
{
    const mgw_imap_fetch_scan *scan = &reader->scan;
    return reader->kind == MGW_IMAP_LINE_FETCH && scan->depth == 1 && scan->want_value && scan->token == brace &&
           mgw_bytes_starts_with_fold(mgw_imap_reader_body_name(reader), MGW_LIT("BODY["));
}

/* The header at `brace` gives way to the mark of a literal that is not kept. */
static void leave_out(mgw_imap_reader *reader, size_t brace)
{
    reader->line.data[brace] = MGW_IMAP_LITERAL_GONE;
    mgw_buf_truncate(&reader->line, brace + 1);
}

static bool begin_literal(mgw_imap_reader *reader, size_t brace, uint64_t len)
{
    const mgw_imap_limits *limits = reader->limits;
    bool fetch = reader->kind == MGW_IMAP_LINE_FETCH;
    size_t cap = may_be_long(reader->kind) ? limits->list_line : limits->line;
    size_t used = reader->line.len < cap ? reader->line.len : cap;
    bool fits = len <= limits->literal && len <= cap - used && !reader->scan.gone;
    reader->left = len;
    if (is_body_value(reader, brace))
        reader->state = MGW_IMAP_READER_BODY;
    else if (fits)
        reader->state = MGW_IMAP_READER_KEEP;
    else if (fetch)
        reader->state = MGW_IMAP_READER_DROP;
    else
        return fail(reader, SMGW_ERR_TOO_LARGE, "a literal is too long");
    if (reader->state != MGW_IMAP_READER_KEEP)
        leave_out(reader, brace);
    return true;
}

/* Text before a line's end has no CR and no NUL; feed_line() sees each LF. */
static bool check_text(mgw_imap_reader *reader, mgw_bytes text)
{
    if (mgw_bytes_find(text, '\r') < text.len)
        return fail(reader, SMGW_ERR_PROTOCOL, "a line must end with CRLF and hold no other CR or LF");
    if (mgw_bytes_find(text, '\0') < text.len)
        return fail(reader, SMGW_ERR_PROTOCOL, "a line must not hold a NUL byte");
    return true;
}

/* The text of the present segment ends with the only CR and LF in it, and has no NUL. */
static bool check_segment(mgw_imap_reader *reader)
{
    mgw_bytes text = mgw_bytes_slice(mgw_buf_bytes(&reader->line), reader->segment, SIZE_MAX);
    bool ended = text.len >= 2 && text.data[text.len - 2] == '\r';
    return check_text(reader, ended ? mgw_bytes_slice(text, 0, text.len - 2) : MGW_LIT("\r"));
}

/* A line has ended: it ends the response, or announces a literal. */
static bool end_line(mgw_imap_reader *reader)
{
    if (!check_segment(reader))
        return false;
    mgw_bytes line = mgw_bytes_slice(mgw_buf_bytes(&reader->line), 0, reader->line.len - 2);
    if (reader->kind == MGW_IMAP_LINE_UNSEEN)
        reader->kind = classify(line);
    reader->state = MGW_IMAP_READER_COMPLETE;
    if (reader->kind == MGW_IMAP_LINE_TEXT)
        return true;
    size_t brace = line.len;
    uint64_t len = 0;
    enum literal literal = find_literal(line, reader->segment, &brace, &len);
    if (literal == BAD_LITERAL)
        return fail(reader, SMGW_ERR_PROTOCOL, "a literal must be announced as {digits}");
    size_t header = line.len - brace;
    if (reader->kind == MGW_IMAP_LINE_FETCH && !scan_fetch(reader, brace))
        return false;
    if (reader->scan.quote || reader->scan.bracket)
        return fail(reader, SMGW_ERR_PROTOCOL, not_paired);
    if (literal == NO_LITERAL)
        return true;
    return begin_literal(reader, reader->line.len - 2 - header, len);
}

static mgw_imap_line_kind line_kind(const mgw_imap_reader *reader)
{
    return reader->kind != MGW_IMAP_LINE_UNSEEN ? reader->kind : classify(mgw_buf_bytes(&reader->line));
}

/* The length of the line at which room is to be made. */
static size_t next_stop(const mgw_imap_reader *reader)
{
    const size_t cap = reader->limits->list_line;
    const size_t reserve = cap / 4 < RESERVE ? cap / 4 : RESERVE;
    const size_t full = cap - reserve;
    if (reader->scan.gone)
        return cap;
    if (reader->line.len < full)
        return full;
    size_t next = line_kind(reader) == MGW_IMAP_LINE_FETCH ? reader->scan.at + TAIL + reserve / 16 : cap;
    return next < full ? full : next < cap ? next : cap;
}

/* The item is as long as a mail's sender wants it. */
static bool is_senders(mgw_bytes name)
{
    return mgw_bytes_equal_fold(name, MGW_LIT("ENVELOPE")) || mgw_bytes_equal_fold(name, MGW_LIT("BODYSTRUCTURE")) ||
           mgw_bytes_equal_fold(name, MGW_LIT("BODY"));
}

/* What is scanned of the present value gives way to the mark of a value that is not kept. */
static void leave_value_out(mgw_imap_reader *reader)
{
    mgw_imap_fetch_scan *scan = &reader->scan;
    scan->gone = true;
    reader->line.data[scan->token] = MGW_IMAP_LITERAL_GONE;
    cut(reader, scan->token + 1, scan->at);
}

/* The line is long: an envelope or structure does not grow further, anything else may up to the cap. */
static bool make_room(mgw_imap_reader *reader)
{
    mgw_imap_fetch_scan *scan = &reader->scan;
    size_t end = reader->line.len - scan->at > TAIL ? reader->line.len - TAIL : scan->at;
    mgw_bytes text = mgw_bytes_slice(mgw_buf_bytes(&reader->line), scan->at, end - scan->at);
    if (line_kind(reader) == MGW_IMAP_LINE_FETCH) {
        if (!check_text(reader, text) || !scan_fetch(reader, end))
            return false;
        bool in_value = scan->depth > 0 && scan->want_value && scan->at > scan->token;
        if (in_value && is_senders(mgw_imap_reader_body_name(reader)))
            leave_value_out(reader);
    }
    return reader->line.len < reader->limits->list_line || fail(reader, SMGW_ERR_TOO_LARGE, too_long);
}

static bool feed_line(mgw_imap_reader *reader, mgw_bytes data, size_t *consumed)
{
    size_t stop = next_stop(reader);
    if (reader->line.len >= stop)
        return make_room(reader);
    data = mgw_bytes_slice(data, 0, stop - reader->line.len);
    size_t end = mgw_bytes_find(data, '\n');
    bool ended = end < data.len;
    *consumed = ended ? end + 1 : data.len;
    reader->octets += *consumed;
    if (!append(reader, mgw_bytes_slice(data, 0, *consumed)))
        return false;
    if (reader->line.len > reader->limits->line && !may_be_long(line_kind(reader)))
        return fail(reader, SMGW_ERR_TOO_LARGE, too_long);
    return !ended || end_line(reader);
}

/* The literal is complete: its response goes on behind it. */
static void resume_line(mgw_imap_reader *reader)
{
    reader->state = MGW_IMAP_READER_LINE;
    reader->segment = reader->line.len;
    reader->scan.at = reader->line.len;
}

static bool feed_literal(mgw_imap_reader *reader, mgw_bytes data, size_t *consumed, mgw_bytes *chunk)
{
    *consumed = reader->left < data.len ? (size_t)reader->left : data.len;
    reader->left -= *consumed;
    mgw_bytes octets = mgw_bytes_slice(data, 0, *consumed);
    if (reader->state == MGW_IMAP_READER_BODY)
        *chunk = octets;
    else
        reader->octets += *consumed;
    bool good = reader->state != MGW_IMAP_READER_KEEP || append(reader, octets);
    if (reader->left == 0)
        resume_line(reader);
    return good;
}

/* The next response; a buffer that a long one needed is not kept. */
static void start_response(mgw_imap_reader *reader)
{
    if (reader->line.alloc > reader->limits->line)
        mgw_buf_free(&reader->line);
    mgw_buf_clear(&reader->line);
    reader->state = MGW_IMAP_READER_LINE;
    reader->kind = MGW_IMAP_LINE_UNSEEN;
    reader->segment = 0;
    reader->scan = (mgw_imap_fetch_scan){ 0 };
}

static mgw_imap_read step(mgw_imap_reader *reader, mgw_bytes data, size_t *consumed, mgw_bytes *chunk)
{
    if (reader->state != MGW_IMAP_READER_LINE) {
        bool good = feed_literal(reader, data, consumed, chunk);
        return !good ? MGW_IMAP_READ_FAILED : chunk->len > 0 ? MGW_IMAP_READ_DATA : MGW_IMAP_READ_MORE;
    }
    if (!feed_line(reader, data, consumed))
        return MGW_IMAP_READ_FAILED;
    if (reader->state == MGW_IMAP_READER_COMPLETE)
        return MGW_IMAP_READ_RESPONSE;
    bool body = reader->state == MGW_IMAP_READER_BODY;
    if (reader->state != MGW_IMAP_READER_LINE && reader->left == 0)
        resume_line(reader);
    return body ? MGW_IMAP_READ_BODY : MGW_IMAP_READ_MORE;
}

mgw_imap_read mgw_imap_reader_feed(mgw_imap_reader *reader, mgw_bytes data, size_t *consumed, mgw_bytes *chunk)
{
    *consumed = 0;
    *chunk = mgw_bytes_of(NULL, 0);
    if (reader->state == MGW_IMAP_READER_COMPLETE)
        start_response(reader);
    while (reader->status == SMGW_OK && *consumed < data.len) {
        size_t taken = 0;
        mgw_imap_read what = step(reader, mgw_bytes_slice(data, *consumed, SIZE_MAX), &taken, chunk);
        *consumed += taken;
        if (what != MGW_IMAP_READ_MORE)
            return what;
    }
    return reader->status == SMGW_OK ? MGW_IMAP_READ_MORE : MGW_IMAP_READ_FAILED;
}

mgw_bytes mgw_imap_reader_response(const mgw_imap_reader *reader)
{
    return mgw_bytes_slice(mgw_buf_bytes(&reader->line), 0, reader->line.len - 2);
}

mgw_bytes mgw_imap_reader_body_name(const mgw_imap_reader *reader)
{
    return mgw_bytes_slice(mgw_buf_bytes(&reader->line), reader->scan.name_at, reader->scan.name_len);
}
