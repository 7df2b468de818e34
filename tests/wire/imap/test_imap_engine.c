/* SPDX-License-Identifier: MIT */
/*
 * Every transcript of *.txt, with the server's bytes whole, one at a time, and cut at every place; with every
 * allocation failing in turn; and with the server's bytes damaged in thousands of ways, which must change nothing but
 * the outcome.
 */
#include "support/test.h"

#include "wire/imap/imap_peer.h"

static const char *const files[] = { "wire/imap/reading.txt", "wire/imap/pipelining.txt", "wire/imap/folders.txt",
    "wire/imap/changes.txt", "wire/imap/append.txt", "wire/imap/idle.txt", "wire/imap/sync.txt",
    "wire/imap/extensions.txt", "wire/imap/hostile.txt" };

static void each_transcript(bool (*run)(void *context, const char *name, const char *text), void *context)
{
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (!transcript_file(files[i], run, context))
            fail_msg("in %s", files[i]);
    }
}

static bool run_once(const char *name, const char *text, size_t cut)
{
    imap_peer peer;
    imap_peer_init(&peer, NULL, 0);
    const char *verdict = transcript_run(text, &peer.transcript, cut);
    if (verdict != NULL)
        print_error("%s (cut %zu): %s\n", name, cut, verdict);
    imap_peer_free(&peer);
    return verdict == NULL;
}

static size_t server_len(const char *text)
{
    mgw_buf bytes = MGW_BUF_INIT(SIZE_MAX);
    transcript_server_bytes(text, IMAP_PEER_TAG, &bytes);
    size_t len = bytes.len;
    mgw_buf_free(&bytes);
    return len;
}

static bool run_every_cut(void *context, const char *name, const char *text)
{
    (void)context;
    if (!run_once(name, text, TRANSCRIPT_WHOLE) || !run_once(name, text, TRANSCRIPT_BYTES))
        return false;
    size_t len = server_len(text);
    for (size_t cut = 1; cut < len; cut++)
        if (!run_once(name, text, cut))
            return false;
    return true;
}

static void transcripts_hold_however_the_bytes_arrive(void **state)
{
    (void)state;
    each_transcript(run_every_cut, NULL);
}

static bool run_short_of_memory(void *context, const char *name, const char *text)
{
    (void)context;
    for (unsigned long n = 1;; n++) {
        imap_peer peer;
        imap_peer_init(&peer, NULL, n);
        if (peer.imap != NULL)
            transcript_run(text, &peer.transcript, TRANSCRIPT_WHOLE);
        bool reached = peer.allocations >= n;
        bool told = peer.no_memory;
        imap_peer_free(&peer);
        if (reached != told) {
            print_error("%s: allocation %lu failed and nothing was said\n", name, n);
            return false;
        }
        if (!reached)
            return n > 2;
    }
}

static void every_failed_allocation_is_told(void **state)
{
    (void)state;
    each_transcript(run_short_of_memory, NULL);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* A bit flipped, a piece cut out, or a piece doubled. */
static void damage(mgw_bytes from, uint32_t *seed, mgw_buf *out)
{
    size_t at = next_random(seed) % from.len;
    size_t len = 1 + next_random(seed) % 16;
    uint32_t how = next_random(seed) % 3;
    mgw_buf_clear(out);
    mgw_buf_add_bytes(out, mgw_bytes_slice(from, 0, how == 2 ? at + len : at));
    if (how == 0)
        mgw_buf_add_byte(out, (char)(from.data[at] ^ (char)(1u << next_random(seed) % 8)));
    mgw_buf_add_bytes(out, mgw_bytes_slice(from, how == 0 ? at + 1 : how == 1 ? at + len : at, SIZE_MAX));
}

/* Does what the transcript's client does, but lets the server speak without minding what was sent. */
static void ask(imap_peer *peer, const char *text)
{
    for (const char *line = text; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        size_t len = end != NULL ? (size_t)(end - line) : strlen(line);
        char words[512] = "";
        if (len > 2 && len < sizeof words && line[0] == '>') {
            memcpy(words, line + 2, len - 2);
            peer->transcript.act(peer->transcript.context, words);
        }
        line = end != NULL ? end + 1 : NULL;
    }
}

static void play_damaged(const char *text, mgw_bytes server)
{
    mgw_imap_limits limits = mgw_imap_default_limits;
    limits.search_results = 1000;
    imap_peer peer;
    imap_peer_init(&peer, &limits, 0);
    ask(&peer, text);
    size_t asked = mgw_imap_output(peer.imap).len;
    for (size_t at = 0; at < server.len; at += 7) {
        mgw_buf piece = MGW_BUF_INIT(SIZE_MAX);
        mgw_buf_add_bytes(&piece, mgw_bytes_slice(server, at, 7));
        peer.transcript.feed(peer.transcript.context, piece.data, piece.len);
        mgw_buf_free(&piece);
    }
    /* Each UID found takes at most 11 bytes of the log, each byte of text 4, and the words of an event fewer than 200.
     */
    assert_true(peer.transcript.log.len < 1000 * 11 + server.len * 4 + (server.len + 20) * 200);
    assert_true(mgw_imap_output(peer.imap).len <= asked + 4096);
    imap_peer_free(&peer);
}

static bool run_damaged(void *context, const char *name, const char *text)
{
    (void)name;
    uint32_t *seed = context;
    mgw_buf whole = MGW_BUF_INIT(SIZE_MAX);
    mgw_buf damaged = MGW_BUF_INIT(SIZE_MAX);
    transcript_server_bytes(text, IMAP_PEER_TAG, &whole);
    for (size_t i = 0; i < 400 && whole.len > 0; i++) {
        damage(mgw_buf_bytes(&whole), seed, &damaged);
        play_damaged(text, mgw_buf_bytes(&damaged));
    }
    mgw_buf_free(&whole);
    mgw_buf_free(&damaged);
    return true;
}

static void damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    uint32_t seed = 20261122;
    each_transcript(run_damaged, &seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transcripts_hold_however_the_bytes_arrive),
        cmocka_unit_test(every_failed_allocation_is_told),
        cmocka_unit_test(damaged_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
