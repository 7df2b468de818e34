/* SPDX-License-Identifier: MIT */
#include "smtp/envelope.h"

#include "simplemailgw/sanitize.h"

/* "RCPT TO:<", an address of 254 octets, ">" and CRLF; MAIL has its parameters besides. */
enum { MAX_RCPT_LEN = 266, MAX_MAIL_LEN = 512 };

static bool is_address(mgw_bytes text)
{
    return smgw_validate_email(text.data, text.len) == SMGW_RULE_OK;
}

smgw_status mgw_smtp_envelope_check(const mgw_smtp_envelope *envelope, const mgw_smtp_capabilities *capabilities,
    size_t max_recipients, size_t *bad_recipient)
{
    *bad_recipient = SIZE_MAX;
    if (envelope->count == 0 || !is_address(envelope->from))
        return SMGW_ERR_INVALID;
    if (envelope->count > max_recipients)
        return SMGW_ERR_TOO_LARGE;
    for (size_t i = 0; i < envelope->count; i++) {
        if (!is_address(envelope->to[i])) {
            *bad_recipient = i;
            return SMGW_ERR_INVALID;
        }
    }
    if (capabilities->size_limit > 0 && envelope->size > capabilities->size_limit)
        return SMGW_ERR_TOO_LARGE;
    return envelope->body_8bit && !capabilities->eight_bit_mime ? SMGW_ERR_UNSUPPORTED : SMGW_OK;
}

size_t mgw_smtp_envelope_max_len(size_t recipients)
{
    return recipients > (SIZE_MAX - MAX_MAIL_LEN) / MAX_RCPT_LEN ? SIZE_MAX : MAX_MAIL_LEN + recipients * MAX_RCPT_LEN;
}

static void write_path(mgw_buf *out, const char *command, mgw_bytes address)
{
    mgw_buf_add_str(out, command);
    mgw_buf_add_str(out, "<");
    mgw_buf_add_bytes(out, address);
    mgw_buf_add_str(out, ">");
}

void mgw_smtp_envelope_write(const mgw_smtp_envelope *envelope, const mgw_smtp_capabilities *capabilities, mgw_buf *out)
{
    write_path(out, "MAIL FROM:", envelope->from);
    if (capabilities->size && envelope->size > 0) {
        mgw_buf_add_str(out, " SIZE=");
        mgw_buf_add_u64(out, envelope->size);
    }
    if (envelope->body_8bit)
        mgw_buf_add_str(out, " BODY=8BITMIME");
    mgw_buf_add_str(out, "\r\n");
    for (size_t i = 0; i < envelope->count; i++) {
        write_path(out, "RCPT TO:", envelope->to[i]);
        mgw_buf_add_str(out, "\r\n");
    }
}
