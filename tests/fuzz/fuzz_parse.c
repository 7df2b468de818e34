/* SPDX-License-Identifier: MIT */
/* A whole message: its view is clean, its parts lie within it, and each can be decoded. */
#include "fuzz/fuzz.h"

static bool count_bytes(void *context, const void *data, size_t len)
{
    size_t *total = context;
    *total += len;
    return data != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    smgw_parsed *parsed = NULL;
    smgw_status status = smgw_parse(&parsed, data, size, NULL);
    if (status != SMGW_OK) {
        FUZZ_CHECK(parsed == NULL && (status == SMGW_ERR_TOO_LARGE || status == SMGW_ERR_INVALID));
        return 0;
    }
    const smgw_mail *mail = smgw_parsed_mail(parsed);
    fuzz_check_mail(mail);
    FUZZ_CHECK(mail->part_count > 0 && mail->size == size);
    for (size_t i = 0; i < mail->part_count; i++) {
        size_t total = 0;
        FUZZ_CHECK(mail->parts[i].size <= size);
        FUZZ_CHECK(smgw_parsed_content(parsed, i, count_bytes, &total, NULL) == SMGW_OK);
        FUZZ_CHECK(total <= 3 * size + 16);
    }
    smgw_parsed_free(parsed);
    return 0;
}
