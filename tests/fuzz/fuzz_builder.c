/* SPDX-License-Identifier: MIT */
/* A message of an application: whatever the setters took, the bytes keep the format and say the same when parsed. */
#include "fuzz/fuzz.h"

#include "base/buf.h"
#include "mime/builder.h"
#include "mime/header.h"
#include "mime/message.h"

#include "simplemailgw/sanitize.h"

static const char *const addresses[] = { "ada@example.com", "b.c+d@sub.example.org", "x'y=z@example.net" };

/* One setter with arguments of the input. */
static void apply(smgw_message *message, fuzz_input *input)
{
    unsigned char what = fuzz_byte(input);
    const char *address = addresses[what / 16 % 3];
    mgw_bytes first = fuzz_piece(input, 1500);
    char *a = fuzz_string(first);
    char *b = fuzz_string(fuzz_piece(input, 300));
    smgw_status ignored = SMGW_OK;
    switch (what % 10) {
    case 0:
        ignored = smgw_message_add_to(message, address, a, NULL);
        break;
    case 1:
        ignored = smgw_message_add_cc(message, b, a, NULL);
        break;
    case 2:
        ignored = smgw_message_add_bcc(message, "secret@bcc.example", a, NULL);
        break;
    case 3:
        ignored = smgw_message_set_reply_to(message, address, a, NULL);
        break;
    case 4:
        ignored = smgw_message_set_subject(message, a, NULL);
        break;
    case 5:
        ignored = smgw_message_set_text(message, first.data, first.len, NULL);
        break;
    case 6:
        ignored = smgw_message_set_html(message, first.data, first.len, NULL);
        break;
    case 7:
        ignored = smgw_message_set_in_reply_to(message, b, a, NULL);
        break;
    case 8:
        ignored = smgw_message_attach_bytes(message, b, what & 32 ? a : NULL, a, strlen(a), NULL);
        break;
    default:
        ignored = smgw_message_attach_bytes(message, a, b[0] != '\0' ? b : NULL, b, strlen(b), NULL);
        break;
    }
    (void)ignored;
    free(b);
    free(a);
}

static void build(smgw_message *message, const char *sender_name, mgw_buf *out)
{
    const mgw_builder_options options = {
        .sender_address = "me@example.com", .sender_name = sender_name, .now_ms = 1800000000000
    };
    mgw_builder *builder = NULL;
    if (mgw_builder_new(&builder, message, &options, NULL) != SMGW_OK)
        return;
    char piece[700];
    size_t n = 0;
    do {
        FUZZ_CHECK(mgw_builder_read(builder, piece, sizeof piece, &n, NULL) == SMGW_OK);
        FUZZ_CHECK(mgw_buf_add(out, piece, n) == SMGW_OK);
    } while (n > 0);
    FUZZ_CHECK(out->len == mgw_builder_size(builder));
    mgw_builder_free(builder);
}

static size_t count_of(const smgw_message *message, mgw_recipient_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < message->recipient_count; i++)
        count += message->recipients[i].kind == kind;
    return count;
}

static void check_recipients(const smgw_message *message, const smgw_mail *mail)
{
    size_t to = 0, cc = 0;
    for (size_t i = 0; i < message->recipient_count; i++) {
        const mgw_recipient *sent = &message->recipients[i];
        if (sent->kind == MGW_RECIPIENT_TO)
            FUZZ_CHECK(strcmp(mail->to.items[to++].address, sent->address) == 0);
        if (sent->kind == MGW_RECIPIENT_CC)
            FUZZ_CHECK(strcmp(mail->cc.items[cc++].address, sent->address) == 0);
    }
}

static void check_parsed(const smgw_message *message, mgw_bytes built)
{
    smgw_parsed *parsed = NULL;
    FUZZ_CHECK(smgw_parse(&parsed, built.data, built.len, NULL) == SMGW_OK);
    const smgw_mail *mail = smgw_parsed_mail(parsed);
    fuzz_check_mail(mail);
    FUZZ_CHECK(mail->defects == 0 && mail->bcc.count == 0 && mail->from.count == 1 && mail->sender.count == 0);
    FUZZ_CHECK(strcmp(mail->from.items[0].address, "me@example.com") == 0);
    FUZZ_CHECK(strcmp(mail->subject, message->subject != NULL ? message->subject : "") == 0);
    FUZZ_CHECK(strcmp(mail->in_reply_to, message->in_reply_to != NULL ? message->in_reply_to : "") == 0);
    FUZZ_CHECK(mail->reply_to.count == (message->reply_to.address != NULL));
    size_t to = count_of(message, MGW_RECIPIENT_TO), cc = count_of(message, MGW_RECIPIENT_CC);
    FUZZ_CHECK(mail->cc.count == cc && mail->to.count == (to + cc > 0 ? to : 1));
    check_recipients(message, mail);
    size_t attachments = 0;
    for (size_t i = 0; i < mail->part_count; i++) {
        if (!mail->parts[i].is_attachment)
            continue;
        FUZZ_CHECK(attachments < message->attachment_count);
        const mgw_attachment *sent = &message->attachments[attachments++];
        FUZZ_CHECK(strcmp(mail->parts[i].filename, sent->filename) == 0);
        FUZZ_CHECK(strcmp(mail->parts[i].media_type, sent->media_type) == 0);
    }
    FUZZ_CHECK(attachments == message->attachment_count);
    smgw_parsed_free(parsed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = fuzz_input_of(data, size);
    char *sender_name = fuzz_string(fuzz_line(&input));
    smgw_message *message = NULL;
    FUZZ_CHECK(smgw_message_new(&message) == SMGW_OK);
    for (int i = 0; i < 40 && input.rest.len > 0; i++)
        apply(message, &input);
    mgw_buf built = MGW_BUF_INIT(SIZE_MAX), again = MGW_BUF_INIT(SIZE_MAX);
    build(message, sender_name, &built);
    build(message, sender_name, &again);
    if (built.len > 0) {
        mgw_bytes bytes = mgw_buf_bytes(&built);
        FUZZ_CHECK(mgw_bytes_equal(bytes, mgw_buf_bytes(&again)));
        fuzz_check_lines(bytes, MGW_HEADER_MAX_LINE);
        check_parsed(message, bytes);
    }
    mgw_buf_free(&again);
    mgw_buf_free(&built);
    smgw_message_free(message);
    free(sender_name);
    return 0;
}
