/* SPDX-License-Identifier: MIT */
/*
 * Every X_INIT macro says the same as its x_init() function, for each field, whatever was in the memory before. The table
 * of fields is checked too: a field that is missing from it leaves a gap too wide for padding.
 */
#include "support/test.h"

#include <simplemailgw.h>

#include <string.h>

typedef struct field {
    const char *name;
    size_t offset, size, align;
} field;

typedef struct parity_case {
    const char *name;
    size_t size, align;
    const void *macro;
    void (*init)(void *storage);
    const field *fields;
    size_t field_count;
} parity_case;

#define FIELD(type, name) \
    { #name, offsetof(type, name), sizeof(((type *)NULL)->name), __alignof__(((type *)NULL)->name) }

/* The cases of type T: the macro's value, a caller of the function with a common type, the row of the table. */
#define PARITY(T, MACRO)                        \
    static const T T##_macro = MACRO;           \
    static void T##_call(void *storage)         \
    {                                           \
        T##_init(storage);                      \
    }
#define PARITY_ROW(T) \
    { #T, sizeof(T), _Alignof(T), &T##_macro, T##_call, T##_fields, COUNT_OF(T##_fields) }

PARITY(smgw_call_options, SMGW_CALL_OPTIONS_INIT)
static const field smgw_call_options_fields[] = {
    FIELD(smgw_call_options, struct_size),
    FIELD(smgw_call_options, timeout_ms),
    FIELD(smgw_call_options, idle_timeout_ms),
    FIELD(smgw_call_options, rate_wait_ms),
    FIELD(smgw_call_options, progress),
    FIELD(smgw_call_options, progress_context),
};

PARITY(smgw_rate_limiter_options, SMGW_RATE_LIMITER_OPTIONS_INIT)
static const field smgw_rate_limiter_options_fields[] = {
    FIELD(smgw_rate_limiter_options, struct_size),
    FIELD(smgw_rate_limiter_options, tokens),
    FIELD(smgw_rate_limiter_options, period_ms),
    FIELD(smgw_rate_limiter_options, max_buckets),
};

PARITY(smgw_audit_options, SMGW_AUDIT_OPTIONS_INIT)
static const field smgw_audit_options_fields[] = {
    FIELD(smgw_audit_options, struct_size),
    FIELD(smgw_audit_options, sink),
    FIELD(smgw_audit_options, path),
    FIELD(smgw_audit_options, callback),
    FIELD(smgw_audit_options, callback_context),
    FIELD(smgw_audit_options, on_failure),
};

PARITY(smgw_account, SMGW_ACCOUNT_INIT)
static const field smgw_account_fields[] = {
    FIELD(smgw_account, struct_size),
    FIELD(smgw_account, name),
    FIELD(smgw_account, address),
    FIELD(smgw_account, display_name),
    FIELD(smgw_account, imap_host),
    FIELD(smgw_account, imap_port),
    FIELD(smgw_account, imap_tls),
    FIELD(smgw_account, smtp_host),
    FIELD(smgw_account, smtp_port),
    FIELD(smgw_account, smtp_tls),
    FIELD(smgw_account, auth),
    FIELD(smgw_account, username),
    FIELD(smgw_account, password),
    FIELD(smgw_account, oauth2_token),
    FIELD(smgw_account, ca_file),
    FIELD(smgw_account, proxy),
    FIELD(smgw_account, imap_requests_per_minute),
    FIELD(smgw_account, smtp_sends_per_hour),
};

PARITY(smgw_gateway_options, SMGW_GATEWAY_OPTIONS_INIT)
static const field smgw_gateway_options_fields[] = {
    FIELD(smgw_gateway_options, struct_size),
    FIELD(smgw_gateway_options, accounts),
    FIELD(smgw_gateway_options, account_count),
    FIELD(smgw_gateway_options, recipient_policy),
    FIELD(smgw_gateway_options, recipient_domains),
    FIELD(smgw_gateway_options, recipient_domain_count),
    FIELD(smgw_gateway_options, recipient_addresses),
    FIELD(smgw_gateway_options, recipient_address_count),
    FIELD(smgw_gateway_options, workspace),
    FIELD(smgw_gateway_options, max_message_size),
    FIELD(smgw_gateway_options, max_attachment_size),
    FIELD(smgw_gateway_options, max_workspace_bytes),
    FIELD(smgw_gateway_options, max_recipients),
    FIELD(smgw_gateway_options, audit.struct_size),
    FIELD(smgw_gateway_options, audit.sink),
    FIELD(smgw_gateway_options, audit.path),
    FIELD(smgw_gateway_options, audit.callback),
    FIELD(smgw_gateway_options, audit.callback_context),
    FIELD(smgw_gateway_options, audit.on_failure),
};

PARITY(smgw_receipt, SMGW_RECEIPT_INIT)
static const field smgw_receipt_fields[] = {
    FIELD(smgw_receipt, struct_size),
    FIELD(smgw_receipt, outcome),
    FIELD(smgw_receipt, recipients),
    FIELD(smgw_receipt, size),
    FIELD(smgw_receipt, server_code),
    FIELD(smgw_receipt, message_id),
    FIELD(smgw_receipt, server_text),
};

PARITY(smgw_query, SMGW_QUERY_INIT)
static const field smgw_query_fields[] = {
    FIELD(smgw_query, struct_size),
    FIELD(smgw_query, from),
    FIELD(smgw_query, to),
    FIELD(smgw_query, subject),
    FIELD(smgw_query, body),
    FIELD(smgw_query, message_id),
    FIELD(smgw_query, since),
    FIELD(smgw_query, before),
    FIELD(smgw_query, flags_set),
    FIELD(smgw_query, flags_clear),
    FIELD(smgw_query, larger),
    FIELD(smgw_query, smaller),
    FIELD(smgw_query, uids),
    FIELD(smgw_query, criteria),
    FIELD(smgw_query, newest),
};

PARITY(smgw_folder_counts, SMGW_FOLDER_COUNTS_INIT)
static const field smgw_folder_counts_fields[] = {
    FIELD(smgw_folder_counts, struct_size),
    FIELD(smgw_folder_counts, messages),
    FIELD(smgw_folder_counts, unseen),
    FIELD(smgw_folder_counts, uidnext),
    FIELD(smgw_folder_counts, uidvalidity),
    FIELD(smgw_folder_counts, has_size),
    FIELD(smgw_folder_counts, size),
    FIELD(smgw_folder_counts, highestmodseq),
};

PARITY(smgw_change, SMGW_CHANGE_INIT)
static const field smgw_change_fields[] = {
    FIELD(smgw_change, struct_size),
    FIELD(smgw_change, partial),
    FIELD(smgw_change, uidvalidity),
    FIELD(smgw_change, uid),
    FIELD(smgw_change, count),
};

PARITY(smgw_saved, SMGW_SAVED_INIT)
static const field smgw_saved_fields[] = {
    FIELD(smgw_saved, struct_size),
    FIELD(smgw_saved, name),
    FIELD(smgw_saved, size),
    FIELD(smgw_saved, sha256),
};

PARITY(smgw_stored, SMGW_STORED_INIT)
static const field smgw_stored_fields[] = {
    FIELD(smgw_stored, struct_size),
    FIELD(smgw_stored, outcome),
    FIELD(smgw_stored, uidvalidity),
    FIELD(smgw_stored, uid),
};

PARITY(smgw_view_options, SMGW_VIEW_OPTIONS_INIT)
static const field smgw_view_options_fields[] = {
    FIELD(smgw_view_options, struct_size),
    FIELD(smgw_view_options, source),
    FIELD(smgw_view_options, max_len),
};

#define CHECK_FIELDS(check)                       \
    FIELD(smgw_auth_verdict, check.result),       \
    FIELD(smgw_auth_verdict, check.alignment),    \
    FIELD(smgw_auth_verdict, check.domain)

PARITY(smgw_auth_verdict, SMGW_AUTH_VERDICT_INIT)
static const field smgw_auth_verdict_fields[] = {
    FIELD(smgw_auth_verdict, struct_size),
    FIELD(smgw_auth_verdict, found),
    FIELD(smgw_auth_verdict, malformed),
    FIELD(smgw_auth_verdict, from_confirmed),
    FIELD(smgw_auth_verdict, hops),
    CHECK_FIELDS(spf),
    CHECK_FIELDS(dkim),
    CHECK_FIELDS(dmarc),
    CHECK_FIELDS(arc),
};

static const parity_case cases[] = {
    PARITY_ROW(smgw_call_options),
    PARITY_ROW(smgw_rate_limiter_options),
    PARITY_ROW(smgw_audit_options),
    PARITY_ROW(smgw_account),
    PARITY_ROW(smgw_gateway_options),
    PARITY_ROW(smgw_receipt),
    PARITY_ROW(smgw_query),
    PARITY_ROW(smgw_folder_counts),
    PARITY_ROW(smgw_change),
    PARITY_ROW(smgw_saved),
    PARITY_ROW(smgw_stored),
    PARITY_ROW(smgw_view_options),
    PARITY_ROW(smgw_auth_verdict),
};

static size_t align_up(size_t offset, size_t align)
{
    return (offset + align - 1) / align * align;
}

static void check_fields_cover(const parity_case *c)
{
    size_t end = 0;
    for (size_t i = 0; i < c->field_count; i++) {
        const field *f = &c->fields[i];
        if (f->offset != align_up(end, f->align))
            fail_msg("%s: a field is missing from the table before %s", c->name, f->name);
        end = f->offset + f->size;
    }
    if (c->size != align_up(end, c->align))
        fail_msg("%s: a field is missing from the end of the table", c->name);
}

static void check_filled_with(const parity_case *c, int filling)
{
    _Alignas(max_align_t) unsigned char storage[2048];
    const size_t guard = 16;
    assert_true(c->size + guard <= sizeof(storage));
    memset(storage, filling, sizeof(storage));
    c->init(storage);

    for (size_t i = 0; i < c->field_count; i++) {
        const field *f = &c->fields[i];
        if (memcmp(storage + f->offset, (const char *)c->macro + f->offset, f->size) != 0)
            fail_msg("%s: %s differs over memory filled with 0x%x", c->name, f->name, (unsigned)filling);
    }
    for (size_t i = c->size; i < c->size + guard; i++)
        assert_int_equal(storage[i], filling);
}

static void test_the_tables_are_complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_fields_cover(&cases[i]);
}

static void test_macro_and_function_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        check_filled_with(&cases[i], 0xaa);
        check_filled_with(&cases[i], 0x55);
    }
}

static void test_struct_size_is_the_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t struct_size;
        assert_string_equal(cases[i].fields[0].name, "struct_size");
        memcpy(&struct_size, cases[i].macro, sizeof(struct_size));
        assert_int_equal(struct_size, cases[i].size);
    }
    assert_int_equal(smgw_gateway_options_macro.audit.struct_size, sizeof(smgw_audit_options));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_tables_are_complete),
        cmocka_unit_test(test_macro_and_function_agree),
        cmocka_unit_test(test_struct_size_is_the_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
