/* SPDX-License-Identifier: MIT */
/*
 * The files that a message attaches, opened in the gateway's workspace for the time of one send.
 */
#ifndef MGW_GATEWAY_ATTACH_H
#define MGW_GATEWAY_ATTACH_H

#include "gateway/gateway.h"
#include "mime/builder.h"

typedef struct mgw_attached_files {
    mgw_source *sources; /* One for each attachment of the message, in order; NULL where no attachment is a file. */
    mgw_ws_source *files;
    size_t count;
} mgw_attached_files;

/* Opens every file that `message` attaches. On failure nothing is open. */
smgw_status mgw_attached_files_open(
    mgw_attached_files *attached, smgw_gateway *gateway, const smgw_message *message, smgw_error *error);

void mgw_attached_files_close(mgw_attached_files *attached);

#endif
