/* SPDX-License-Identifier: MIT */
/*
 * Makes each allocation of an operation fail in turn:
 *
 *     for (unsigned long n = 1; failing_alloc_start(n), operation(), failing_alloc_stop(); n++)
 *         ... the operation must have failed with SMGW_ERR_NO_MEMORY, and left nothing behind ...
 */
#ifndef TESTS_SUPPORT_FAILING_ALLOC_H
#define TESTS_SUPPORT_FAILING_ALLOC_H

#include <stdbool.h>

/* From now on the n-th allocation, counted from 1, fails, and only that one. */
void failing_alloc_start(unsigned long n);

/* Allows all again. True where an allocation did fail since the start. */
bool failing_alloc_stop(void);

#endif
