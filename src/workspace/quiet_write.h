/* SPDX-License-Identifier: MIT */
/*
 * Writing to a file in a host that did not ask for signals.
 */
#ifndef MGW_WORKSPACE_QUIET_WRITE_H
#define MGW_WORKSPACE_QUIET_WRITE_H

#include "base/bytes.h"

/*
 * Writes all of `data`: 0, or an errno. No signal reaches the host: see mgw_write_once(). After a failure a part may
 * have been written.
 */
int mgw_write_quietly(int fd, mgw_bytes data);

#endif
