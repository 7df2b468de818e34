/* SPDX-License-Identifier: MIT */
/* Content-Type and Content-Disposition: parameters read, joined and decoded, and a written one read back. */
#include "fuzz/fuzz.h"

#include "base/utf8.h"
#include "mime/header.h"
#include "mime/param.h"

enum { ARENA = 8 * 1024 * 1024 };

static void check_written(mgw_arena *arena, mgw_bytes name)
{
    uint32_t defects = 0;
    mgw_param_field field;
    mgw_buf out = MGW_BUF_INIT(64 * 1024);
    size_t column = strlen("Content-Disposition: attachment");
    mgw_buf_add_str(&out, "attachment");
    if (mgw_header_add_param(&out, &column, "filename", name) == SMGW_OK) {
        FUZZ_CHECK(mgw_param_field_parse(arena, mgw_buf_bytes(&out), &field, &defects) == SMGW_OK);
        FUZZ_CHECK(strcmp(field.value, "attachment") == 0 && defects == 0);
        fuzz_check_clean(mgw_param_filename(arena, field.params, field.params, &defects));
    }
    mgw_buf_add_str(&out, "\r\n");
    fuzz_check_lines(mgw_buf_bytes(&out), MGW_HEADER_MAX_LINE);
    mgw_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = fuzz_input_of(data, size);
    mgw_bytes name = fuzz_line(&input);
    mgw_arena arena;
    mgw_arena_init(&arena, ARENA);
    mgw_param_field field;
    uint32_t defects = 0;
    FUZZ_CHECK(mgw_param_field_parse(&arena, input.rest, &field, &defects) == SMGW_OK);
    FUZZ_CHECK(field.params.count <= MGW_PARAM_MAX);
    fuzz_check_clean(field.value);
    fuzz_check_clean(mgw_param_text(&arena, field.params, "charset", &defects));
    fuzz_check_clean(mgw_param_text(&arena, field.params, "boundary", NULL));
    fuzz_check_clean(mgw_param_filename(&arena, field.params, field.params, &defects));
    if (mgw_utf8_valid(name.data, name.len) && name.len < 255)
        check_written(&arena, name);
    mgw_arena_free(&arena);
    return 0;
}
