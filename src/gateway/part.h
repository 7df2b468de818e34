/* SPDX-License-Identifier: MIT */
/*
 * One message of an open folder: its parts, and the octets of one of them.
 */
#ifndef MGW_GATEWAY_PART_H
#define MGW_GATEWAY_PART_H

#include "base/arena.h"
#include "gateway/imap_call.h"

/*
 * Reads the parts of message `uid` into mail->parts, and nothing else of it; they live in the arena.
 * SMGW_ERR_NOT_FOUND where there is no such message.
 */
smgw_status mgw_read_parts(mgw_imap_call *call, uint32_t uid, mgw_arena *arena, smgw_mail *mail, smgw_error *error);

/* Takes octets; on anything but SMGW_OK it has set the error, and the stream ends with that status. */
typedef smgw_status (*mgw_octets_fn)(void *context, mgw_bytes octets, smgw_error *error);

/*
 * Streams the octets of a section ("" for the whole message), at most `max` where that is not 0: the server is then
 * asked for no more. Octets of a message that the server names only behind them are handed on before that is known: on
 * failure discard them. SMGW_ERR_NOT_FOUND where there is no such message.
 */
smgw_status mgw_stream_section(mgw_imap_call *call, uint32_t uid, const char *section, uint32_t max, mgw_octets_fn take,
    void *context, smgw_error *error);

#endif
