/* SPDX-License-Identifier: MIT */
/* Modified UTF-7 both ways: each name has one form, and a refusal leaves nothing. */
#include "fuzz/fuzz.h"

#include "imap/mutf7.h"

typedef smgw_rule (*conversion)(mgw_bytes text, mgw_buf *out);

static void check_there_and_back(mgw_bytes text, conversion there, conversion back)
{
    mgw_buf made = MGW_BUF_INIT(SIZE_MAX);
    mgw_buf again = MGW_BUF_INIT(SIZE_MAX);
    if (there(text, &made) == SMGW_RULE_OK) {
        FUZZ_CHECK(mgw_buf_str(&made) != NULL && strlen(made.data) == made.len);
        fuzz_check_clean(made.data);
        FUZZ_CHECK(back(mgw_buf_bytes(&made), &again) == SMGW_RULE_OK);
        FUZZ_CHECK(mgw_bytes_equal(mgw_buf_bytes(&again), text));
    } else {
        FUZZ_CHECK(made.len == 0);
    }
    mgw_buf_free(&again);
    mgw_buf_free(&made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mgw_bytes text = mgw_bytes_of((const char *)data, size);
    check_there_and_back(text, mgw_mutf7_encode, mgw_mutf7_decode);
    check_there_and_back(text, mgw_mutf7_decode, mgw_mutf7_encode);
    return 0;
}
