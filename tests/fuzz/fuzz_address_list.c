/* SPDX-License-Identifier: MIT */
/* Address lists, one field a line, collected into one list. */
#include "fuzz/fuzz.h"

#include "mime/address_list.h"

enum { ARENA = 8 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = fuzz_input_of(data, size);
    mgw_arena arena;
    mgw_arena_init(&arena, ARENA);
    mgw_address_list_reader reader;
    size_t max = (size_t)fuzz_byte(&input) * 40;
    mgw_address_list_init(&reader, &arena, max);
    smgw_status status = SMGW_OK;
    for (int fields = 0; fields < 3 && status == SMGW_OK; fields++)
        status = mgw_address_list_add(&reader, fields < 2 ? fuzz_line(&input) : input.rest);
    FUZZ_CHECK(status == SMGW_OK || status == SMGW_ERR_TOO_LARGE);
    smgw_address_list list;
    FUZZ_CHECK(mgw_address_list_finish(&reader, &list) == SMGW_OK && list.count <= max);
    const smgw_mail mail = { .subject = "", .message_id = "", .in_reply_to = "", .from = list };
    fuzz_check_mail(&mail);
    mgw_address_list_free(&reader);
    mgw_arena_free(&arena);
    return 0;
}
