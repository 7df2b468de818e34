/* SPDX-License-Identifier: MIT */
/*
 * One message into one folder: the record before, APPEND with the octets of a source, the record behind.
 */
#ifndef MGW_GATEWAY_UPLOAD_H
#define MGW_GATEWAY_UPLOAD_H

#include "gateway/imap_call.h"

#include "simplemailgw/store.h"

/* Stores the next 1 to `size` octets in `out`, their number in *n. On anything but SMGW_OK it has set the error. */
typedef smgw_status (*mgw_upload_read)(void *context, char *out, size_t size, size_t *n, smgw_error *error);

typedef struct mgw_upload {
    const char *folder;
    uint64_t size; /* Of the message; `read` is asked for no more octets than these. */
    uint32_t flags;
    int64_t internal_date; /* Or INT64_MIN. */
    mgw_upload_read read;
    void *context;
} mgw_upload;

/* Fills *stored in every case; SMGW_ERR_UNKNOWN once the last octet has left and no answer came. */
smgw_status mgw_upload_run(mgw_imap_call *call, const mgw_upload *upload, smgw_stored *stored, smgw_error *error);

#endif
