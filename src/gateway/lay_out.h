/* SPDX-License-Identifier: MIT */
/*
 * A caller's message as octets, for the time of one send or one draft.
 */
#ifndef MGW_GATEWAY_LAY_OUT_H
#define MGW_GATEWAY_LAY_OUT_H

#include "gateway/attach.h"

typedef struct mgw_laid_out {
    mgw_attached_files files;
    mgw_builder *builder; /* NULL where the laying out failed before there was one. */
} mgw_laid_out;

/*
 * Opens what the message attaches and lays it out; SMGW_ERR_TOO_LARGE past the gateway's max_message_size. To be freed
 * in every case; the message must not change before.
 */
smgw_status mgw_lay_out(
    mgw_laid_out *laid, smgw_gateway *gateway, const mgw_account *account, smgw_message *message, smgw_error *error);
void mgw_laid_out_free(mgw_laid_out *laid);

#endif
