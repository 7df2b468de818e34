/* SPDX-License-Identifier: MIT */
/*
 * The runner of the attack catalogue. A file of rows goes through tables of surfaces: each row names a surface, the surface
 * does to the row's input what the library does, and the outcome is compared with what the row expects.
 */
#ifndef TESTS_SECURITY_CATALOGUE_H
#define TESTS_SECURITY_CATALOGUE_H

#include "base/buf.h"

typedef enum expectation {
    EXPECT_ACCEPT,   /* Accepted; an output is the same as the input. */
    EXPECT_REJECT,   /* Refused. */
    EXPECT_BYTES,    /* Accepted, with exactly these bytes as output. */
    EXPECT_PROPERTY  /* Accepted, and the surface says that the named property holds. */
} expectation;

typedef struct row {
    mgw_bytes id, group, surface;
    mgw_bytes raw_input; /* As written in the file. */
    mgw_bytes input;     /* Decoded. */
    expectation expects;
    mgw_bytes expected;  /* Decoded bytes, or the property's name without '@'. */
} row;

/* What a surface found out. All zeros, with an empty buffer: refused. */
typedef struct outcome {
    bool accepted;
    bool has_output;
    mgw_buf output;
    bool property_checked; /* The surface knows the row's property, */
    bool property_holds;   /* and this is what it found. */
    const char *skipped;   /* Why this row is no case for this program; NULL where it ran. */
} outcome;

typedef void (*surface_run)(const row *r, outcome *o);

/* `name` is the whole text of the column, or its beginning where it ends with '{' or '(': the rest is the surface's. */
typedef struct surface {
    const char *name;
    surface_run run;
} surface;

/* Each table ends with a NULL name. */
extern const surface TEXT_SURFACES[];
extern const surface POLICY_SURFACES[];
extern const surface LIMITER_SURFACES[];
extern const surface IMAP_SURFACES[];
extern const surface SMTP_SURFACES[];
extern const surface MIME_SURFACES[];
extern const surface PARSE_SURFACES[];
extern const surface CONFIG_SURFACES[];
extern const surface SCENARIO_SURFACES[];

/*
 * Decodes a column: octal escapes, \r \n \t \" \\, ${REP:n:text} and ${SEQ:a:b:sep}; \uXXXX where `unicode` is set.
 * False for anything else behind a backslash or "${", and past 256 MiB.
 */
bool catalogue_decode(mgw_bytes text, bool unicode, mgw_buf *out);

/* Sets the answer to a row's property. */
static inline void outcome_property(outcome *o, bool holds)
{
    o->accepted = true;
    o->property_checked = true;
    o->property_holds = holds;
}

/* Accepted, with this output. */
static inline void outcome_bytes(outcome *o, mgw_bytes output)
{
    o->accepted = true;
    o->has_output = true;
    mgw_buf_add_bytes(&o->output, output);
}

static inline bool property_is(const row *r, const char *name)
{
    return r->expects >= EXPECT_PROPERTY && mgw_bytes_equal(r->expected, mgw_bytes_str(name));
}

#endif
