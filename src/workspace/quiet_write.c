/* SPDX-License-Identifier: MIT */
#include "workspace/quiet_write.h"

#include "base/write_once.h"

#include <errno.h>

int mgw_write_quietly(int fd, mgw_bytes data)
{
    while (data.len > 0) {
        ssize_t written = mgw_write_once(fd, data);
        if (written <= 0)
            return written < 0 ? errno : EIO;
        data = mgw_bytes_slice(data, (size_t)written, SIZE_MAX);
    }
    return 0;
}
