/* SPDX-License-Identifier: MIT */
/*
 * Which text is the mail's: what other clients do meanwhile, what an attached message says, and odd line ends change
 * nothing about it.
 */
#include "support/test.h"

#include "security/hostile.h"

#include <string.h>

#define QUOTE    "\\\""
#define FETCHING IMAP_READY IMAP_INBOX HEAR(" UID FETCH 9 ")
#define TEXT_OF(subtype)                                                                                               \
    "(" QUOTE "text" QUOTE " " QUOTE subtype QUOTE " (" QUOTE "charset" QUOTE " " QUOTE "us-ascii" QUOTE               \
    ") NIL NIL " QUOTE "7bit" QUOTE " 10 1)"
#define NO_ENVELOPE "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"
#define ATTACHED                                                                                                       \
    "(" QUOTE "message" QUOTE " " QUOTE "rfc822" QUOTE " NIL NIL NIL " QUOTE "7bit" QUOTE " 99 " NO_ENVELOPE           \
    " " TEXT_OF("plain") " 5)"
#define MIXED(first, second) "(" first second " " QUOTE "mixed" QUOTE ")"
#define ANSWER(structure)    LINE("* 1 FETCH (UID 9 BODYSTRUCTURE " structure ")") LINE("$TAG OK done")
#define BODY(section, literal)                                                                                         \
    HEAR("BODY.PEEK\\[" section "\\]") SAY("* 1 FETCH (UID 9 BODY[" section "]<0> " literal ")\\r\\n")                 \
    LINE("$TAG OK done") "X"

typedef struct text_case {
    const char *name;
    const char *script;
    smgw_status status;
    const char *text;
    bool is_html;
} text_case;

static const text_case cases[] = {
    { "plain text", FETCHING ANSWER(TEXT_OF("plain")) BODY("1", "{5}\\r\\nhello"), SMGW_OK, "hello", false },
    { "another client's flag change comes first",
        FETCHING LINE("* 1 FETCH (UID 9 FLAGS (\\\\Seen))") ANSWER(TEXT_OF("plain")) BODY("1", "{5}\\r\\nhello"), SMGW_OK,
        "hello", false },
    { "an attached message's plain text is not the mail's",
        FETCHING ANSWER(MIXED(TEXT_OF("html"), ATTACHED)) BODY("1", "{5}\\r\\nhello"), SMGW_OK, "hello", true },
    { "an attached message stands first",
        FETCHING ANSWER(MIXED(ATTACHED, TEXT_OF("plain"))) BODY("2", "{5}\\r\\nhello"), SMGW_OK, "hello", false },
    { "nothing but an attached message", FETCHING ANSWER(MIXED(ATTACHED, ATTACHED)) "X", SMGW_ERR_NOT_FOUND, NULL,
        false },
    { "CR, LF and CRLF each end a line",
        FETCHING ANSWER(TEXT_OF("plain")) BODY("1", "{9}\\r\\na\\rb\\nc\\r\\nd\\r"), SMGW_OK, "a\nb\nc\nd\n", false },
    { "escape sequences are shown as what they are: nothing to read",
        FETCHING ANSWER(TEXT_OF("plain")) BODY("1", "{5}\\r\\na\\e[2J"), SMGW_OK, "a\357\277\275[2J", false },
    { "bytes that are no UTF-8", FETCHING ANSWER(TEXT_OF("plain")) BODY("1", "{3}\\r\\na\\377b"), SMGW_OK,
        "a\357\277\275b", false },
};

static void run_case(void **state)
{
    const text_case *row = *state;
    static const smgw_ref message_9 = { "INBOX", 7, 9 };
    hostile test;
    hostile_begin(&test, row->script);
    smgw_text text = SMGW_TEXT_INIT;
    smgw_status status = smgw_fetch_text(test.gateway, "ada", &message_9, 100, &test.call, &text, &test.error);
    if (status != row->status)
        fail_msg("%s: %s", smgw_status_text(status), test.error.message);
    if (row->text != NULL) {
        assert_string_equal(text.data, row->text);
        assert_int_equal(text.len, strlen(row->text));
        assert_int_equal(text.is_html, row->is_html);
        assert_false(text.truncated);
    } else {
        assert_null(text.data);
    }
    smgw_text_dispose(&text);
    hostile_end(&test);
}

int main(void)
{
    struct CMUnitTest tests[COUNT_OF(cases)];
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        tests[i] = (struct CMUnitTest){ cases[i].name, run_case, NULL, NULL, (void *)(uintptr_t)&cases[i] };
    return cmocka_run_group_tests(tests, hostile_group_setup, hostile_group_teardown);
}
