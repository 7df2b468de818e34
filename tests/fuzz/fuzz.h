/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz targets share: cutting an input into fields, and what must hold for everything that comes out.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "base/bytes.h"

#include "simplemailgw/mail.h"

#include <stdio.h>
#include <stdlib.h>

/* A target. It returns 0; a broken invariant ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);                                    \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* An input that is taken piece by piece; at its end it gives zeros and empty pieces. */
typedef struct fuzz_input {
    mgw_bytes rest;
} fuzz_input;

fuzz_input fuzz_input_of(const uint8_t *data, size_t size);
unsigned char fuzz_byte(fuzz_input *input);

/* Up to the next LF, which is taken too. */
mgw_bytes fuzz_line(fuzz_input *input);

/* At most `max` bytes; how many, the next byte of the input says. */
mgw_bytes fuzz_piece(fuzz_input *input, size_t max);

/* A NUL-terminated copy for free(); bytes behind a NUL are hidden. */
char *fuzz_string(mgw_bytes bytes);

/* Valid UTF-8 on one line: what every string of an smgw_mail is. */
void fuzz_check_clean(const char *text);

/* Everything in the view of a message. */
void fuzz_check_mail(const smgw_mail *mail);

/* Lines that end with CRLF and have at most `max_line` octets without it; no other CR or LF, no NUL. */
void fuzz_check_lines(mgw_bytes text, size_t max_line);

#endif
