/* SPDX-License-Identifier: MIT */
#include "gateway/query.h"

#include "base/error.h"
#include "text/check.h"
#include "text/date.h"

#include "simplemailgw/sanitize.h"

enum {
    MAX_TERM = 4000,
    ALL_FLAGS = SMGW_FLAG_SEEN | SMGW_FLAG_ANSWERED | SMGW_FLAG_FLAGGED | SMGW_FLAG_DELETED | SMGW_FLAG_DRAFT
};

void smgw_query_init(smgw_query *query)
{
    *query = (smgw_query)SMGW_QUERY_INIT;
}

static smgw_rule check_term(const char *text, size_t len)
{
    return mgw_check_line(text, len, MAX_TERM);
}

static smgw_rule check_date(const char *text, size_t len)
{
    char imap_form[MGW_DATE_IMAP_SIZE];
    return mgw_date_to_imap(mgw_bytes_of(text, len), imap_form) ? SMGW_RULE_OK : SMGW_RULE_SYNTAX;
}

/* A date that check_date() accepted: "YYYY-MM-DD". */
static mgw_imap_date date_of(const char *text)
{
    uint64_t parts[3] = { 0, 0, 0 };
    static const struct {
        size_t start, len;
    } places[3] = { { 0, 4 }, { 5, 2 }, { 8, 2 } };
    if (text == NULL)
        return (mgw_imap_date){ 0, 0, 0 };
    for (size_t i = 0; i < 3; i++)
        (void)mgw_bytes_to_u64(mgw_bytes_slice(mgw_bytes_str(text), places[i].start, places[i].len), 9999, &parts[i]);
    return (mgw_imap_date){ (uint16_t)parts[0], (uint8_t)parts[1], (uint8_t)parts[2] };
}

static smgw_status check_terms(const smgw_query *query, smgw_error *error)
{
    const struct {
        const char *field;
        const char *text;
        smgw_rule (*check)(const char *text, size_t len);
    } terms[] = {
        { "query.from", query->from, check_term },
        { "query.to", query->to, check_term },
        { "query.subject", query->subject, check_term },
        { "query.body", query->body, check_term },
        { "query.message_id", query->message_id, smgw_sanitize_message_id },
        { "query.since", query->since, check_date },
        { "query.before", query->before, check_date },
        { "query.uids", query->uids, smgw_validate_uid_set },
        { "query.criteria", query->criteria, smgw_validate_search_criteria },
    };
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        mgw_bytes text = mgw_bytes_str(terms[i].text);
        smgw_rule rule = text.data != NULL ? terms[i].check(text.data, text.len) : SMGW_RULE_OK;
        if (rule != SMGW_RULE_OK)
            return mgw_error_rule(error, SMGW_ERR_INVALID, terms[i].field, rule);
    }
    return SMGW_OK;
}

static smgw_status check_numbers(const smgw_query *query, smgw_error *error)
{
    const struct {
        const char *field;
        uint64_t value;
        uint64_t max;
    } numbers[] = {
        { "query.larger", query->larger, UINT32_MAX },
        { "query.smaller", query->smaller, UINT32_MAX },
        { "query.flags_set", query->flags_set & ~(uint32_t)ALL_FLAGS, 0 },
        { "query.flags_clear", query->flags_clear & ~(uint32_t)ALL_FLAGS, 0 },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (numbers[i].value > numbers[i].max)
            return mgw_error_rule(error, SMGW_ERR_INVALID, numbers[i].field, SMGW_RULE_RANGE);
    return SMGW_OK;
}

smgw_status mgw_query_check(const smgw_query *query, mgw_imap_search *search, smgw_error *error)
{
    *search = (mgw_imap_search){ .flags_set = 0 };
    if (query == NULL)
        return SMGW_OK;
    if (query->struct_size != sizeof *query)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "query.struct_size", SMGW_RULE_RANGE);
    smgw_status status = check_terms(query, error);
    if (status == SMGW_OK)
        status = check_numbers(query, error);
    if (status != SMGW_OK)
        return status;
    *search = (mgw_imap_search){
        .from = mgw_bytes_str(query->from),
        .to = mgw_bytes_str(query->to),
        .subject = mgw_bytes_str(query->subject),
        .body = mgw_bytes_str(query->body),
        .message_id = mgw_bytes_str(query->message_id),
        .since = date_of(query->since),
        .before = date_of(query->before),
        .flags_set = query->flags_set,
        .flags_clear = query->flags_clear,
        .larger = query->larger,
        .smaller = query->smaller,
        .uid_set = mgw_bytes_str(query->uids),
        .criteria = mgw_bytes_str(query->criteria),
    };
    return SMGW_OK;
}
