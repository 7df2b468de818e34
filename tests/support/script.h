/* SPDX-License-Identifier: MIT */
/* The scripts of scripted_server.h, as steps. */
#ifndef TESTS_SUPPORT_SCRIPT_H
#define TESTS_SUPPORT_SCRIPT_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes that grow, in plain heap memory: the thread of a server must not touch the library's allocation gate. */
typedef struct script_bytes {
    char *data; /* With a NUL behind it; NULL while nothing was added. */
    size_t len;
    size_t alloc;
} script_bytes;

bool script_bytes_add(script_bytes *bytes, const char *data, size_t len);
void script_bytes_free(script_bytes *bytes);

typedef struct script_step {
    char kind;         /* The letter of the step. */
    const char *words; /* Where it begins in the script, for messages and for S, which is expanded when it runs. */
    size_t len;        /* To its last character. */
    regex_t regex;     /* C */
    long number;       /* L, W */
} script_step;

typedef struct script {
    char *text; /* A copy. */
    script_step *steps;
    size_t count;
} script;

/* False with the reason in `problem`; then there is nothing to free. */
bool script_parse(script *out, const char *text, char *problem, size_t problem_size);
void script_free(script *out);

/* The bytes of an S step; false where it is not well formed or gets too large. */
bool script_expand(const script_step *step, const char *tag, script_bytes *out);

#endif
