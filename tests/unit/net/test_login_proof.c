/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "net/login_proof.h"

typedef struct login_case {
    const char *name;
    bool is_smtp;
    const char *lines[8]; /* "TLS" stands for the begin of TLS. */
    bool holds;
} login_case;

static const login_case cases[] = {
    { "smtp: login accepted", true, { "220 x\r\n", "250-x\r\n", "250 AUTH PLAIN\r\n", "235 2.7.0 ok\r\n" }, true },
    { "smtp: no AUTH offered (V25)", true, { "220 x\r\n", "250 x\r\n" }, false },
    { "smtp: refused", true, { "220 x\r\n", "250 AUTH PLAIN\r\n", "535 no\r\n" }, false },
    { "smtp: 235 said before TLS", true, { "220 x\r\n", "235 ok\r\n", "TLS", "250 x\r\n" }, false },
    { "smtp: 235 twice", true, { "220 x\r\n", "235 ok\r\n", "235 ok\r\n" }, false },
    { "smtp: four digits", true, { "220 x\r\n", "2350 ok\r\n" }, false },
    { "imap: login accepted", false, { "* OK hi\r\n", "A001 OK caps\r\n", "A002 OK in\r\n" }, true },
    { "imap: only CAPABILITY answered", false, { "* OK hi\r\n", "A001 OK caps\r\n" }, false },
    { "imap: the same tag twice", false, { "* OK hi\r\n", "A001 OK caps\r\n", "A001 OK caps\r\n" }, false },
    { "imap: refused", false, { "* OK hi\r\n", "A001 OK caps\r\n", "A002 NO no\r\n" }, false },
    { "imap: OKAY is not OK", false, { "* OK hi\r\n", "A001 OK caps\r\n", "A002 OKAY\r\n" }, false },
    { "imap: PREAUTH", false, { "* PREAUTH hi\r\n", "A001 OK caps\r\n", "A002 OK in\r\n" }, false },
    { "imap: an OK before TLS does not count", false,
        { "* OK hi\r\n", "A001 OK caps\r\n", "A002 OK tls\r\n", "TLS", "A003 OK caps\r\n" }, false },
    { "imap: STARTTLS, then login", false,
        { "* OK hi\r\n", "A001 OK caps\r\n", "A002 OK tls\r\n", "TLS", "A003 OK caps\r\n", "A004 OK in\r\n" }, true },
};

static void every_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        mgw_login_proof proof;
        mgw_login_proof_init(&proof, cases[i].is_smtp);
        for (size_t j = 0; j < COUNT_OF(cases[i].lines) && cases[i].lines[j] != NULL; j++) {
            mgw_bytes line = mgw_bytes_str(cases[i].lines[j]);
            if (mgw_bytes_equal(line, MGW_LIT("TLS")))
                mgw_login_proof_restart(&proof);
            else
                mgw_login_proof_line(&proof, line);
        }
        if (mgw_login_proof_holds(&proof) != cases[i].holds)
            fail_msg("%s", cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_case) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
