/* SPDX-License-Identifier: MIT */
/* Encoded words: what is decoded is clean, and what is encoded comes back. */
#include "fuzz/fuzz.h"

#include "text/encoded_word.h"

enum { OUT = 1024 * 1024, NAME = 9 };

static void check_decoded(mgw_bytes value)
{
    mgw_buf out = MGW_BUF_INIT(OUT);
    FUZZ_CHECK(mgw_encoded_word_decode(value, &out) == SMGW_OK);
    FUZZ_CHECK(mgw_buf_str(&out) != NULL && strlen(out.data) == out.len);
    fuzz_check_clean(out.data);
    FUZZ_CHECK(out.len <= 3 * value.len);
    mgw_buf_free(&out);
}

static void check_encoded(mgw_bytes text, smgw_status (*encode)(mgw_bytes text, size_t *column, mgw_buf *out))
{
    mgw_buf out = MGW_BUF_INIT(OUT);
    mgw_buf back = MGW_BUF_INIT(OUT);
    size_t column = NAME;
    mgw_buf_add_str(&out, "Subject: ");
    smgw_status status = encode(text, &column, &out);
    if (status == SMGW_OK) {
        mgw_bytes written = mgw_bytes_slice(mgw_buf_bytes(&out), NAME, SIZE_MAX);
        FUZZ_CHECK(mgw_encoded_word_decode(written, &back) == SMGW_OK);
        mgw_bytes first = mgw_bytes_slice(written, mgw_bytes_find(written, '"') == 3 ? 3 : 0, 1);
        bool is_quoted = mgw_bytes_equal(first, MGW_LIT("\""));
        bool has_tab = mgw_bytes_find(text, '\t') < text.len;
        FUZZ_CHECK(is_quoted || has_tab || mgw_bytes_equal(mgw_buf_bytes(&back), text));
        mgw_buf_add_str(&out, "\r\n");
        fuzz_check_lines(mgw_buf_bytes(&out), MGW_HEADER_LINE + 2);
    } else {
        FUZZ_CHECK(status == SMGW_ERR_INVALID && out.len == NAME);
    }
    mgw_buf_free(&back);
    mgw_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mgw_bytes text = mgw_bytes_of((const char *)data, size);
    check_decoded(text);
    check_encoded(text, mgw_encode_unstructured);
    check_encoded(text, mgw_encode_phrase);
    return 0;
}
