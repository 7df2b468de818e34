/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "simplemailgw/view.h"

#include <stdlib.h>
#include <string.h>

#define AR "Authentication-Results: "

enum { NO = SMGW_AUTH_RESULT_MISSING, PASS = SMGW_AUTH_RESULT_PASS, FAIL = SMGW_AUTH_RESULT_FAIL };
enum { APART = SMGW_ALIGNMENT_NONE, NEAR = SMGW_ALIGNMENT_RELATED, SAME = SMGW_ALIGNMENT_EXACT };

typedef struct expected {
    int result;
    int alignment;
    const char *domain;
} expected;

#define NOTHING { NO, APART, "" }

/* The trusted server is example.com where nothing else is said, From is ann@example.net. */
static const struct verdict_case {
    const char *name;
    const char *header;
    bool found, malformed, confirmed;
    uint32_t hops;
    expected spf, dkim, dmarc, arc;
} verdict_cases[] = {
    { "nothing", "Subject: x\r\n\r\n", false, false, false, 0, NOTHING, NOTHING, NOTHING, NOTHING },
    { "empty", "", false, false, false, 0, NOTHING, NOTHING, NOTHING, NOTHING },
    /* RFC 8601 appendix B. */
    { "B.2 none", AR "example.com 1; none\r\nReceived: x\r\n\r\n", true, false, false, 0, NOTHING, NOTHING, NOTHING,
        NOTHING },
    { "B.3 one service",
        AR "example.com;\r\n          spf=pass smtp.mailfrom=example.net\r\nReceived: from a\r\n    by b\r\n\r\n", true,
        false, true, 0, { PASS, SAME, "example.net" }, NOTHING, NOTHING, NOTHING },
    { "B.4 several services",
        AR "example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n spf=pass smtp.mailfrom=example.net\r\n" AR
           "example.com; iprev=pass\r\n policy.iprev=192.0.2.200\r\nReceived: x\r\n",
        true, false, true, 0, { PASS, SAME, "example.net" }, NOTHING, NOTHING, NOTHING },
    { "B.5 two fields of one server",
        AR "example.com;\r\n  dkim=pass (good signature) header.d=example.com\r\n" AR
           "example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.com;\r\n spf=fail smtp.mailfrom=example.com\r\n",
        true, false, false, 0, { FAIL, APART, "example.com" }, { PASS, APART, "example.com" }, NOTHING, NOTHING },
    { "B.6 somebody else below",
        AR "example.com;\r\n dkim=pass reason=\"good signature\"\r\n  header.i=@mail-router.example.net;\r\n"
           " dkim=fail reason=\"bad signature\"\r\n  header.i=@newyork.example.com\r\nReceived: x\r\n" AR
           "example.net; dkim=pass (good signature) header.i=@newyork.example.com\r\n",
        true, false, false, 0, NOTHING, { PASS, NEAR, "mail-router.example.net" }, NOTHING, NOTHING },
    { "B.7 comments everywhere",
        AR "example.com (foobar) 1 (baz);\r\n  dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
           "   policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) "
           "1362471462\r\n",
        true, false, false, 0, NOTHING, { FAIL, APART, "" }, NOTHING, NOTHING },
    { "blanks around a property's dot", AR "example.com; dkim=pass header . d = example.net", true, false, true, 0, NOTHING,
        { PASS, SAME, "example.net" }, NOTHING, NOTHING },
    { "a dot before the end", AR "example.com; dkim=pass header. ;", false, true, false, 0, NOTHING, NOTHING, NOTHING, NOTHING },
    { "like Gmail",
        "Delivered-To: ann\r\nReceived: by 2002:a05; x\r\nX-Received: y\r\n" AR "example.com;\r\n"
        "       dkim=pass header.i=@example.net header.s=20230601 header.b=Ab/d+E=;\r\n"
        "       arc=pass (i=1 spf=pass spfdomain=example.net dkim=pass dkdomain=example.net);\r\n"
        "       spf=pass (example.com: domain of ann@mail.example.net designates 192.0.2.1 as permitted sender)"
        " smtp.mailfrom=ann@mail.example.net;\r\n"
        "       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.net\r\n",
        true, false, true, 1, { PASS, NEAR, "mail.example.net" }, { PASS, SAME, "example.net" },
        { PASS, SAME, "example.net" }, { PASS, APART, "" } },
    { "like Postfix with two milters", "Received: a\r\n" AR "EXAMPLE.com; dmarc=pass header.from=Example.NET\r\n" AR
        "example.com; dkim=pass header.d=example.net; dkim=fail header.d=other.test\r\nReceived: b\r\n",
        true, false, true, 1, NOTHING, { PASS, SAME, "example.net" }, { PASS, SAME, "Example.NET" }, NOTHING },
    { "the best of many signatures",
        AR "example.com; dkim=fail header.d=example.net; dkim=pass header.d=list.test; dkim=pass header.d=a.example.net;"
           " dkim=neutral",
        true, false, false, 0, NOTHING, { PASS, NEAR, "a.example.net" }, NOTHING, NOTHING },
    { "header.d over header.i", AR "example.com; dkim=pass header.i=@a.example.net header.d=example.net", true, false, true,
        0, NOTHING, { PASS, SAME, "example.net" }, NOTHING, NOTHING },
    { "other words", AR "example.com; spf=softfail smtp.mailfrom=x.test; dkim=maybe; dmarc=temperror; arc=none", true, false,
        false, 0, { SMGW_AUTH_RESULT_SOFTFAIL, APART, "x.test" }, { SMGW_AUTH_RESULT_OTHER, APART, "" },
        { SMGW_AUTH_RESULT_TEMPERROR, APART, "" }, { SMGW_AUTH_RESULT_NONE, APART, "" } },
    { "HELO alone", AR "example.com; spf=pass smtp.helo=example.net", true, false, false, 0, NOTHING, NOTHING, NOTHING,
        NOTHING },
    { "failed DMARC", AR "example.com; dmarc=fail header.from=example.net; spf=pass smtp.mailfrom=example.net", true, false,
        false, 0, { PASS, SAME, "example.net" }, NOTHING, { FAIL, APART, "example.net" }, NOTHING },
    { "DMARC of another From", AR "example.com; dmarc=pass header.from=evil.test", true, false, false, 0, NOTHING, NOTHING,
        { PASS, APART, "evil.test" }, NOTHING },
    /* Forged ones. */
    { "somebody else on top", AR "evil.test; none\r\n" AR "example.com; dmarc=pass header.from=example.net\r\n", false, false,
        false, 0, NOTHING, NOTHING, NOTHING, NOTHING },
    { "forged below the server's own",
        AR "example.com; dmarc=fail header.from=example.net\r\nReceived: a\r\n" AR
           "example.com; dmarc=pass header.from=example.net; spf=pass smtp.mailfrom=example.net\r\n",
        true, false, false, 0, NOTHING, NOTHING, { FAIL, APART, "example.net" }, NOTHING },
    { "forged directly below", AR "example.com; dmarc=fail header.from=example.net\r\n" AR
        "example.com; dmarc=pass header.from=example.net\r\n", true, false, false, 0, NOTHING, NOTHING,
        { FAIL, APART, "example.net" }, NOTHING },
    { "below many hops", "Received: a\r\nReceived: b\r\nReceived: c\r\n" AR "example.com; spf=pass smtp.mailfrom=example.net",
        true, false, true, 3, { PASS, SAME, "example.net" }, NOTHING, NOTHING, NOTHING },
    { "a name that only begins the same", AR "example.com.evil.test; dmarc=pass header.from=example.net", false, false, false,
        0, NOTHING, NOTHING, NOTHING, NOTHING },
    { "a result in a quoted local part",
        AR "example.com; spf=pass smtp.mailfrom=\"x; dkim=pass header.d=example.net\"@evil.test", true, false, false, 0,
        { PASS, APART, "evil.test" }, NOTHING, NOTHING, NOTHING },
    { "a result in a comment", AR "example.com; spf=fail (; dkim=pass header.d=example.net (\\) ) ;) smtp.mailfrom=evil.test",
        true, false, false, 0, { FAIL, APART, "evil.test" }, NOTHING, NOTHING, NOTHING },
    { "a domain above a public suffix", AR "example.com; dkim=pass header.d=net", true, false, false, 0, NOTHING,
        { PASS, APART, "" }, NOTHING, NOTHING },
    { "another field's name", "X-" AR "example.com; spf=pass smtp.mailfrom=example.net\r\nARC-" AR
        "i=1; example.com; spf=pass smtp.mailfrom=example.net", false, false, false, 0, NOTHING, NOTHING, NOTHING, NOTHING },
    { "in the body", "Subject: x\r\n\r\n" AR "example.com; spf=pass smtp.mailfrom=example.net\r\n", false, false, false, 0,
        NOTHING, NOTHING, NOTHING, NOTHING },
    /* Malformed ones say nothing at all. */
    { "an open comment", AR "example.com; dkim=pass header.d=example.net (", false, true, false, 0, NOTHING, NOTHING, NOTHING,
        NOTHING },
    { "an open quote", AR "example.com; dkim=pass header.d=\"example.net", false, true, false, 0, NOTHING, NOTHING, NOTHING,
        NOTHING },
    { "no result", AR "example.com; dkim", false, true, false, 0, NOTHING, NOTHING, NOTHING, NOTHING },
    { "a broken item behind a good one", AR "example.com; dkim=pass header.d=example.net; spf pass", false, true, false, 0,
        NOTHING, NOTHING, NOTHING, NOTHING },
    { "a control character", AR "example.com; dkim=pass\001 header.d=example.net", false, true, false, 0, NOTHING, NOTHING,
        NOTHING, NOTHING },
    { "no name, as Exchange Online writes it", AR "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.net", false, true,
        false, 0, NOTHING, NOTHING, NOTHING, NOTHING },
    { "a malformed second field", AR "example.com; spf=pass smtp.mailfrom=example.net\r\n" AR "example.com; dkim=(", true,
        true, true, 0, { PASS, SAME, "example.net" }, NOTHING, NOTHING, NOTHING },
};

static void check_one(const char *name, const char *method, const smgw_auth_check *is, const expected *should)
{
    if ((int)is->result != should->result || (int)is->alignment != should->alignment || strcmp(is->domain, should->domain) != 0)
        fail_msg("%s, %s: result %d, alignment %d, domain '%s'", name, method, (int)is->result, (int)is->alignment, is->domain);
}

static void reads_the_trusted_field_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(verdict_cases); i++) {
        const struct verdict_case *c = &verdict_cases[i];
        smgw_auth_verdict verdict = SMGW_AUTH_VERDICT_INIT;
        assert_int_equal(smgw_auth_results_read(c->header, strlen(c->header), "example.com", "ann@example.net", &verdict, NULL),
                         SMGW_OK);
        if (verdict.found != c->found || verdict.malformed != c->malformed || verdict.from_confirmed != c->confirmed ||
            verdict.hops != c->hops)
            fail_msg("%s: found %d, malformed %d, confirmed %d, hops %u", c->name, verdict.found, verdict.malformed,
                     verdict.from_confirmed, (unsigned)verdict.hops);
        check_one(c->name, "spf", &verdict.spf, &c->spf);
        check_one(c->name, "dkim", &verdict.dkim, &c->dkim);
        check_one(c->name, "dmarc", &verdict.dmarc, &c->dmarc);
        check_one(c->name, "arc", &verdict.arc, &c->arc);
    }
}

static void confirms_no_malformed_from(void **state)
{
    (void)state;
    static const char header[] = AR "example.com; dkim=pass header.d=example.net";
    static const char *const addresses[] = { NULL, "", "ann", "@example.net", "a@b@example.net", "ann@example.net>",
        "ann@example.net.", "ann@xexample.net", "ann@example" };
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        smgw_auth_verdict verdict = SMGW_AUTH_VERDICT_INIT;
        assert_int_equal(
            smgw_auth_results_read(header, sizeof header - 1, "example.com", addresses[i], &verdict, NULL), SMGW_OK);
        assert_int_equal(verdict.dkim.result, PASS);
        assert_int_equal(verdict.dkim.alignment, SMGW_ALIGNMENT_NONE);
        assert_false(verdict.from_confirmed);
    }
}

static void refuses_bad_arguments_and_leaves_the_verdict(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    smgw_auth_verdict verdict = SMGW_AUTH_VERDICT_INIT;
    verdict.hops = 7;
    assert_int_equal(smgw_auth_results_read("", 0, "", "a@b.test", &verdict, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "trusted_id");
    assert_int_equal(smgw_auth_results_read(NULL, 1, "x", "a@b.test", &verdict, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "header");
    assert_int_equal(smgw_auth_results_read("", (size_t)10 * 1024 * 1024 + 1, "x", NULL, &verdict, &error), SMGW_ERR_TOO_LARGE);
    assert_int_equal(verdict.hops, 7);
    verdict.struct_size = 1;
    assert_int_equal(smgw_auth_results_read("", 0, "x", "a@b.test", &verdict, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "verdict.struct_size");
}

/* A field with `count` results, the last of them one that would count. */
static bool found_behind(size_t count)
{
    static const char item[] = " x=y;";
    static const char end[] = " spf=pass\r\n";
    size_t size = sizeof AR + 20 + count * sizeof item + sizeof end;
    char *header = malloc(size);
    assert_non_null(header);
    size_t len = sizeof AR - 1 + 12;
    memcpy(header, AR "example.com;", len);
    for (size_t i = 0; i < count; i++, len += sizeof item - 1)
        memcpy(header + len, item, sizeof item - 1);
    memcpy(header + len, end, sizeof end);
    len += sizeof end - 1;
    smgw_auth_verdict verdict = SMGW_AUTH_VERDICT_INIT;
    assert_int_equal(smgw_auth_results_read(header, len, "example.com", NULL, &verdict, NULL), SMGW_OK);
    free(header);
    assert_int_equal(verdict.malformed, !verdict.found);
    return verdict.found && verdict.spf.result == SMGW_AUTH_RESULT_PASS;
}

static void limits_the_results_of_a_field(void **state)
{
    (void)state;
    assert_true(found_behind(999));
    assert_false(found_behind(1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_trusted_field_only),
        cmocka_unit_test(confirms_no_malformed_from),
        cmocka_unit_test(refuses_bad_arguments_and_leaves_the_verdict),
        cmocka_unit_test(limits_the_results_of_a_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
