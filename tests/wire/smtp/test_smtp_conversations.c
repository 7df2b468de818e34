/* SPDX-License-Identifier: MIT */
/*
 * Plays conversations.txt: as it is written, byte by byte, with a cut at each byte in either direction, with the
 * connection lost after each byte, with each allocation failing, and with the server's bytes damaged.
 */
#include "support/test.h"

#include "base/alloc.h"
#include "smtp/engine.h"
#include "wire/transcript.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_CONVERSATIONS = 100, MAX_WORDS = 8, NEVER = -1 };

typedef struct conversation {
    char *name;
    char *text;
} conversation;

static conversation conversations[MAX_CONVERSATIONS];
static size_t conversation_count;

/* What a loss of the connection means now, by the test's own account of what has left and what came back. */
typedef enum phase { BEFORE, BEGUN, TERMINATED } phase;

/* Makes one allocation of the engine fail, and none of the test's own. */
typedef struct shortage {
    unsigned long countdown; /* 0: none fails any more. */
    bool hit;
} shortage;

typedef struct client {
    mgw_smtp *engine;
    size_t send_cut; /* This client byte is the last of a write; 0: each is; SIZE_MAX: none. */
    long lose_at;    /* The connection is lost after so many bytes in both directions; or NEVER. */
    uint64_t noise;  /* Seed of the damage to the server's bytes; 0 for none. */
    shortage memory;
    long events; /* Bytes so far in both directions, where they move one by one. */
    size_t sent;
    size_t terminator_left; /* Octets that must leave until the message is out, once its end is written. */
    phase phase;
    mgw_buf answer; /* What the server said since then. */
    bool lost;
    bool told_no_memory;
    mgw_buf *log;
} client;

static const struct {
    smgw_status status;
    const char *name;
} statuses[] = {
    { SMGW_OK, "ok" },
    { SMGW_ERR_INVALID, "invalid" },
    { SMGW_ERR_TOO_LARGE, "too-large" },
    { SMGW_ERR_UNSUPPORTED, "unsupported" },
    { SMGW_ERR_TEMPORARY, "temporary" },
    { SMGW_ERR_PERMANENT, "permanent" },
    { SMGW_ERR_PROTOCOL, "protocol" },
    { SMGW_ERR_NETWORK, "network" },
    { SMGW_ERR_TIMEOUT, "timeout" },
    { SMGW_ERR_UNKNOWN, "unknown" },
    { SMGW_ERR_NO_MEMORY, "no-memory" },
};

static const char *status_name(smgw_status status)
{
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        if (statuses[i].status == status)
            return statuses[i].name;
    }
    return "?";
}

static const char *const state_names[] = { "waiting", "ready", "need-body", "done", "failed", "closed" };
static const char *const outcome_names[] = { "not-sent", "sent", "unknown" };

static void log_line(client *c, const char *line)
{
    mgw_buf_add_str(c->log, line);
    mgw_buf_add_byte(c->log, '\n');
}

static void look(client *c)
{
    const mgw_smtp_result *r = mgw_smtp_get_result(c->engine);
    char recipient[24] = "-";
    char line[600];
    if (r->refused_recipient != SIZE_MAX)
        snprintf(recipient, sizeof recipient, "%zu", r->refused_recipient);
    snprintf(line, sizeof line, "%s %s %s %d %s %s %s%s%s", state_names[mgw_smtp_get_state(c->engine)],
        outcome_names[r->outcome], status_name(r->status), r->code, r->enhanced[0] != '\0' ? r->enhanced : "-",
        r->command[0] != '\0' ? r->command : "-", recipient, r->text[0] != '\0' ? " " : "", r->text);
    log_line(c, line);
}

static bool memory_gate(void *context)
{
    shortage *memory = context;
    if (memory->countdown == 0 || --memory->countdown > 0)
        return true;
    memory->hit = true;
    return false;
}

/* The engine is called between these two. */
static void enter(client *c)
{
    mgw_alloc_set_gate(memory_gate, &c->memory);
}

static smgw_status leave(client *c, smgw_status status)
{
    mgw_alloc_set_gate(NULL, NULL);
    if (status == SMGW_ERR_NO_MEMORY)
        c->told_no_memory = true;
    return status;
}

static smgw_status begin(client *c, mgw_bytes words)
{
    mgw_bytes parts[MAX_WORDS];
    size_t count = 0;
    mgw_smtp_envelope envelope = { .body_8bit = false };
    while (words.len > 0) {
        mgw_bytes word = mgw_bytes_slice(words, 0, mgw_bytes_find(words, ' '));
        words = mgw_bytes_slice(words, word.len + 1, SIZE_MAX);
        if (mgw_bytes_starts_with_fold(word, MGW_LIT("size=")))
            assert_true(mgw_bytes_to_u64(mgw_bytes_slice(word, 5, SIZE_MAX), UINT64_MAX, &envelope.size));
        else if (mgw_bytes_equal(word, MGW_LIT("8bit")))
            envelope.body_8bit = true;
        else if (count < MAX_WORDS)
            parts[count++] = word;
    }
    assert_true(count >= 2);
    envelope.from = parts[0];
    envelope.to = parts + 1;
    envelope.count = count - 1;
    smgw_status status = mgw_smtp_begin(c->engine, &envelope);
    if (status == SMGW_OK || status == SMGW_ERR_NO_MEMORY) {
        c->phase = status == SMGW_OK ? BEGUN : BEFORE;
        mgw_buf_clear(&c->answer);
    }
    /* The envelope is not needed any more: let a sanitizer see who still looks at it. */
    memset(parts, 0xee, sizeof parts);
    return status;
}

static smgw_status end_body(client *c)
{
    smgw_status status = mgw_smtp_body_end(c->engine);
    if (status == SMGW_OK)
        c->terminator_left = mgw_smtp_output(c->engine).len;
    return status;
}

/* The words behind the action, with \r, \n and octal escapes; in a block of their exact size. */
static mgw_bytes unescape(const char *text, char *out)
{
    size_t len = 0;
    for (; *text != '\0'; text++) {
        if (*text != '\\') {
            out[len++] = *text;
        } else if (*++text >= '0' && *text <= '7') {
            out[len++] = (char)((text[0] - '0') * 64 + (text[1] - '0') * 8 + (text[2] - '0'));
            text += 2;
        } else {
            out[len++] = *text == 'r' ? '\r' : *text == 'n' ? '\n' : *text;
        }
    }
    return mgw_bytes_of(out, len);
}

static smgw_status command(client *c, mgw_bytes verb, mgw_bytes words)
{
    if (mgw_bytes_equal(verb, MGW_LIT("ehlo")))
        return mgw_smtp_ehlo(c->engine, words);
    if (mgw_bytes_equal(verb, MGW_LIT("begin")))
        return begin(c, words);
    if (mgw_bytes_equal(verb, MGW_LIT("body")))
        return mgw_smtp_body(c->engine, words.data, words.len);
    if (mgw_bytes_equal(verb, MGW_LIT("end")))
        return end_body(c);
    if (mgw_bytes_equal(verb, MGW_LIT("rset")))
        return mgw_smtp_rset(c->engine);
    if (mgw_bytes_equal(verb, MGW_LIT("quit")))
        return mgw_smtp_quit(c->engine);
    fail_msg("unknown action");
    return SMGW_ERR_INVALID;
}

static bool act(void *context, const char *text)
{
    client *c = context;
    char words[600];
    char line[40];
    if (c->lost)
        return false;
    mgw_bytes all = unescape(text, words);
    mgw_bytes verb = mgw_bytes_slice(all, 0, mgw_bytes_find(all, ' '));
    mgw_bytes rest = mgw_bytes_slice(all, verb.len + 1, SIZE_MAX);
    if (mgw_bytes_equal(verb, MGW_LIT("look"))) {
        look(c);
        return true;
    }
    if (mgw_bytes_equal(verb, MGW_LIT("lost"))) {
        bool timeout = mgw_bytes_equal(rest, MGW_LIT("timeout"));
        mgw_smtp_connection_lost(c->engine, timeout ? SMGW_ERR_TIMEOUT : SMGW_ERR_NETWORK);
        return true;
    }
    enter(c);
    smgw_status status = leave(c, command(c, verb, rest));
    snprintf(line, sizeof line, "no: %s", status_name(status));
    if (status != SMGW_OK)
        log_line(c, line);
    return true;
}

/* Counts a byte; true where the connection is lost with it. */
static bool count_event(client *c)
{
    if (++c->events == c->lose_at) {
        mgw_smtp_connection_lost(c->engine, SMGW_ERR_NETWORK);
        c->lost = true;
    }
    return c->lost;
}

static void follow_terminator(client *c, size_t len)
{
    if (c->terminator_left == 0)
        return;
    c->terminator_left -= len < c->terminator_left ? len : c->terminator_left;
    if (c->terminator_left == 0)
        c->phase = TERMINATED;
}

static void sent(void *context, size_t len)
{
    client *c = context;
    while (len > 0 && !c->lost) {
        size_t piece = len;
        if (c->send_cut == 0 || c->lose_at != NEVER)
            piece = 1;
        else if (c->send_cut > c->sent && c->send_cut - c->sent < piece)
            piece = c->send_cut - c->sent;
        mgw_smtp_sent(c->engine, piece);
        follow_terminator(c, piece);
        c->sent += piece;
        len -= piece;
        if (piece == 1)
            count_event(c);
    }
}

/* One step of the xorshift generator. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void feed_some(client *c, const char *data, size_t len)
{
    enter(c);
    smgw_status status = leave(c, mgw_smtp_feed(c->engine, data, len));
    bool failed = mgw_smtp_get_state(c->engine) == MGW_SMTP_FAILED;
    assert_int_equal(status != SMGW_OK, failed);
    if (c->phase == TERMINATED)
        mgw_buf_add(&c->answer, data, len);
}

/* Feeds bytes of which about one in sixteen was changed, doubled or dropped. */
static void feed_damaged(client *c, const char *data, size_t len)
{
    static const char likely[] = "\r\n -02345\0.";
    for (size_t i = 0; i < len; i++) {
        uint64_t dice = next_random(&c->noise);
        char byte = data[i];
        if (dice % 16 == 0)
            byte = (dice & 256) != 0 ? likely[(dice >> 16) % (sizeof likely - 1)] : (char)(dice >> 24);
        size_t times = dice % 64 == 17 ? 2 : dice % 64 == 33 ? 0 : 1;
        for (size_t k = 0; k < times; k++)
            feed_some(c, &byte, 1);
    }
}

static void feed(void *context, const char *data, size_t len)
{
    client *c = context;
    if (c->lost)
        return;
    if (c->noise != 0) {
        feed_damaged(c, data, len);
        return;
    }
    feed_some(c, data, len);
    if (len == 1)
        count_event(c);
}

static mgw_bytes output(void *context)
{
    client *c = context;
    return c->lost ? MGW_LIT("") : mgw_smtp_output(c->engine);
}

/* Plays with what `c` asks for besides; the engine stays for the caller to look at and free. */
static const char *play(const conversation *what, client *c, size_t feed_cut)
{
    transcript_peer peer = { c, NULL, act, feed, output, sent, MGW_BUF_INIT(100000) };
    c->log = &peer.log;
    mgw_buf_init(&c->answer, 1000000);
    enter(c);
    c->engine = mgw_smtp_new(NULL);
    leave(c, SMGW_OK);
    if (c->engine == NULL)
        return "no engine";
    const char *problem = transcript_run(what->text, &peer, feed_cut);
    mgw_buf_free(&peer.log);
    return problem;
}

static void stop(client *c)
{
    mgw_buf_free(&c->answer);
    mgw_smtp_free(c->engine);
}

static void play_well(const conversation *what, size_t feed_cut, size_t send_cut)
{
    client c = { .send_cut = send_cut, .lose_at = NEVER };
    const char *problem = play(what, &c, feed_cut);
    stop(&c);
    if (problem != NULL)
        fail_msg("%s (cut at %zu, %zu): %s", what->name, feed_cut, send_cut, problem);
}

static void goes_as_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < conversation_count; i++) {
        play_well(&conversations[i], TRANSCRIPT_WHOLE, SIZE_MAX);
        play_well(&conversations[i], TRANSCRIPT_BYTES, 0);
        play_well(&conversations[i], TRANSCRIPT_BYTES, SIZE_MAX);
        play_well(&conversations[i], TRANSCRIPT_WHOLE, 0);
    }
}

static void goes_the_same_with_a_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < conversation_count; i++) {
        mgw_buf bytes = MGW_BUF_INIT(1000000);
        transcript_server_bytes(conversations[i].text, NULL, &bytes);
        size_t last = bytes.len < 2000 ? bytes.len : 2000;
        for (size_t cut = 1; cut <= last; cut++)
            play_well(&conversations[i], cut, SIZE_MAX);
        for (size_t cut = 1; cut <= 300; cut++)
            play_well(&conversations[i], TRANSCRIPT_WHOLE, cut);
        mgw_buf_free(&bytes);
    }
}

/* The last line of the first complete reply in the answer, or none. */
static mgw_bytes answer_line(const client *c)
{
    mgw_bytes rest = mgw_buf_bytes(&c->answer);
    while (rest.len > 0) {
        size_t end = mgw_bytes_find(rest, '\n');
        if (end == rest.len)
            break;
        if (end > 3 && rest.data[3] != '-')
            return mgw_bytes_slice(rest, 0, end);
        rest = mgw_bytes_slice(rest, end + 1, SIZE_MAX);
    }
    return MGW_LIT("");
}

/* What became of the message, by the test's own account. */
static smgw_outcome truth(const client *c)
{
    mgw_bytes line = answer_line(c);
    if (c->phase != TERMINATED)
        return SMGW_NOT_SENT;
    if (line.len > 3 && line.data[3] == ' ' && line.data[0] == '2')
        return SMGW_SENT;
    return line.len > 3 && line.data[3] == ' ' && line.data[0] > '3' ? SMGW_NOT_SENT : SMGW_UNKNOWN;
}

static void check_end(const conversation *what, client *c)
{
    const mgw_smtp_result *result = mgw_smtp_get_result(c->engine);
    mgw_smtp_connection_lost(c->engine, SMGW_ERR_NETWORK);
    mgw_smtp_state state = mgw_smtp_get_state(c->engine);
    if (state != MGW_SMTP_FAILED && state != MGW_SMTP_CLOSED)
        fail_msg("%s: the connection is lost and the state is %s", what->name, state_names[state]);
    if (c->phase != BEFORE && (result->status == SMGW_OK) != (result->outcome == SMGW_SENT))
        fail_msg("%s: %s and %s", what->name, outcome_names[result->outcome], status_name(result->status));
    assert_int_equal(result->status == SMGW_ERR_UNKNOWN, result->outcome == SMGW_UNKNOWN);
    assert_int_equal(mgw_smtp_output(c->engine).len, 0);
}

static void outcome_is_true_wherever_the_connection_is_lost(void **state)
{
    (void)state;
    for (size_t i = 0; i < conversation_count; i++) {
        bool lost = true;
        for (long at = 1; lost; at++) {
            client c = { .lose_at = at };
            play(&conversations[i], &c, TRANSCRIPT_BYTES);
            check_end(&conversations[i], &c);
            smgw_outcome outcome = mgw_smtp_get_result(c.engine)->outcome;
            if (outcome != truth(&c))
                fail_msg("%s: lost after %ld bytes: %s, not %s", conversations[i].name, at, outcome_names[outcome],
                    outcome_names[truth(&c)]);
            lost = c.lost;
            stop(&c);
        }
    }
}

static void outcome_is_true_whichever_allocation_fails(void **state)
{
    (void)state;
    unsigned long failed = 0;
    for (size_t i = 0; i < conversation_count; i++) {
        bool hit = true;
        for (unsigned long n = 1; hit; n++) {
            client c = { .send_cut = SIZE_MAX, .lose_at = NEVER, .memory = { n, false } };
            play(&conversations[i], &c, TRANSCRIPT_WHOLE);
            hit = c.memory.hit;
            failed += hit;
            if (c.engine != NULL) {
                assert_int_equal(c.told_no_memory, hit);
                check_end(&conversations[i], &c);
                smgw_outcome outcome = mgw_smtp_get_result(c.engine)->outcome;
                if (!hit || outcome != SMGW_UNKNOWN)
                    assert_int_equal(outcome, truth(&c));
                else
                    assert_int_equal(c.phase, TERMINATED);
            }
            stop(&c);
        }
    }
    assert_true(failed > 2 * conversation_count);
}

static bool answer_has_line(const client *c, const char *digits)
{
    mgw_bytes rest = mgw_buf_bytes(&c->answer);
    while (rest.len > 0) {
        size_t end = mgw_bytes_find(rest, '\n');
        if (end < rest.len && end > 3 && strchr(digits, rest.data[0]) != NULL)
            return true;
        rest = mgw_bytes_slice(rest, end + 1, SIZE_MAX);
    }
    return false;
}

static void damaged_replies_forge_no_outcome(void **state)
{
    (void)state;
    size_t sound = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        for (size_t i = 0; i < conversation_count; i++) {
            client c = { .send_cut = SIZE_MAX, .lose_at = NEVER, .noise = seed * UINT64_C(0x9e3779b97f4a7c15) };
            sound += play(&conversations[i], &c, TRANSCRIPT_WHOLE) == NULL;
            check_end(&conversations[i], &c);
            smgw_outcome outcome = mgw_smtp_get_result(c.engine)->outcome;
            if (outcome != SMGW_NOT_SENT)
                assert_int_equal(c.phase, TERMINATED);
            if (outcome == SMGW_SENT)
                assert_true(answer_has_line(&c, "2"));
            if (outcome == SMGW_NOT_SENT && c.phase == TERMINATED)
                assert_true(answer_has_line(&c, "45"));
            stop(&c);
        }
    }
    print_message("  %zu of %zu were played to their end\n", sound, 400 * conversation_count);
    assert_true(sound > 0);
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 16);
    assert_non_null(file);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 16) - 1, file) < (1 << 16) - 1);
    fclose(file);
    return text;
}

static char *whole_file;

static int load(void **state)
{
    (void)state;
    whole_file = read_file("wire/smtp/conversations.txt");
    char *name = strstr(whole_file, "\n## ");
    while (name != NULL) {
        assert_true(conversation_count < MAX_CONVERSATIONS);
        name += strlen("\n## ");
        char *text = strchr(name, '\n');
        assert_non_null(text);
        char *next = strstr(text, "\n## ");
        *text++ = '\0';
        if (next != NULL)
            *next = '\0';
        conversations[conversation_count++] = (conversation){ name, text };
        name = next;
    }
    assert_true(conversation_count > 30);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    free(whole_file);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_as_written),
        cmocka_unit_test(goes_the_same_with_a_cut_anywhere),
        cmocka_unit_test(outcome_is_true_wherever_the_connection_is_lost),
        cmocka_unit_test(outcome_is_true_whichever_allocation_fails),
        cmocka_unit_test(damaged_replies_forge_no_outcome),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
