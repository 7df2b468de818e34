/* SPDX-License-Identifier: MIT */
#include "simplemailgw/send.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "gateway/connect.h"
#include "gateway/lay_out.h"
#include "mime/message.h"

#include "simplemailgw/sanitize.h"

/* Everything about one send; nothing in it outlives the call. */
typedef struct sending {
    smgw_gateway *gateway;
    mgw_gateway_account *account;
    smgw_message *message;
    const smgw_call_options *options;
    mgw_bytes *recipients; /* Views of the message's addresses, */
    size_t recipient_count;
    mgw_laid_out laid;
    mgw_wait wait;
    mgw_smtp_result result;
} sending;

void smgw_receipt_init(smgw_receipt *receipt)
{
    *receipt = (smgw_receipt)SMGW_RECEIPT_INIT;
}

static mgw_bytes account_name(const sending *send)
{
    return mgw_bytes_str(send->account != NULL ? send->account->config->name : NULL);
}

static void audit_facts(mgw_audit_record *record, const sending *send)
{
    mgw_audit_recipients(record, send->recipients, send->recipient_count);
    if (send->laid.builder == NULL)
        return;
    mgw_audit_str(record, "message_id", mgw_bytes_str(mgw_builder_message_id(send->laid.builder)));
    mgw_audit_u64(record, "size", mgw_builder_size(send->laid.builder));
}

/* A refusal stands whether or not it could be audited. */
static smgw_status refuse(const sending *send, mgw_audit_event event, smgw_status status, const char *field)
{
    mgw_audit_record record;
    mgw_audit_begin(&record, send->gateway->audit, event, account_name(send));
    mgw_audit_str(&record, "reason", mgw_bytes_str(smgw_status_text(status)));
    if (field != NULL && field[0] != '\0')
        mgw_audit_str(&record, "field", mgw_bytes_str(field));
    audit_facts(&record, send);
    (void)mgw_audit_commit(&record, NULL);
    return status;
}

static smgw_status collect_recipients(sending *send, smgw_error *error)
{
    const smgw_message *message = send->message;
    if (message->recipient_count == 0)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "recipients", SMGW_RULE_EMPTY);
    if (message->recipient_count > send->gateway->config->max_recipients)
        return mgw_error_rule(error, SMGW_ERR_TOO_LARGE, "recipients", SMGW_RULE_COUNT);
    send->recipients = mgw_calloc(message->recipient_count, sizeof *send->recipients);
    if (send->recipients == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    send->recipient_count = message->recipient_count;
    for (size_t i = 0; i < send->recipient_count; i++)
        send->recipients[i] = mgw_bytes_str(message->recipients[i].address);
    return SMGW_OK;
}

/* The setters have checked every address; the last look is here, on what the server will be told. */
static smgw_status validate_addresses(const sending *send, smgw_error *error)
{
    for (size_t i = 0; i < send->recipient_count; i++) {
        smgw_rule rule = smgw_validate_email(send->recipients[i].data, send->recipients[i].len);
        if (rule != SMGW_RULE_OK)
            return mgw_error_rule(error, SMGW_ERR_INVALID, "recipients", rule);
    }
    return SMGW_OK;
}

static smgw_status check_whitelist(const sending *send, smgw_error *error)
{
    for (size_t i = 0; i < send->recipient_count; i++)
        if (!mgw_whitelist_allows(send->gateway->whitelist, send->recipients[i]))
            return mgw_error_set(error, SMGW_ERR_REFUSED, "recipients",
                "recipients: number %zu of %zu is not on the whitelist", i + 1, send->recipient_count);
    return SMGW_OK;
}

static smgw_status audit_attempt(const sending *send, smgw_error *error)
{
    mgw_audit_record record;
    mgw_audit_begin(&record, send->gateway->audit, MGW_AUDIT_EMAIL_SEND_ATTEMPT, account_name(send));
    audit_facts(&record, send);
    return mgw_audit_commit(&record, error);
}

static smgw_status transmit(sending *send, smgw_error *error)
{
    mgw_smtp_session *session = NULL;
    smgw_status status = mgw_gateway_smtp(send->gateway, send->account, &send->wait, &session, error);
    if (status != SMGW_OK) {
        send->result = (mgw_smtp_result){ .outcome = SMGW_NOT_SENT, .status = status };
        return status;
    }
    const mgw_smtp_envelope envelope = {
        .from = mgw_bytes_str(send->account->config->address),
        .to = send->recipients,
        .count = send->recipient_count,
        .size = mgw_builder_size(send->laid.builder),
    };
    status = mgw_smtp_session_send(session, &envelope, send->laid.builder, &send->wait, &send->result, error);
    mgw_pool_put(&send->account->smtp_pool, session, mgw_clock_now());
    return status;
}

static mgw_audit_event event_of(smgw_outcome outcome)
{
    static const mgw_audit_event events[] = {
        [SMGW_NOT_SENT] = MGW_AUDIT_EMAIL_FAILED,
        [SMGW_SENT] = MGW_AUDIT_EMAIL_SENT,
        [SMGW_UNKNOWN] = MGW_AUDIT_EMAIL_OUTCOME_UNKNOWN,
    };
    return events[outcome];
}

/* What happened has happened: a record that cannot be written changes nothing about the outcome, which is returned. */
static void audit_outcome(const sending *send)
{
    mgw_audit_record record;
    mgw_audit_begin(&record, send->gateway->audit, event_of(send->result.outcome), account_name(send));
    audit_facts(&record, send);
    if (send->result.status != SMGW_OK)
        mgw_audit_str(&record, "reason", mgw_bytes_str(smgw_status_text(send->result.status)));
    if (send->result.code != 0)
        mgw_audit_u64(&record, "server_code", (uint64_t)send->result.code);
    (void)mgw_audit_commit(&record, NULL);
}

/*
 * The one order of every send. A step that fails ends it, and its refusal is audited: the checks first, which cost
 * nothing; then the token; then the trail; then the server.
 */
static smgw_status run(sending *send, const char *account, smgw_error *error)
{
    smgw_status status = mgw_wait_start(&send->wait, send->options, error);
    if (status == SMGW_OK)
        status = mgw_gateway_find_account(send->gateway, account, MGW_PROTOCOL_SMTP, &send->account, error);
    if (status == SMGW_OK)
        status = collect_recipients(send, error);
    if (status == SMGW_OK)
        status = validate_addresses(send, error);
    if (status != SMGW_OK)
        return refuse(send, MGW_AUDIT_EMAIL_REFUSED, status, error->field);
    status = check_whitelist(send, error);
    if (status != SMGW_OK)
        return refuse(send, MGW_AUDIT_RECIPIENT_REFUSED, status, NULL);
    status = mgw_lay_out(&send->laid, send->gateway, send->account->config, send->message, error);
    if (status != SMGW_OK)
        return refuse(send, MGW_AUDIT_EMAIL_REFUSED, status, error->field);
    send->wait.total = mgw_builder_size(send->laid.builder);
    status = mgw_gateway_take_token(send->gateway, send->account, MGW_PROTOCOL_SMTP, send->options, &send->wait, error);
    if (status == SMGW_ERR_RATE_LIMITED)
        return status;
    if (status != SMGW_OK)
        return refuse(send, MGW_AUDIT_EMAIL_REFUSED, status, error->field);
    status = audit_attempt(send, error);
    if (status != SMGW_OK)
        return status;
    status = transmit(send, error);
    audit_outcome(send);
    return status;
}

static void fill_receipt(smgw_receipt *receipt, const sending *send)
{
    smgw_receipt_init(receipt);
    receipt->outcome = send->result.outcome;
    receipt->server_code = send->result.code;
    memcpy(receipt->server_text, send->result.text, sizeof receipt->server_text);
    if (send->laid.builder == NULL)
        return;
    const char *message_id = mgw_builder_message_id(send->laid.builder);
    receipt->recipients = (uint32_t)send->recipient_count;
    receipt->size = mgw_builder_size(send->laid.builder);
    mgw_copy_printable(receipt->message_id, sizeof receipt->message_id, message_id, strlen(message_id));
}

static smgw_status check_arguments(const smgw_message *message, const smgw_receipt *receipt, smgw_error *error)
{
    if (receipt != NULL && receipt->struct_size != sizeof *receipt)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "receipt.struct_size", SMGW_RULE_RANGE);
    return mgw_message_check_free(message, error);
}

smgw_status smgw_send(smgw_gateway *gateway, const char *account, smgw_message *message,
    const smgw_call_options *options, smgw_receipt *receipt, smgw_error *error)
{
    smgw_status status = check_arguments(message, receipt, error);
    if (status != SMGW_OK)
        return status;
    sending send = { .gateway = gateway, .message = message, .options = options };
    smgw_error detail = SMGW_ERROR_INIT;
    message->sending = true;
    status = run(&send, account, &detail);
    message->sending = false;
    if (receipt != NULL)
        fill_receipt(receipt, &send);
    if (status != SMGW_OK && error != NULL)
        *error = detail;
    mgw_laid_out_free(&send.laid);
    mgw_free(send.recipients);
    return status;
}
