/* SPDX-License-Identifier: MIT */
/* A mail whose envelope or structure is too long to hold costs its own item, wherever the cap falls and bytes are cut.
 */
#include "support/test.h"

#include "base/buf.h"
#include "imap/engine.h"

#include "simplemailgw/mail.h"

static const unsigned char seed[MGW_IMAP_TAG_SEED_LEN] = { 0 };

enum {
    CAP = 4096,
    ASKED = MGW_IMAP_FETCH_FLAGS | MGW_IMAP_FETCH_SIZE | MGW_IMAP_FETCH_ENVELOPE | MGW_IMAP_FETCH_STRUCTURE
};

typedef struct outcome {
    smgw_status status;
    size_t fetches;
    mgw_imap_fetch first, second;
    size_t done;
    uint64_t items;
} outcome;

static void take(mgw_imap *imap, outcome *out)
{
    mgw_imap_event event;
    while (mgw_imap_next(imap, &event)) {
        if (event.type == MGW_IMAP_FETCH)
            *(out->fetches++ == 0 ? &out->first : &out->second) = event.fetch;
        if (event.type == MGW_IMAP_DONE) {
            out->done++;
            out->items = event.done.items;
        }
    }
}

static void feed(mgw_imap *imap, mgw_bytes data, outcome *out)
{
    while (data.len > 0 && out->status == SMGW_OK) {
        size_t used = 0;
        out->status = mgw_imap_feed(imap, data.data, data.len, &used);
        data = mgw_bytes_slice(data, used, SIZE_MAX);
        take(imap, out);
    }
}

/* Fed in pieces of `piece` bytes, behind a first one of `head`. */
static outcome run(mgw_bytes data, size_t list_line, size_t head, size_t piece)
{
    mgw_imap *imap = NULL;
    mgw_imap_limits limits = mgw_imap_default_limits;
    limits.list_line = list_line;
    limits.line = list_line < limits.line ? list_line / 4 : limits.line;
    outcome out = { 0 };
    assert_int_equal(mgw_imap_new(&imap, &limits, seed), SMGW_OK);
    assert_int_equal(mgw_imap_uid_fetch(imap, MGW_LIT("7:8"), ASKED, NULL), SMGW_OK);
    feed(imap, mgw_bytes_slice(data, 0, head), &out);
    for (size_t at = head; at < data.len; at += piece)
        feed(imap, mgw_bytes_slice(data, at, piece), &out);
    mgw_imap_free(imap);
    return out;
}

static void add_times(mgw_buf *out, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        mgw_buf_add_str(out, text);
}

static void begin(mgw_buf *out)
{
    mgw_buf_add_str(out, "* 1 FETCH (FLAGS (\\Seen) ");
}

static void end(mgw_buf *out)
{
    mgw_buf_add_str(out, " RFC822.SIZE 5 UID 7)\r\n* 2 FETCH (UID 8 FLAGS () RFC822.SIZE 6 ENVELOPE (NIL \"s\" NIL NIL "
                         "NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1))\r\n"
                         "AAAAAAAA1 OK\r\n");
}

/* `width` octets in all, of which some look like structure. */
static void add_envelope(mgw_buf *out, size_t width, const char *trap)
{
    size_t start = out->len;
    mgw_buf_add_str(out, "ENVELOPE (NIL ");
    mgw_buf_add_str(out, trap);
    mgw_buf_add_str(out, " NIL NIL NIL NIL NIL NIL NIL \"");
    while (out->len - start + 2 < width)
        mgw_buf_add_byte(out, (out->len - start) % 5 == 0 ? ')' : ' ');
    mgw_buf_add_str(out, "\")");
}

static void add_structure(mgw_buf *out, size_t parts)
{
    mgw_buf_add_str(out, " BODYSTRUCTURE (");
    add_times(out, "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)", parts);
    mgw_buf_add_str(out, " \"mixed\")");
}

static void assert_whole(const outcome *out)
{
    assert_int_equal(out->status, SMGW_OK);
    assert_int_equal(out->fetches, 2);
    assert_int_equal(out->done, 1);
    assert_int_equal(out->items, 2);
    assert_int_equal(out->first.uid, 7);
    assert_int_equal(out->first.flags, SMGW_FLAG_SEEN);
    assert_int_equal(out->first.size, 5);
    assert_int_equal(out->second.uid, 8);
    assert_int_equal(out->second.has, ASKED);
    assert_int_equal(out->second.defects, 0);
}

static const char *const traps[] = {
    "NIL",
    "\"a \\\" ) b\\\\\"",
    "{6}\r\n\") (\r\n",
    "{0}\r\n",
    "\"{5}\"",
};

/* However long it is: never is more lost than the envelope and the structure, and what is lost is counted. */
static void the_cap_falls_anywhere(void **state)
{
    (void)state;
    size_t kept = 0;
    size_t lost = 0;
    for (size_t width = 1500; width < 2 * CAP + 200; width += width < CAP - 500 ? 1 : 29) {
        mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
        begin(&text);
        add_envelope(&text, width, traps[width % COUNT_OF(traps)]);
        add_structure(&text, width % 31);
        end(&text);
        outcome whole = run(mgw_buf_bytes(&text), CAP, text.len, 1);
        outcome bytes = run(mgw_buf_bytes(&text), CAP, 0, 1);
        assert_whole(&whole);
        assert_whole(&bytes);
        bool envelope = (whole.first.has & MGW_IMAP_FETCH_ENVELOPE) != 0;
        bool structure = (whole.first.has & MGW_IMAP_FETCH_STRUCTURE) != 0;
        assert_int_equal(whole.first.defects, !envelope + !structure);
        assert_int_equal(bytes.first.has, whole.first.has);
        assert_int_equal(bytes.first.defects, whole.first.defects);
        assert_true(
            envelope == (width < CAP * 3 / 4 - 100) || (width >= CAP * 3 / 4 - 100 && width < CAP * 3 / 4 + 200));
        kept += envelope ? 1 : 0;
        lost += envelope ? 0 : 1;
        mgw_buf_free(&text);
    }
    assert_true(kept > 1000 && lost > 500);
}

/* Everything that a scan may be in the midst of is left out: quotes, escapes, literals, lists in lists. */
static void add_long_envelope(mgw_buf *out)
{
    mgw_buf_add_str(out, "ENVELOPE (NIL \"x\" ");
    for (size_t i = 0; i < 60; i++) {
        add_times(out, "((\"a\\\"b) \" NIL \"c\" \"d\"))", 3);
        mgw_buf_add_bytes(out, MGW_LIT(" {9}\r\n)\r\n\0\" ({3 "));
        mgw_buf_add_str(out, "{00011}\r\n012345\r\n9) ");
    }
    mgw_buf_add_str(out, "NIL)");
}

static void bytes_are_cut_anywhere(void **state)
{
    (void)state;
    mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
    begin(&text);
    add_long_envelope(&text);
    add_structure(&text, 1);
    end(&text);
    assert_true(text.len > CAP + 500);
    for (size_t head = 0; head <= text.len; head++) {
        outcome out = run(mgw_buf_bytes(&text), CAP, head, text.len);
        assert_whole(&out);
        assert_int_equal(out.first.has, ASKED & ~(unsigned)MGW_IMAP_FETCH_ENVELOPE);
        assert_int_equal(out.first.defects, 1);
        assert_int_equal(out.first.part_count, 2);
    }
    for (size_t piece = 1; piece < 100; piece++) {
        outcome out = run(mgw_buf_bytes(&text), CAP, 0, piece);
        assert_whole(&out);
        assert_int_equal(out.first.defects, 1);
    }
    mgw_buf_free(&text);
}

static void both_items_may_be_too_long(void **state)
{
    (void)state;
    mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
    begin(&text);
    add_long_envelope(&text);
    add_structure(&text, 1000);
    end(&text);
    outcome out = run(mgw_buf_bytes(&text), CAP, 0, 1000);
    assert_whole(&out);
    assert_int_equal(out.first.has, MGW_IMAP_FETCH_FLAGS | MGW_IMAP_FETCH_SIZE);
    assert_int_equal(out.first.defects, 2);
    mgw_buf_free(&text);
}

/* A million addresses, with the limits that users have. */
static void a_mail_to_a_million_hides_no_folder(void **state)
{
    (void)state;
    mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
    begin(&text);
    mgw_buf_add_str(&text, "ENVELOPE (NIL \"x\" NIL NIL NIL (");
    add_times(&text, "(NIL NIL \"a\" \"b\")", 1000000);
    mgw_buf_add_str(&text, ") NIL NIL NIL NIL)");
    add_structure(&text, 1);
    end(&text);
    assert_true(text.len > mgw_imap_default_limits.list_line);
    outcome out = run(mgw_buf_bytes(&text), mgw_imap_default_limits.list_line, 0, 16384);
    assert_whole(&out);
    assert_int_equal(out.first.has, ASKED & ~(unsigned)MGW_IMAP_FETCH_ENVELOPE);
    assert_int_equal(out.first.defects, 1);
    mgw_buf_free(&text);
}

/* What is left out is still held to the rules of a line, and only a sender's items are left out. */
static void what_is_left_out_is_checked(void **state)
{
    (void)state;
    static const struct {
        const char *start, *bad;
        smgw_status status;
    } rows[] = {
        { "ENVELOPE (", "a\rb", SMGW_ERR_PROTOCOL },
        { "ENVELOPE (", "a\nb", SMGW_ERR_PROTOCOL },
        { "ENVELOPE (", "{x}\r\n", SMGW_ERR_PROTOCOL },
        { "ENVELOPE (", "\"\r\n", SMGW_ERR_PROTOCOL },
        { "ENVELOPE (", "\r\n", SMGW_ERR_PROTOCOL },
        { "ENVELOPE (", ")))", SMGW_ERR_PROTOCOL },
        { "FLAGS (", "", SMGW_ERR_TOO_LARGE },
        { "INTERNALDATE \"", "", SMGW_ERR_TOO_LARGE },
        { "BODY[1] \"", "", SMGW_ERR_TOO_LARGE },
        { "ENVELOPEX (", "", SMGW_ERR_TOO_LARGE },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (size_t before = 0; before < 2 * CAP; before += 101) {
            mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
            mgw_buf_add_str(&text, "* 1 FETCH (UID 7 ");
            mgw_buf_add_str(&text, rows[i].start);
            add_times(&text, "x", before);
            mgw_buf_add_str(&text, rows[i].bad);
            add_times(&text, "x", 2 * CAP);
            mgw_buf_add_str(&text, "\r\n");
            outcome out = run(mgw_buf_bytes(&text), CAP, 0, 1 + before % 11);
            assert_int_equal(out.status, rows[i].status);
            assert_int_equal(out.fetches, 0);
            mgw_buf_free(&text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cap_falls_anywhere),
        cmocka_unit_test(bytes_are_cut_anywhere),
        cmocka_unit_test(both_items_may_be_too_long),
        cmocka_unit_test(a_mail_to_a_million_hides_no_folder),
        cmocka_unit_test(what_is_left_out_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
