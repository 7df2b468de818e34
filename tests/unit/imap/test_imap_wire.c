/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "imap/wire.h"
#include "support/failing_alloc.h"

typedef void (*write_fn)(mgw_imap_writer *writer, mgw_bytes text);

/* expected NULL: refused. */
static const struct {
    const char *id;
    write_fn write;
    mgw_bytes text;
    const char *expected;
} rows[] = {
    { "I10", mgw_imap_write_mailbox, { "INBOX{5+}", 9 }, "\"INBOX{5+}\"" },
    { "I11", mgw_imap_write_mailbox, { "a\"b", 3 }, "\"a\\\"b\"" },
    { "I12", mgw_imap_write_mailbox, { "a\\b", 3 }, "\"a\\\\b\"" },
    { "I13", mgw_imap_write_mailbox, { "A B", 3 }, "\"A B\"" },
    { "I15", mgw_imap_write_mailbox, { "Entw\303\274rfe", 9 }, "\"Entw&APw-rfe\"" },
    { "I16", mgw_imap_write_mailbox, { "a&b", 3 }, "\"a&-b\"" },
    { "I17", mgw_imap_write_mailbox, { "\346\227\245\346\234\254", 6 }, "\"&ZeVnLA-\"" },
    { "I18", mgw_imap_write_mailbox, { "\360\237\230\200", 4 }, "\"&2D3eAA-\"" },
    { "empty", mgw_imap_write_mailbox, { "", 0 }, "\"\"" },
    { "I01", mgw_imap_write_mailbox, { "INBOX\r\nA1 DELETE x", 18 }, NULL },
    { "NUL", mgw_imap_write_mailbox, { "a\0b", 3 }, NULL },
    { "string", mgw_imap_write_string, { "a \"b\" \\", 7 }, "\"a \\\"b\\\" \\\\\"" },
    { "empty string", mgw_imap_write_string, { "", 0 }, "\"\"" },
    { "8 bit", mgw_imap_write_string, { "\303\274", 2 }, "{2}\r\n\303\274" },
    { "CR", mgw_imap_write_string, { "a\rb", 3 }, "{3}\r\na\rb" },
    { "LF", mgw_imap_write_string, { "a\nb", 3 }, "{3}\r\na\nb" },
    { "NUL", mgw_imap_write_string, { "a\0b", 3 }, NULL },
    { "atom", mgw_imap_write_atom, { "Message-ID", 10 }, "Message-ID" },
    { "empty atom", mgw_imap_write_atom, { "", 0 }, NULL },
    { "blank", mgw_imap_write_atom, { "a b", 3 }, NULL },
    { "parenthesis", mgw_imap_write_atom, { "a)", 2 }, NULL },
    { "brace", mgw_imap_write_atom, { "{3}", 3 }, NULL },
    { "wildcard", mgw_imap_write_atom, { "*", 1 }, NULL },
    { "wildcard", mgw_imap_write_atom, { "%", 1 }, NULL },
    { "quote", mgw_imap_write_atom, { "\"", 1 }, NULL },
    { "backslash", mgw_imap_write_atom, { "\\", 1 }, NULL },
    { "bracket", mgw_imap_write_atom, { "]", 1 }, NULL },
    { "line", mgw_imap_write_atom, { "a\n", 2 }, NULL },
    { "8 bit", mgw_imap_write_atom, { "\303\274", 2 }, NULL },
    { "set", mgw_imap_write_set, { "1,5:9,12:*", 10 }, "1,5:9,12:*" },
    { "empty set", mgw_imap_write_set, { "", 0 }, NULL },
    { "I76", mgw_imap_write_set, { "1:* (FLAGS) x", 13 }, NULL },
    { "I82", mgw_imap_write_set, { "1, 2", 4 }, NULL },
    { "CRLF", mgw_imap_write_set, { "1\r\nA NOOP", 9 }, NULL },
    { "I63", mgw_imap_write_checked, { "FROM \"a@b\" SINCE 1-Jan-2024", 27 }, "FROM \"a@b\" SINCE 1-Jan-2024" },
    { "I50", mgw_imap_write_checked, { "ALL\r\nA1 DELETE INBOX", 20 }, NULL },
    { "I51", mgw_imap_write_checked, { "ALL\n", 4 }, NULL },
    { "I55", mgw_imap_write_checked, { "TEXT {3}", 8 }, NULL },
    { "I56", mgw_imap_write_checked, { "TEXT {3+}", 9 }, NULL },
    { "NUL", mgw_imap_write_checked, { "ALL\0", 4 }, NULL },
    { "8 bit", mgw_imap_write_checked, { "\303\274", 2 }, NULL },
    { "empty", mgw_imap_write_checked, { "", 0 }, NULL },
};

static void each_form_is_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mgw_buf out = MGW_BUF_INIT(1000);
        mgw_imap_writer writer;
        mgw_imap_writer_init(&writer, &out, 0);
        rows[i].write(&writer, rows[i].text);
        smgw_status status = mgw_imap_write_end(&writer);
        if (status != (rows[i].expected != NULL ? SMGW_OK : SMGW_ERR_INVALID))
            fail_msg("%s: row %zu", rows[i].id, i);
        if (rows[i].expected != NULL) {
            mgw_buf_truncate(&out, out.len - 2);
            assert_string_equal(mgw_buf_str(&out), rows[i].expected);
        }
        mgw_buf_free(&out);
    }
}

static void gates_stand_behind_each_literal_header(void **state)
{
    (void)state;
    mgw_buf out = MGW_BUF_INIT(1000);
    mgw_imap_writer writer;
    mgw_imap_writer_init(&writer, &out, 0);
    mgw_imap_write_string(&writer, MGW_LIT("\303\274"));
    mgw_imap_write_words(&writer, " ");
    mgw_imap_write_number(&writer, UINT64_MAX);
    mgw_imap_write_string(&writer, MGW_LIT("\303\274\303\274"));
    assert_int_equal(mgw_imap_write_end(&writer), SMGW_OK);
    assert_string_equal(mgw_buf_str(&out), "{2}\r\n\303\274 18446744073709551615{4}\r\n\303\274\303\274\r\n");
    assert_int_equal(writer.gate_count, 2);
    assert_int_equal(writer.gates[0], 5);
    assert_int_equal(writer.gates[1], 5 + 2 + 1 + 20 + 5);
    mgw_buf_free(&out);
}

static void literals_that_may_go_at_once_have_no_gate(void **state)
{
    (void)state;
    mgw_buf out = MGW_BUF_INIT(1000);
    mgw_imap_writer writer;
    mgw_imap_writer_init(&writer, &out, 2);
    mgw_imap_write_string(&writer, MGW_LIT("\303\274"));
    mgw_imap_write_string(&writer, MGW_LIT("\303\274x"));
    assert_int_equal(mgw_imap_write_end(&writer), SMGW_OK);
    assert_string_equal(mgw_buf_str(&out), "{2+}\r\n\303\274{3}\r\n\303\274x\r\n");
    assert_int_equal(writer.gate_count, 1);
    mgw_buf_free(&out);
}

static void failures_stick(void **state)
{
    (void)state;
    mgw_buf out = MGW_BUF_INIT(1000);
    mgw_imap_writer writer;
    mgw_imap_writer_init(&writer, &out, 0);
    mgw_imap_write_atom(&writer, MGW_LIT("a b"));
    mgw_imap_write_atom(&writer, MGW_LIT("ab"));
    assert_int_equal(mgw_imap_write_end(&writer), SMGW_ERR_INVALID);
    mgw_imap_writer_init(&writer, &out, 0);
    for (size_t i = 0; i <= MGW_IMAP_MAX_GATES; i++)
        mgw_imap_write_string(&writer, MGW_LIT("\303\274"));
    assert_int_equal(mgw_imap_write_end(&writer), SMGW_ERR_TOO_LARGE);
    mgw_buf_free(&out);

    mgw_buf small = MGW_BUF_INIT(5);
    mgw_imap_writer_init(&writer, &small, 0);
    mgw_imap_write_mailbox(&writer, MGW_LIT("INBOX"));
    assert_int_equal(mgw_imap_write_end(&writer), SMGW_ERR_TOO_LARGE);
    mgw_buf_free(&small);
}

static void short_memory_is_told(void **state)
{
    (void)state;
    for (unsigned long n = 1;; n++) {
        mgw_buf out = MGW_BUF_INIT(1000);
        mgw_imap_writer writer;
        failing_alloc_start(n);
        mgw_imap_writer_init(&writer, &out, 0);
        mgw_imap_write_mailbox(&writer, MGW_LIT("Entw\303\274rfe"));
        smgw_status status = mgw_imap_write_end(&writer);
        bool failed = failing_alloc_stop();
        mgw_buf_free(&out);
        assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_exact),
        cmocka_unit_test(gates_stand_behind_each_literal_header),
        cmocka_unit_test(literals_that_may_go_at_once_have_no_gate),
        cmocka_unit_test(failures_stick),
        cmocka_unit_test(short_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
