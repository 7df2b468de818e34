/* SPDX-License-Identifier: MIT */
/*
 * A growable buffer with a cap that its owner names, and a sticky failure: a writer appends without looking and asks once,
 * at the end, whether all of it is there. A failed buffer takes nothing more and keeps what it had.
 */
#ifndef MGW_BASE_BUF_H
#define MGW_BASE_BUF_H

#include "base/bytes.h"

#include "simplemailgw/common.h"

typedef struct mgw_buf {
    char *data; /* NULL while nothing was added. Not NUL-terminated: see mgw_buf_str(). */
    size_t len;
    size_t alloc;
    size_t cap;         /* Most bytes it may hold. */
    smgw_status status; /* SMGW_OK, SMGW_ERR_TOO_LARGE or SMGW_ERR_NO_MEMORY. */
} mgw_buf;

#define MGW_BUF_INIT(max_len) { NULL, 0, 0, (max_len), SMGW_OK }

void mgw_buf_init(mgw_buf *buf, size_t cap);

/* Frees the bytes; the buffer is empty and usable again, with the same cap. */
void mgw_buf_free(mgw_buf *buf);

/* Drops the bytes and the failure, keeps the memory. */
void mgw_buf_clear(mgw_buf *buf);

/* Each appends and returns the buffer's status. */
smgw_status mgw_buf_add(mgw_buf *buf, const char *data, size_t len);
smgw_status mgw_buf_add_bytes(mgw_buf *buf, mgw_bytes bytes);
smgw_status mgw_buf_add_str(mgw_buf *buf, const char *text);
smgw_status mgw_buf_add_byte(mgw_buf *buf, char byte);
smgw_status mgw_buf_add_u64(mgw_buf *buf, uint64_t number);

/* Room for `len` more bytes, to be written by the caller and counted in with mgw_buf_commit(); NULL on failure. */
char *mgw_buf_reserve(mgw_buf *buf, size_t len);
void mgw_buf_commit(mgw_buf *buf, size_t len);

/* Removes the first `len` bytes, at most all. */
void mgw_buf_consume(mgw_buf *buf, size_t len);

/* Cuts to the first `len` bytes, at most all. */
void mgw_buf_truncate(mgw_buf *buf, size_t len);

static inline mgw_bytes mgw_buf_bytes(const mgw_buf *buf)
{
    return (mgw_bytes){ buf->data, buf->len };
}

/* The bytes with a NUL behind them (outside len), for an API that wants a string; NULL on failure. */
const char *mgw_buf_str(mgw_buf *buf);

#endif
