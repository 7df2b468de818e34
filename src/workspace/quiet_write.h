/* SPDX-License-Identifier: MIT */
/*
 * Writing to a file in a host that did not ask for signals.
 */
#ifndef MGW_WORKSPACE_QUIET_WRITE_H
#define MGW_WORKSPACE_QUIET_WRITE_H

#include "base/bytes.h"

/*
 * Writes all of `data`: 0, or an errno. A file that may not grow any further (RLIMIT_FSIZE) is EFBIG and nothing else:
 * the signal SIGXFSZ, which would end the process, is held back on this thread while it writes, and the one that the
 * write brought about is taken away. A SIGXFSZ that was pending before stays so. After a failure a part may have been
 * written.
 */
int mgw_write_quietly(int fd, mgw_bytes data);

#endif
