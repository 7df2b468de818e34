/* SPDX-License-Identifier: MIT */
/*
 * One write() in a host that did not ask for signals.
 */
#ifndef MGW_BASE_WRITE_ONCE_H
#define MGW_BASE_WRITE_ONCE_H

#include "base/bytes.h"

#include <sys/types.h>

/*
 * As write(), and repeated where a signal interrupts it. A pipe without a reader (EPIPE) and a file that may not grow
 * (EFBIG) are errors and nothing else: SIGPIPE and SIGXFSZ, which would end the process, are held back on this thread
 * meanwhile, and the one that the write brought about is taken away. One that was pending before stays so.
 */
ssize_t mgw_write_once(int fd, mgw_bytes data);

#endif
