/* SPDX-License-Identifier: MIT */
/* The sanitizers: what applications call before they hand text over. */
#include "security/catalogue.h"

#include "simplemailgw/sanitize.h"

#include <stdlib.h>

typedef smgw_rule (*check)(const char *text, size_t len);
typedef smgw_rule (*transform)(const char *text, size_t len, char *out, size_t out_size, size_t *out_len);

/* Runs on a copy of the exact size, so that a tool that watches memory sees a read beyond it. */
static void run_check(const row *r, outcome *o, check run)
{
    char *copy = malloc(r->input.len + (r->input.len == 0));
    if (copy == NULL)
        return;
    if (r->input.len > 0)
        memcpy(copy, r->input.data, r->input.len);
    o->accepted = run(copy, r->input.len) == SMGW_RULE_OK;
    free(copy);
}

static void run_transform(const row *r, outcome *o, transform run)
{
    size_t size = r->input.len + 2, len = 0;
    char *out = malloc(size);
    if (out != NULL && run(r->input.data, r->input.len, out, size, &len) == SMGW_RULE_OK)
        outcome_bytes(o, mgw_bytes_of(out, len));
    free(out);
}

#define CHECK_SURFACE(name, function)                  \
    static void name(const row *r, outcome *o)         \
    {                                                  \
        run_check(r, o, function);                     \
    }

#define TRANSFORM_SURFACE(name, function)              \
    static void name(const row *r, outcome *o)         \
    {                                                  \
        run_transform(r, o, function);                 \
    }

TRANSFORM_SURFACE(subject, smgw_sanitize_subject)
TRANSFORM_SURFACE(header_value, smgw_sanitize_header_value)
TRANSFORM_SURFACE(references, smgw_sanitize_references)
CHECK_SURFACE(header_name, smgw_validate_header_name)
CHECK_SURFACE(message_id, smgw_sanitize_message_id)
CHECK_SURFACE(email, smgw_validate_email)
CHECK_SURFACE(host, smgw_validate_host)
CHECK_SURFACE(ehlo_name, smgw_validate_ehlo_name)
CHECK_SURFACE(folder_name, smgw_sanitize_folder_name)
CHECK_SURFACE(new_folder_name, smgw_validate_folder_name)
CHECK_SURFACE(filename, smgw_sanitize_filename)
CHECK_SURFACE(uid_set, smgw_validate_uid_set)
CHECK_SURFACE(flag, smgw_validate_flag)
CHECK_SURFACE(search_criteria, smgw_validate_search_criteria)

static smgw_rule check_numeric(const char *text, size_t len)
{
    uint32_t number = 0;
    smgw_rule rule = smgw_sanitize_message_id_numeric(text, len, &number);
    return rule == SMGW_RULE_OK && number == 0 ? SMGW_RULE_RANGE : rule;
}

CHECK_SURFACE(numeric_id, check_numeric)

/* "<=255bytes,ext=.pdf": the name on disk, with the 17 bytes before it, and its ending. */
static bool name_has_property(mgw_bytes name, mgw_bytes property)
{
    enum { HASH_PREFIX = 17 };
    uint64_t max = 0;
    size_t comma = mgw_bytes_find(property, ',');
    mgw_bytes limit = mgw_bytes_slice(property, 0, comma);
    mgw_bytes ending = mgw_bytes_slice(property, comma + 5, property.len);
    if (!mgw_bytes_starts_with_fold(limit, MGW_LIT("<=")) || limit.len < 8 || ending.len > name.len ||
        !mgw_bytes_to_u64(mgw_bytes_slice(limit, 2, limit.len - 7), UINT32_MAX, &max))
        return false;
    return name.len + HASH_PREFIX <= max &&
        mgw_bytes_equal(ending, mgw_bytes_slice(name, name.len - ending.len, ending.len));
}

static void attachment_name(const row *r, outcome *o)
{
    run_transform(r, o, smgw_attachment_name);
    if (r->expects == EXPECT_PROPERTY && o->accepted)
        outcome_property(o, name_has_property(mgw_buf_bytes(&o->output), r->expected));
}

const surface TEXT_SURFACES[] = {
    { "sanitize_subject", subject },
    { "sanitize_header_value", header_value },
    { "header_name", header_name },
    { "sanitize_message_id", message_id },
    { "sanitize_references", references },
    { "sanitize_message_id_numeric", numeric_id },
    { "validate_email", email },
    { "ehlo_name", ehlo_name },
    { "smtp_host", host },
    { "imap_host", host },
    { "sanitize_folder_name", folder_name },
    { "validate_folder_name", new_folder_name },
    { "sanitize_filename", filename },
    { "attachment_name", attachment_name },
    { "uid_set", uid_set },
    { "flag", flag },
    { "search_criteria", search_criteria },
    { "CURLOPT_MAIL_FROM", email },
    { "CURLOPT_MAIL_RCPT", email },
    { "CURLOPT_MAIL_AUTH", email },
    { NULL, NULL },
};
