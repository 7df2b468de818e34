/* SPDX-License-Identifier: MIT */
/* Mailbox names on the wire. */
#include "security/catalogue.h"

#include "imap/mutf7.h"
#include "imap/wire.h"

static void mailbox_encode(const row *r, outcome *o)
{
    mgw_imap_writer writer;
    mgw_imap_writer_init(&writer, &o->output, 0);
    mgw_imap_write_mailbox(&writer, r->input);
    o->accepted = o->has_output = writer.status == SMGW_OK && writer.gate_count == 0;
}

static void mailbox_decode(const row *r, outcome *o)
{
    o->accepted = mgw_mutf7_decode(r->input, &o->output) == SMGW_RULE_OK;
    o->has_output = o->accepted && r->expects == EXPECT_BYTES;
}

const surface IMAP_SURFACES[] = {
    { "imap_mailbox_encode", mailbox_encode },
    { "imap_mailbox_decode", mailbox_decode },
    { NULL, NULL },
};
