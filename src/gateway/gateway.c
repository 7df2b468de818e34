/* SPDX-License-Identifier: MIT */
#include "gateway/gateway.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "config/environment.h"
#include "policy/rate_limiter.h"

/* All idle connections together may take this long to say goodbye. */
enum { GOODBYE_MS = 2000 };

/* A view of each string, in one array that the caller frees; NULL for none and where memory is short. */
static mgw_bytes *views_of(const char *const *strings, size_t count)
{
    mgw_bytes *views = mgw_calloc(count, sizeof *views);
    for (size_t i = 0; views != NULL && i < count; i++)
        views[i] = mgw_bytes_str(strings[i]);
    return views;
}

static smgw_status make_whitelist(smgw_gateway *gateway, smgw_error *error)
{
    const mgw_config *config = gateway->config;
    size_t domain_count = config->recipient_domain_count;
    size_t address_count = config->recipient_address_count;
    mgw_bytes *domains = views_of(config->recipient_domains, domain_count);
    mgw_bytes *addresses = views_of(config->recipient_addresses, address_count);
    smgw_status status;
    if ((domain_count > 0 && domains == NULL) || (address_count > 0 && addresses == NULL))
        status = mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    else
        status = mgw_whitelist_new(
            &gateway->whitelist, config->recipient_policy, domains, domain_count, addresses, address_count, error);
    mgw_free(domains);
    mgw_free(addresses);
    return status;
}

static smgw_status make_limiter(smgw_rate_limiter **limiter, uint32_t tokens, uint32_t period_ms, smgw_error *error)
{
    smgw_rate_limiter_options options = SMGW_RATE_LIMITER_OPTIONS_INIT;
    options.tokens = tokens;
    options.period_ms = period_ms;
    options.max_buckets = 1;
    return smgw_rate_limiter_new(limiter, &options, error);
}

static smgw_status make_accounts(smgw_gateway *gateway, smgw_error *error)
{
    size_t count = gateway->config->account_count;
    gateway->accounts = mgw_calloc(count, sizeof *gateway->accounts);
    if (gateway->accounts == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    for (size_t i = 0; i < count; i++) {
        mgw_pool_init(&gateway->accounts[i].imap_pool, &mgw_imap_session_kind);
        mgw_pool_init(&gateway->accounts[i].smtp_pool, &mgw_smtp_session_kind);
    }
    smgw_status status = SMGW_OK;
    for (size_t i = 0; i < count && status == SMGW_OK; i++) {
        mgw_gateway_account *account = &gateway->accounts[i];
        account->config = &gateway->config->accounts[i];
        status = make_limiter(&account->imap_limiter, account->config->imap_requests_per_minute, 60 * 1000, error);
        if (status == SMGW_OK)
            status = make_limiter(&account->smtp_limiter, account->config->smtp_sends_per_hour, 3600 * 1000, error);
    }
    return status;
}

static smgw_status open_workspace(smgw_gateway *gateway, smgw_error *error)
{
    const mgw_config *config = gateway->config;
    if (config->workspace == NULL)
        return SMGW_OK;
    return mgw_workspace_open(
        &gateway->workspace, config->workspace, config->max_workspace_bytes, config->max_attachment_size, error);
}

/* The trail begins with the policy in force, so that nobody has to guess it later. */
static smgw_status audit_start(smgw_gateway *gateway, smgw_error *error)
{
    const mgw_config *config = gateway->config;
    bool anyone = config->recipient_policy == SMGW_RECIPIENTS_ANY;
    mgw_audit_record record;
    mgw_audit_begin(&record, gateway->audit, MGW_AUDIT_GATEWAY_START, MGW_LIT(""));
    mgw_audit_str(&record, "version", MGW_LIT(SMGW_VERSION));
    mgw_audit_u64(&record, "accounts", config->account_count);
    mgw_audit_str(&record, "recipient_policy", anyone ? MGW_LIT("any") : MGW_LIT("listed"));
    mgw_audit_u64(&record, "recipient_domains", config->recipient_domain_count);
    mgw_audit_u64(&record, "recipient_addresses", config->recipient_address_count);
    mgw_audit_bool(&record, "workspace", gateway->workspace != NULL);
    mgw_audit_bool(&record, "secrets_locked", config->secrets_locked);
    return mgw_audit_commit(&record, error);
}

static smgw_status build(smgw_gateway *gateway, smgw_error *error)
{
    smgw_status status = mgw_net_init(error);
    if (status == SMGW_OK)
        status = make_whitelist(gateway, error);
    if (status == SMGW_OK)
        status = make_accounts(gateway, error);
    if (status == SMGW_OK)
        status = open_workspace(gateway, error);
    if (status == SMGW_OK)
        status = mgw_audit_new(&gateway->audit, &gateway->config->audit, error);
    return status == SMGW_OK ? audit_start(gateway, error) : status;
}

smgw_status mgw_gateway_from_config(smgw_gateway **gateway, mgw_config *config, smgw_error *error)
{
    *gateway = NULL;
    smgw_gateway *built = mgw_calloc(1, sizeof *built);
    if (built == NULL) {
        mgw_config_free(config);
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    }
    built->config = config;
    smgw_status status = build(built, error);
    if (status != SMGW_OK) {
        smgw_gateway_free(built);
        return status;
    }
    *gateway = built;
    return SMGW_OK;
}

smgw_status smgw_gateway_new(smgw_gateway **gateway, const smgw_gateway_options *options, smgw_error *error)
{
    *gateway = NULL;
    mgw_config *config = NULL;
    smgw_status status = mgw_config_new(&config, options, error);
    return status == SMGW_OK ? mgw_gateway_from_config(gateway, config, error) : status;
}

smgw_status smgw_gateway_from_env(smgw_gateway **gateway, smgw_error *error)
{
    *gateway = NULL;
    mgw_config *config = NULL;
    smgw_status status = mgw_config_from_env(&config, error);
    return status == SMGW_OK ? mgw_gateway_from_config(gateway, config, error) : status;
}

static void free_account(mgw_gateway_account *account, const mgw_wait *goodbye)
{
    mgw_pool_destroy(&account->imap_pool, goodbye);
    mgw_pool_destroy(&account->smtp_pool, goodbye);
    smgw_rate_limiter_free(account->imap_limiter);
    smgw_rate_limiter_free(account->smtp_limiter);
}

static void audit_stop(smgw_gateway *gateway)
{
    mgw_audit_record record;
    if (gateway->audit == NULL)
        return;
    mgw_audit_begin(&record, gateway->audit, MGW_AUDIT_GATEWAY_STOP, MGW_LIT(""));
    (void)mgw_audit_commit(&record, NULL);
}

void smgw_gateway_free(smgw_gateway *gateway)
{
    if (gateway == NULL)
        return;
    smgw_call_options options = SMGW_CALL_OPTIONS_INIT;
    options.timeout_ms = GOODBYE_MS;
    mgw_wait goodbye;
    bool polite = mgw_wait_start(&goodbye, &options, NULL) == SMGW_OK;
    for (size_t i = 0; gateway->accounts != NULL && i < gateway->config->account_count; i++)
        free_account(&gateway->accounts[i], polite ? &goodbye : NULL);
    audit_stop(gateway);
    mgw_free(gateway->accounts);
    mgw_workspace_free(gateway->workspace);
    mgw_audit_free(gateway->audit);
    mgw_whitelist_free(gateway->whitelist);
    mgw_config_free(gateway->config);
    mgw_free(gateway);
}

smgw_status mgw_gateway_find_account(
    smgw_gateway *gateway, const char *name, mgw_protocol protocol, mgw_gateway_account **account, smgw_error *error)
{
    const mgw_account *found = mgw_config_account(gateway->config, mgw_bytes_str(name));
    if (found == NULL)
        return mgw_error_set(error, SMGW_ERR_NOT_FOUND, "account", "account: there is none of this name");
    *account = &gateway->accounts[found - gateway->config->accounts];
    bool has_server = protocol == MGW_PROTOCOL_IMAP ? found->imap.present : found->smtp.present;
    if (!has_server)
        return mgw_error_set(error, SMGW_ERR_INVALID, "account", "account: it has no %s server",
            protocol == MGW_PROTOCOL_IMAP ? "IMAP" : "SMTP");
    return SMGW_OK;
}

static void audit_rate_limit(
    smgw_gateway *gateway, const mgw_account *account, mgw_protocol protocol, uint64_t retry_after_ms)
{
    mgw_audit_record record;
    mgw_audit_begin(&record, gateway->audit, MGW_AUDIT_RATE_LIMIT_EXCEEDED, mgw_bytes_str(account->name));
    mgw_audit_str(&record, "limit", protocol == MGW_PROTOCOL_IMAP ? MGW_LIT("imap") : MGW_LIT("smtp"));
    mgw_audit_u64(&record, "retry_after_ms", retry_after_ms);
    /* The operation is refused in any case; the refusal is what the caller has to hear. */
    (void)mgw_audit_commit(&record, NULL);
}

static bool may_wait_on(void *context)
{
    const mgw_wait *wait = context;
    return mgw_wait_check(wait, NULL) == SMGW_OK;
}

smgw_status mgw_gateway_take_token(smgw_gateway *gateway, mgw_gateway_account *account, mgw_protocol protocol,
    const smgw_call_options *options, mgw_wait *wait, smgw_error *error)
{
    smgw_rate_limiter *limiter = protocol == MGW_PROTOCOL_IMAP ? account->imap_limiter : account->smtp_limiter;
    uint32_t left_ms = (uint32_t)mgw_deadline_left_ms(mgw_clock_now(), wait->deadline);
    uint32_t max_wait_ms = options != NULL ? options->rate_wait_ms : 0;
    smgw_error detail = SMGW_ERROR_INIT;
    smgw_status status = mgw_rate_limiter_wait(limiter, mgw_bytes_str(account->config->name), 1,
        max_wait_ms < left_ms ? max_wait_ms : left_ms, may_wait_on, wait, &detail);
    if (status == SMGW_ERR_RATE_LIMITED)
        audit_rate_limit(gateway, account->config, protocol, detail.retry_after_ms);
    if (status != SMGW_OK && error != NULL)
        *error = detail;
    return status;
}
