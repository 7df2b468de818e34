/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "gateway/part.h"

typedef struct raw_writer {
    smgw_write_fn write;
    void *context;
} raw_writer;

static smgw_status hand_on(void *context, mgw_bytes octets, smgw_error *error)
{
    const raw_writer *writer = context;
    if (writer->write(writer->context, octets.data, octets.len))
        return SMGW_OK;
    return mgw_error_status(error, SMGW_ERR_CANCELLED);
}

smgw_status smgw_fetch_raw(smgw_gateway *gateway, const char *account, const smgw_ref *ref, smgw_write_fn write,
    void *context, const smgw_call_options *options, smgw_error *error)
{
    smgw_status status = mgw_check_ref(ref, error);
    if (status != SMGW_OK)
        return status;
    raw_writer writer = { write, context };
    mgw_imap_call call;
    status = mgw_imap_call_begin(&call, gateway, account, options, error);
    if (status == SMGW_OK)
        status = mgw_imap_call_open_ref(&call, ref, error);
    if (status == SMGW_OK)
        status = mgw_stream_section(&call, ref->uid, "", 0, hand_on, &writer, error);
    mgw_imap_call_end(&call);
    return status;
}
