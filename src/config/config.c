/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include "base/alloc.h"
#include "base/error.h"
#include "config/account.h"
#include "config/check.h"
#include "config/json.h"

#include "simplemailgw/sanitize.h"

#include <stdio.h>

static const size_t MAX_TEXT_BYTES = (size_t)1 << 30; /* All strings of a configuration together. */
static const uint32_t MAX_RECIPIENTS = 10000;

typedef struct loader {
    mgw_config *config;
    smgw_gateway_options given; /* Of the current size: what the caller gave over the defaults. */
    smgw_error *error;
} loader;

static smgw_status require(const loader *load, const char *field, smgw_rule rule)
{
    return rule == SMGW_RULE_OK ? SMGW_OK : mgw_error_rule(load->error, SMGW_ERR_CONFIG, field, rule);
}

static smgw_status refuse_because(const loader *load, const char *field, smgw_rule rule, const char *what)
{
    mgw_error_set(load->error, SMGW_ERR_CONFIG, field, "%s: %s", field, what);
    if (load->error != NULL)
        load->error->rule = rule;
    return SMGW_ERR_CONFIG;
}

static smgw_status refuse(const loader *load, const char *field, const char *what)
{
    return refuse_because(load, field, SMGW_RULE_OK, what);
}

/*
 * What callers compiled against an older header leave out keeps its default in `known`; one compiled against a newer
 * header is refused, since what it asks for beyond our fields would be ignored. A size that is no multiple of the
 * alignment could end inside a field.
 */
static smgw_status copy_struct(const loader *load, void *known, size_t known_size, const void *given, const char *field)
{
    size_t size = 0;
    memcpy(&size, given, sizeof size);
    if (size > known_size)
        return refuse(load, field, "the struct is larger than this version of the library knows");
    if (size <= sizeof size || size % _Alignof(smgw_gateway_options) != 0)
        return refuse(load, field, "is not the size of the struct; use its _INIT macro");
    memcpy(known, given, size);
    memcpy(known, &known_size, sizeof known_size);
    return SMGW_OK;
}

static smgw_status copy_options(loader *load, const smgw_gateway_options *given)
{
    smgw_status status = copy_struct(load, &load->given, sizeof load->given, given, "struct_size");
    if (status != SMGW_OK)
        return status;
    smgw_audit_options audit = SMGW_AUDIT_OPTIONS_INIT;
    status = copy_struct(load, &audit, sizeof audit, &load->given.audit, "audit.struct_size");
    load->given.audit = audit;
    return status;
}

static smgw_status load_account(const loader *load, const unsigned char *given, size_t index)
{
    char field[sizeof load->error->field];
    (void)snprintf(field, sizeof field, "accounts[%zu].struct_size", index);
    if (memcmp(given, &load->given.accounts->struct_size, sizeof(size_t)) != 0)
        return refuse(load, field, "differs from the first account's");
    smgw_account copy = SMGW_ACCOUNT_INIT;
    smgw_status status = copy_struct(load, &copy, sizeof copy, given, field);
    if (status != SMGW_OK)
        return status;
    mgw_account *account = &load->config->accounts[index];
    status = mgw_account_load(account, &copy, index, &load->config->arena, load->error);
    load->config->account_count = index + 1;
    if (status != SMGW_OK || load->config->arena.status != SMGW_OK)
        return status;
    load->config->secrets_locked = load->config->secrets_locked && mgw_secret_is_locked(&account->secret);
    if (mgw_config_account(load->config, mgw_bytes_str(account->name)) == account)
        return SMGW_OK;
    (void)snprintf(field, sizeof field, "accounts[%zu].name", index);
    return refuse_because(load, field, SMGW_RULE_RESERVED, "another account has the same name");
}

/* The elements lie as far apart as the caller's header says, which the first one tells. */
static smgw_status load_accounts(const loader *load)
{
    size_t count = load->given.account_count;
    if (count == 0 || load->given.accounts == NULL)
        return require(load, "accounts", SMGW_RULE_EMPTY);
    if (count > MGW_CONFIG_MAX_ACCOUNTS)
        return require(load, "accounts", SMGW_RULE_COUNT);
    load->config->accounts = mgw_arena_alloc(&load->config->arena, count, sizeof *load->config->accounts);
    if (load->config->accounts == NULL)
        return SMGW_OK;
    const unsigned char *given = (const unsigned char *)load->given.accounts;
    size_t stride = load->given.accounts->struct_size;
    smgw_status status = SMGW_OK;
    for (size_t i = 0; status == SMGW_OK && load->config->arena.status == SMGW_OK && i < count; i++)
        status = load_account(load, given + i * stride, i);
    return status;
}

typedef smgw_rule (*entry_check)(mgw_bytes);

static smgw_rule check_address(mgw_bytes text)
{
    return smgw_validate_email(text.data, text.len);
}

static smgw_status load_entry(
    const loader *load, const char *entry, const char *name, size_t index, entry_check check, const char **copy)
{
    char field[sizeof load->error->field];
    (void)snprintf(field, sizeof field, "%s[%zu]", name, index);
    mgw_bytes text = mgw_bytes_str(entry);
    *copy = mgw_config_fold(&load->config->arena, text);
    return require(load, field, text.len > 0 ? check(text) : SMGW_RULE_EMPTY);
}

static smgw_status load_list(const loader *load, const char *name, const char *const *entries, size_t count,
    entry_check check, const char *const **list)
{
    if (count == 0)
        return SMGW_OK;
    if (entries == NULL)
        return require(load, name, SMGW_RULE_EMPTY);
    const char **copies = mgw_arena_alloc(&load->config->arena, count, sizeof *copies);
    smgw_status status = SMGW_OK;
    for (size_t i = 0; status == SMGW_OK && load->config->arena.status == SMGW_OK && i < count; i++)
        status = load_entry(load, entries[i], name, i, check, &copies[i]);
    *list = copies;
    return status;
}

static smgw_status load_recipients(const loader *load)
{
    const smgw_gateway_options *given = &load->given;
    size_t domains = given->recipient_domain_count;
    size_t addresses = given->recipient_address_count;
    if ((int)given->recipient_policy < SMGW_RECIPIENTS_LISTED || (int)given->recipient_policy > SMGW_RECIPIENTS_ANY)
        return require(load, "recipient_policy", SMGW_RULE_RANGE);
    if (given->recipient_policy == SMGW_RECIPIENTS_ANY && (domains > 0 || addresses > 0))
        return refuse(load, "recipient_policy", "a list of recipients contradicts 'any'");
    if (domains > MGW_CONFIG_MAX_RECIPIENT_ENTRIES)
        return require(load, "recipient_domains", SMGW_RULE_COUNT);
    if (addresses > MGW_CONFIG_MAX_RECIPIENT_ENTRIES - domains)
        return require(load, "recipient_addresses", SMGW_RULE_COUNT);
    mgw_config *config = load->config;
    config->recipient_policy = given->recipient_policy;
    config->recipient_domain_count = domains;
    config->recipient_address_count = addresses;
    smgw_status status = load_list(
        load, "recipient_domains", given->recipient_domains, domains, mgw_check_domain, &config->recipient_domains);
    if (status == SMGW_OK)
        status = load_list(load, "recipient_addresses", given->recipient_addresses, addresses, check_address,
            &config->recipient_addresses);
    return status;
}

static smgw_status load_path(const loader *load, const char *field, const char *path, const char **copy)
{
    if (path == NULL)
        return SMGW_OK;
    *copy = mgw_arena_strndup(&load->config->arena, mgw_bytes_str(path));
    return require(load, field, mgw_check_path(mgw_bytes_str(path)));
}

static smgw_status load_workspace(const loader *load)
{
    return load_path(load, "workspace", load->given.workspace, &load->config->workspace);
}

static smgw_status load_limits(const loader *load)
{
    const struct {
        const char *field;
        uint64_t value;
        uint64_t max;
    } limits[] = {
        { "max_message_size", load->given.max_message_size, INT64_MAX },
        { "max_attachment_size", load->given.max_attachment_size, INT64_MAX },
        { "max_workspace_bytes", load->given.max_workspace_bytes, INT64_MAX },
        { "max_recipients", load->given.max_recipients, MAX_RECIPIENTS },
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (limits[i].value == 0 || limits[i].value > limits[i].max)
            return require(load, limits[i].field, SMGW_RULE_RANGE);
    }
    load->config->max_message_size = load->given.max_message_size;
    load->config->max_attachment_size = load->given.max_attachment_size;
    load->config->max_workspace_bytes = load->given.max_workspace_bytes;
    load->config->max_recipients = load->given.max_recipients;
    return SMGW_OK;
}

static smgw_status load_audit(const loader *load)
{
    const smgw_audit_options *given = &load->given.audit;
    if ((int)given->sink < SMGW_AUDIT_STDERR || (int)given->sink > SMGW_AUDIT_NONE)
        return require(load, "audit.sink", SMGW_RULE_RANGE);
    if ((int)given->on_failure < SMGW_AUDIT_REFUSE || (int)given->on_failure > SMGW_AUDIT_WARN)
        return require(load, "audit.on_failure", SMGW_RULE_RANGE);
    if ((given->sink == SMGW_AUDIT_FILE) != (given->path != NULL))
        return refuse(load, "audit.path", "goes with the sink SMGW_AUDIT_FILE, and only with it");
    if ((given->sink == SMGW_AUDIT_CALLBACK) != (given->callback != NULL))
        return refuse(load, "audit.callback", "goes with the sink SMGW_AUDIT_CALLBACK, and only with it");
    load->config->audit = *given;
    return load_path(load, "audit.path", given->path, &load->config->audit.path);
}

static smgw_status load_all(loader *load)
{
    static smgw_status (*const steps[])(
        const loader *) = { load_accounts, load_recipients, load_workspace, load_limits, load_audit };
    smgw_status status = SMGW_OK;
    for (size_t i = 0; status == SMGW_OK && i < sizeof steps / sizeof steps[0]; i++) {
        status = steps[i](load);
        if (status == SMGW_OK && load->config->arena.status != SMGW_OK)
            status = mgw_error_status(load->error, load->config->arena.status);
    }
    return status;
}

smgw_status mgw_config_new(mgw_config **config, const smgw_gateway_options *options, smgw_error *error)
{
    *config = NULL;
    loader load = { mgw_calloc(1, sizeof **config), SMGW_GATEWAY_OPTIONS_INIT, error };
    if (load.config == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    mgw_arena_init(&load.config->arena, MAX_TEXT_BYTES);
    load.config->secrets_locked = true;
    smgw_status status = copy_options(&load, options);
    if (status == SMGW_OK)
        status = load_all(&load);
    if (status == SMGW_OK)
        *config = load.config;
    else
        mgw_config_free(load.config);
    return status;
}

void mgw_config_free(mgw_config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->account_count; i++)
        mgw_account_free(&config->accounts[i]);
    mgw_arena_free(&config->arena);
    mgw_free(config);
}

const mgw_account *mgw_config_account(const mgw_config *config, mgw_bytes name)
{
    for (size_t i = 0; i < config->account_count; i++) {
        if (mgw_bytes_equal_fold(mgw_bytes_str(config->accounts[i].name), name))
            return &config->accounts[i];
    }
    return NULL;
}

smgw_status mgw_config_accounts_from_json(mgw_config **config, mgw_bytes json, smgw_error *error)
{
    *config = NULL;
    mgw_json_accounts accounts;
    smgw_status status = mgw_json_accounts_read(&accounts, json, error);
    if (status != SMGW_OK)
        return status;
    smgw_gateway_options options = SMGW_GATEWAY_OPTIONS_INIT;
    options.accounts = accounts.items;
    options.account_count = accounts.count;
    status = mgw_config_new(config, &options, error);
    mgw_json_accounts_free(&accounts);
    return status;
}
