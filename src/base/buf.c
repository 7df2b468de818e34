/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include "base/alloc.h"

enum { FIRST_ALLOC = 64 };

void mgw_buf_init(mgw_buf *buf, size_t cap)
{
    *buf = (mgw_buf)MGW_BUF_INIT(cap);
}

void mgw_buf_free(mgw_buf *buf)
{
    mgw_free(buf->data);
    mgw_buf_init(buf, buf->cap);
}

void mgw_buf_clear(mgw_buf *buf)
{
    buf->len = 0;
    buf->status = SMGW_OK;
}

static size_t grown_size(const mgw_buf *buf, size_t needed)
{
    size_t size = buf->alloc < FIRST_ALLOC ? FIRST_ALLOC : buf->alloc;
    while (size < needed)
        size = size > SIZE_MAX / 2 ? needed : size * 2;
    return size;
}

/* Room for `len` more bytes in memory; the cap is the caller's business. */
static bool grow(mgw_buf *buf, size_t len)
{
    if (len <= buf->alloc - buf->len)
        return true;
    size_t size = len > SIZE_MAX - buf->len ? 0 : grown_size(buf, buf->len + len);
    char *data = mgw_realloc(buf->data, size, 1);
    if (data == NULL) {
        buf->status = SMGW_ERR_NO_MEMORY;
        return false;
    }
    buf->data = data;
    buf->alloc = size;
    return true;
}

char *mgw_buf_reserve(mgw_buf *buf, size_t len)
{
    if (buf->status != SMGW_OK)
        return NULL;
    if (len > buf->cap - buf->len) {
        buf->status = SMGW_ERR_TOO_LARGE;
        return NULL;
    }
    if (!grow(buf, len > 0 ? len : 1))
        return NULL;
    return buf->data + buf->len;
}

void mgw_buf_commit(mgw_buf *buf, size_t len)
{
    buf->len += len;
}

smgw_status mgw_buf_add(mgw_buf *buf, const char *data, size_t len)
{
    if (len == 0)
        return buf->status;
    char *room = mgw_buf_reserve(buf, len);
    if (room != NULL) {
        memcpy(room, data, len);
        buf->len += len;
    }
    return buf->status;
}

smgw_status mgw_buf_add_bytes(mgw_buf *buf, mgw_bytes bytes)
{
    return mgw_buf_add(buf, bytes.data, bytes.len);
}

smgw_status mgw_buf_add_str(mgw_buf *buf, const char *text)
{
    return mgw_buf_add_bytes(buf, mgw_bytes_str(text));
}

smgw_status mgw_buf_add_byte(mgw_buf *buf, char byte)
{
    return mgw_buf_add(buf, &byte, 1);
}

smgw_status mgw_buf_add_u64(mgw_buf *buf, uint64_t number)
{
    char digits[20];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return mgw_buf_add(buf, digits + start, sizeof digits - start);
}

void mgw_buf_consume(mgw_buf *buf, size_t len)
{
    if (len >= buf->len) {
        buf->len = 0;
        return;
    }
    memmove(buf->data, buf->data + len, buf->len - len);
    buf->len -= len;
}

void mgw_buf_truncate(mgw_buf *buf, size_t len)
{
    if (len < buf->len)
        buf->len = len;
}

const char *mgw_buf_str(mgw_buf *buf)
{
    if (buf->status != SMGW_OK || !grow(buf, 1))
        return NULL;
    buf->data[buf->len] = '\0';
    return buf->data;
}
