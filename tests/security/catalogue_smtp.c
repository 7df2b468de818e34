/* SPDX-License-Identifier: MIT */
/* The encoder of the text behind DATA. */
#include "security/catalogue.h"

#include "smtp/data_encoder.h"

static void encode_pieces(const mgw_bytes *pieces, size_t count, mgw_buf *out)
{
    mgw_smtp_data_encoder encoder = MGW_SMTP_DATA_ENCODER_INIT;
    for (size_t i = 0; i < count; i++)
        (void)mgw_smtp_data_encode(&encoder, pieces[i], out);
    (void)mgw_smtp_data_finish(&encoder, out);
}

static void encode_whole(const row *r, outcome *o)
{
    o->accepted = o->has_output = true;
    encode_pieces(&r->input, 1, &o->output);
}

/* "smtp_data_encode(all 1-byte splits)": cut in two at every offset; the first result that differs from the whole one is the output. */
static void encode_split(const row *r, outcome *o)
{
    encode_whole(r, o);
    for (size_t cut = 0; cut <= r->input.len; cut++) {
        mgw_bytes pieces[] = { mgw_bytes_slice(r->input, 0, cut), mgw_bytes_slice(r->input, cut, r->input.len) };
        mgw_buf out = MGW_BUF_INIT(o->output.cap);
        encode_pieces(pieces, 2, &out);
        bool same = mgw_bytes_equal(mgw_buf_bytes(&out), mgw_buf_bytes(&o->output));
        if (!same) {
            mgw_buf_clear(&o->output);
            mgw_buf_add_bytes(&o->output, mgw_buf_bytes(&out));
        }
        mgw_buf_free(&out);
        if (!same)
            return;
    }
}

const surface SMTP_SURFACES[] = {
    { "smtp_data_encode", encode_whole },
    { "smtp_data_encode(", encode_split },
    { NULL, NULL },
};
