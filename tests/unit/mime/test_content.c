/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/buf.h"
#include "mime/content.h"
#include "support/failing_alloc.h"

#include <string.h>

static bool collect(void *context, const void *data, size_t len)
{
    return mgw_buf_add(context, data, len) == SMGW_OK;
}

static smgw_status decode(
    const char *encoding, const char *charset, mgw_bytes text, size_t piece, mgw_buf *out, uint32_t *defects)
{
    mgw_content_decoder *decoder = NULL;
    smgw_status status =
        mgw_content_decoder_new(&decoder, mgw_bytes_str(encoding), mgw_bytes_str(charset), collect, out, NULL);
    for (size_t at = 0; at < text.len && status == SMGW_OK; at += piece) {
        mgw_bytes next = mgw_bytes_slice(text, at, piece);
        status = mgw_content_decoder_feed(decoder, next.data, next.len, NULL);
    }
    if (status == SMGW_OK)
        status = mgw_content_decoder_finish(decoder, NULL);
    if (decoder != NULL)
        *defects = mgw_content_decoder_defects(decoder);
    mgw_content_decoder_free(decoder);
    return status;
}

static const struct content_case {
    const char *encoding, *charset, *text, *expected;
    uint32_t defects;
} content_cases[] = {
    { "", "", "as it is\r\n", "as it is\r\n", 0 },
    { "7BIT", "utf-8", "a", "a", 0 },
    { "8bit", "iso-8859-1", "gr\xfcn", "gr\xc3\xbcn", 0 },
    { "binary", "", "gr\xfcn", "gr\xfcn", 0 },
    { "x-uuencode", "", "begin", "begin", 0 },
    { " Base64 ", "", "QUJD\r\n", "ABC", 0 },
    { "base64", "utf-8", "w7w=", "\xc3\xbc", 0 },
    { "base64", "utf-16be", "AGEAYg==", "ab", 0 },
    { "base64", "utf-8", "ww==", "\xef\xbf\xbd", 0 }, /* a character that never ends */
    { "base64", "", "QUJD=REVG", "ABC", 2 },
    { "quoted-printable", "utf-8", "=C3=\r\n=BC", "\xc3\xbc", 0 },
    { "quoted-printable", "windows-1252", "=80", "\xe2\x82\xac", 0 },
    { "quoted-printable", "", "=4", "=4", 1 },
    { "", "utf-7", "+ADw-script+AD4-", "+ADw-script+AD4-", 0 }, /* M25 */
    { "", "x-nonsense", "\x80", "\x80", 0 },
    { "base64", "", "", "", 0 },
};

static void decodes_in_pieces_of_any_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(content_cases); i++) {
        mgw_bytes text = mgw_bytes_str(content_cases[i].text);
        for (size_t piece = 1; piece <= text.len + 1; piece++) {
            mgw_buf out = MGW_BUF_INIT(SIZE_MAX);
            uint32_t defects = 9;
            assert_int_equal(
                decode(content_cases[i].encoding, content_cases[i].charset, text, piece, &out, &defects), SMGW_OK);
            assert_string_equal(mgw_buf_str(&out), content_cases[i].expected);
            assert_int_equal(defects, content_cases[i].defects);
            mgw_buf_free(&out);
        }
    }
}

/* More than one piece of its own, with a character of UTF-8 across each of their borders. */
static void long_content_comes_whole(void **state)
{
    (void)state;
    mgw_buf text = MGW_BUF_INIT(SIZE_MAX), out = MGW_BUF_INIT(SIZE_MAX);
    mgw_buf_add_str(&text, "x");
    for (size_t i = 0; i < 20000; i++)
        mgw_buf_add_str(&text, "\xe6\x97\xa5");
    uint32_t defects = 0;
    assert_int_equal(decode("8bit", "utf-8", mgw_buf_bytes(&text), SIZE_MAX / 2, &out, &defects), SMGW_OK);
    assert_int_equal(out.len, text.len);
    assert_memory_equal(out.data, text.data, text.len);
    mgw_buf_free(&text);
    mgw_buf_free(&out);
}

static bool refuse(void *context, const void *data, size_t len)
{
    (void)context;
    (void)data;
    (void)len;
    return false;
}

static void a_sink_can_cancel(void **state)
{
    (void)state;
    mgw_content_decoder *decoder = NULL;
    assert_int_equal(mgw_content_decoder_new(&decoder, MGW_LIT("base64"), MGW_LIT(""), refuse, NULL, NULL), SMGW_OK);
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_content_decoder_feed(decoder, "QQ", 2, &error), SMGW_OK); /* nothing to hand on yet */
    assert_int_equal(mgw_content_decoder_feed(decoder, "==", 2, &error), SMGW_ERR_CANCELLED);
    assert_int_equal(error.status, SMGW_ERR_CANCELLED);
    mgw_content_decoder_free(decoder);
    mgw_content_decoder_free(NULL);
}

static void survives_every_failed_allocation(void **state)
{
    (void)state;
    for (unsigned long n = 1;; n++) {
        char space[64];
        mgw_buf out = { space, 0, sizeof space, sizeof space, SMGW_OK };
        uint32_t defects = 0;
        failing_alloc_start(n);
        smgw_status status = decode("base64", "iso-8859-1", MGW_LIT("/PwA"), 2, &out, &defects);
        bool failed = failing_alloc_stop();
        assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_in_pieces_of_any_size),
        cmocka_unit_test(long_content_comes_whole),
        cmocka_unit_test(a_sink_can_cancel),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
