/* SPDX-License-Identifier: MIT */
/* The content of a part: the same however it is cut, and valid UTF-8 where a charset was converted. */
#include "fuzz/fuzz.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "mime/content.h"

static const char *const encodings[] = { "7bit", "base64", "quoted-printable", "x-unknown" };
static const char *const charsets[] = { "", "utf-8", "iso-8859-15", "windows-1252", "iso-2022-jp", "shift_jis",
    "euc-jp", "gb18030", "big5", "euc-kr", "utf-16", "utf-16le", "windows-1258", "windows-1255", "tis-620", "utf-7" };

static bool collect(void *context, const void *data, size_t len)
{
    return mgw_buf_add(context, data, len) == SMGW_OK;
}

static void decode(mgw_bytes encoding, mgw_bytes charset, mgw_bytes text, size_t cut, mgw_buf *out)
{
    mgw_content_decoder *decoder = NULL;
    FUZZ_CHECK(mgw_content_decoder_new(&decoder, encoding, charset, collect, out, NULL) == SMGW_OK);
    while (text.len > 0) {
        mgw_bytes piece = mgw_bytes_slice(text, 0, cut);
        FUZZ_CHECK(mgw_content_decoder_feed(decoder, piece.data, piece.len, NULL) == SMGW_OK);
        text = mgw_bytes_slice(text, piece.len, SIZE_MAX);
    }
    FUZZ_CHECK(mgw_content_decoder_finish(decoder, NULL) == SMGW_OK);
    mgw_content_decoder_free(decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = fuzz_input_of(data, size);
    mgw_bytes encoding = mgw_bytes_str(encodings[fuzz_byte(&input) % 4]);
    mgw_bytes charset = mgw_bytes_str(charsets[fuzz_byte(&input) % 16]);
    size_t cut = (size_t)fuzz_byte(&input) + 1;
    mgw_buf whole = MGW_BUF_INIT(SIZE_MAX);
    mgw_buf pieces = MGW_BUF_INIT(SIZE_MAX);
    decode(encoding, charset, input.rest, SIZE_MAX, &whole);
    decode(encoding, charset, input.rest, cut, &pieces);
    /* glibc's converter for Korean takes two bytes that mean nothing, or leaves them, depending on what follows. */
    bool is_korean = mgw_bytes_equal(charset, MGW_LIT("euc-kr"));
    FUZZ_CHECK(is_korean || mgw_bytes_equal(mgw_buf_bytes(&whole), mgw_buf_bytes(&pieces)));
    bool converted = charset.len > 0 && !mgw_bytes_equal(charset, MGW_LIT("utf-7"));
    FUZZ_CHECK(!converted || mgw_utf8_valid(whole.data, whole.len));
    FUZZ_CHECK(!converted || mgw_utf8_valid(pieces.data, pieces.len));
    mgw_buf_free(&pieces);
    mgw_buf_free(&whole);
    return 0;
}
