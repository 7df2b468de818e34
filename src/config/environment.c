/* SPDX-License-Identifier: MIT */
#include "config/environment.h"

#include "base/error.h"
#include "config/json.h"

#include <stdio.h>
#include <unistd.h>

static const size_t MAX_LIST_BYTES = (size_t)1024 * 1024;

typedef enum variable {
    /* One account. */
    IMAP_HOST,
    IMAP_PORT,
    IMAP_TLS,
    SMTP_HOST,
    SMTP_PORT,
    SMTP_TLS,
    USERNAME,
    PASSWORD,
    OAUTH2_TOKEN,
    AUTH_METHOD,
    ACCOUNT_NAME,
    ADDRESS,
    DISPLAY_NAME,
    CA_FILE,
    PROXY,
    IMAP_LIMIT,
    SMTP_LIMIT,
    LAST_OF_ACCOUNT = SMTP_LIMIT,
    /* The gateway. */
    ACCOUNTS_JSON,
    WORKSPACE,
    AUDIT_FILE,
    POLICY,
    DOMAINS,
    DOMAINS_ALIAS,
    ADDRESSES,
    ADDRESSES_ALIAS,
    VARIABLE_COUNT
} variable;

/* `field` is what mgw_config_new() calls the same thing: behind "accounts[0]." for the variables of one account. */
static const struct {
    const char *name;
    const char *field;
} VARIABLES[VARIABLE_COUNT] = {
    [IMAP_HOST] = { "EMAIL_IMAP_HOST", "imap_host" },
    [IMAP_PORT] = { "EMAIL_IMAP_PORT", "imap_port" },
    [IMAP_TLS] = { "EMAIL_IMAP_TLS", "imap_tls" },
    [SMTP_HOST] = { "EMAIL_SMTP_HOST", "smtp_host" },
    [SMTP_PORT] = { "EMAIL_SMTP_PORT", "smtp_port" },
    [SMTP_TLS] = { "EMAIL_SMTP_TLS", "smtp_tls" },
    [USERNAME] = { "EMAIL_USERNAME", "username" },
    [PASSWORD] = { "EMAIL_PASSWORD", "password" },
    [OAUTH2_TOKEN] = { "EMAIL_OAUTH2_TOKEN", "oauth2_token" },
    [AUTH_METHOD] = { "EMAIL_AUTH_METHOD", "auth" },
    [ACCOUNT_NAME] = { "EMAIL_ACCOUNT_NAME", "name" },
    [ADDRESS] = { "EMAIL_ADDRESS", "address" },
    [DISPLAY_NAME] = { "EMAIL_DISPLAY_NAME", "display_name" },
    [CA_FILE] = { "EMAIL_CA_FILE", "ca_file" },
    [PROXY] = { "EMAIL_PROXY", "proxy" },
    [IMAP_LIMIT] = { "EMAIL_RATE_LIMITS__IMAP_REQUESTS_PER_MINUTE", "imap_requests_per_minute" },
    [SMTP_LIMIT] = { "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_HOUR", "smtp_sends_per_hour" },
    [ACCOUNTS_JSON] = { "EMAIL_ACCOUNTS_JSON", "accounts" },
    [WORKSPACE] = { "EMAIL_WORKSPACE", "workspace" },
    [AUDIT_FILE] = { "EMAIL_AUDIT_FILE", "audit.path" },
    [POLICY] = { "EMAIL_RECIPIENT_POLICY", "recipient_policy" },
    [DOMAINS] = { "EMAIL_RECIPIENT_DOMAINS", "recipient_domains" },
    [DOMAINS_ALIAS] = { "EMAIL_RECIPIENT_WHITELIST_DOMAINS", "recipient_domains" },
    [ADDRESSES] = { "EMAIL_RECIPIENT_ADDRESSES", "recipient_addresses" },
    [ADDRESSES_ALIAS] = { "EMAIL_RECIPIENT_WHITELIST_ADDRESSES", "recipient_addresses" },
};

/*
 * A misspelt name that begins so would silently weaken a policy or change whom a connection trusts and where it goes; a
 * name that begins otherwise may be someone else's.
 */
static const char *const GUARDED_PREFIXES[] = { "EMAIL_RECIP", "EMAIL_RATE_LIMIT", "EMAIL_AUDIT", "EMAIL_CA",
    "EMAIL_TLS", "EMAIL_PROXY", "EMAIL_AUTH", "EMAIL_IMAP_", "EMAIL_SMTP_" };

typedef struct environment {
    const char *values[VARIABLE_COUNT]; /* NULL where unset. */
    mgw_arena arena;                    /* Of the lists' entries. */
    mgw_json_accounts json;
    smgw_account account;
    smgw_gateway_options options;
    smgw_error *error;
} environment;

static smgw_status refuse(const environment *env, variable which, smgw_rule rule, const char *what)
{
    mgw_error_set(env->error, SMGW_ERR_CONFIG, VARIABLES[which].name, "%s: %s", VARIABLES[which].name, what);
    if (env->error != NULL)
        env->error->rule = rule;
    return SMGW_ERR_CONFIG;
}

static smgw_status refuse_rule(const environment *env, variable which, smgw_rule rule)
{
    return refuse(env, which, rule, smgw_rule_text(rule));
}

static smgw_status check_unknown(const environment *env, mgw_bytes name)
{
    for (size_t i = 0; i < sizeof GUARDED_PREFIXES / sizeof GUARDED_PREFIXES[0]; i++) {
        mgw_bytes prefix = mgw_bytes_str(GUARDED_PREFIXES[i]);
        if (!mgw_bytes_equal(mgw_bytes_slice(name, 0, prefix.len), prefix))
            continue;
        char field[sizeof env->error->field];
        (void)snprintf(field, sizeof field, "%.*s", (int)(name.len < 100 ? name.len : 100), name.data);
        return mgw_error_set(env->error, SMGW_ERR_CONFIG, field, "%s: is not a known variable", field);
    }
    return SMGW_OK;
}

static smgw_status take_variable(environment *env, const char *entry)
{
    mgw_bytes text = mgw_bytes_str(entry);
    mgw_bytes name = mgw_bytes_slice(text, 0, mgw_bytes_find(text, '='));
    if (name.len == text.len)
        return SMGW_OK;
    const char *value = entry + name.len + 1;
    for (variable which = 0; which < VARIABLE_COUNT; which++) {
        if (!mgw_bytes_equal(name, mgw_bytes_str(VARIABLES[which].name)))
            continue;
        if (env->values[which] != NULL)
            return refuse(env, which, SMGW_RULE_OK, "is set twice");
        if (mgw_bytes_trim(mgw_bytes_str(value)).len == 0)
            return refuse_rule(env, which, SMGW_RULE_EMPTY);
        env->values[which] = value;
        return SMGW_OK;
    }
    return check_unknown(env, name);
}

static smgw_status take_variables(environment *env, char *const *variables)
{
    smgw_status status = SMGW_OK;
    for (; status == SMGW_OK && *variables != NULL; variables++) {
        if (strncmp(*variables, "EMAIL_", 6) == 0)
            status = take_variable(env, *variables);
    }
    return status;
}

/* Decimal, from 1; without leading zeros, which elsewhere mean octal. */
static smgw_status read_number(const environment *env, variable which, uint64_t max, uint64_t *number)
{
    if (env->values[which] == NULL)
        return SMGW_OK;
    if (env->values[which][0] == '0' || !mgw_bytes_to_u64(mgw_bytes_str(env->values[which]), max, number))
        return refuse_rule(env, which, SMGW_RULE_RANGE);
    return SMGW_OK;
}

/* Which of the `count` words the variable holds; *index is untouched where it is unset. */
static smgw_status read_word(const environment *env, variable which, const char *const *words, int count, int *index)
{
    if (env->values[which] == NULL)
        return SMGW_OK;
    for (int i = 0; i < count; i++) {
        if (strcmp(env->values[which], words[i]) == 0) {
            *index = i;
            return SMGW_OK;
        }
    }
    return refuse(env, which, SMGW_RULE_SYNTAX, "is none of the words that it may be");
}

static smgw_status read_ports(environment *env)
{
    uint64_t imap = 0;
    uint64_t smtp = 0;
    smgw_status status = read_number(env, IMAP_PORT, UINT16_MAX, &imap);
    if (status == SMGW_OK)
        status = read_number(env, SMTP_PORT, UINT16_MAX, &smtp);
    env->account.imap_port = (uint16_t)imap;
    env->account.smtp_port = (uint16_t)smtp;
    return status;
}

static smgw_status read_limits(environment *env)
{
    uint64_t imap = env->account.imap_requests_per_minute;
    uint64_t smtp = env->account.smtp_sends_per_hour;
    smgw_status status = read_number(env, IMAP_LIMIT, UINT32_MAX, &imap);
    if (status == SMGW_OK)
        status = read_number(env, SMTP_LIMIT, UINT32_MAX, &smtp);
    env->account.imap_requests_per_minute = (uint32_t)imap;
    env->account.smtp_sends_per_hour = (uint32_t)smtp;
    return status;
}

static smgw_status read_tls(environment *env)
{
    static const char *const words[] = {
        [SMGW_TLS_AUTO] = "auto", [SMGW_TLS_IMPLICIT] = "implicit", [SMGW_TLS_STARTTLS] = "starttls"
    };
    int imap = SMGW_TLS_AUTO;
    int smtp = SMGW_TLS_AUTO;
    smgw_status status = read_word(env, IMAP_TLS, words, 3, &imap);
    if (status == SMGW_OK)
        status = read_word(env, SMTP_TLS, words, 3, &smtp);
    env->account.imap_tls = (smgw_tls)imap;
    env->account.smtp_tls = (smgw_tls)smtp;
    return status;
}

static smgw_status read_auth(environment *env)
{
    static const char *const words[] = {
        [SMGW_AUTH_PASSWORD] = "password", [SMGW_AUTH_XOAUTH2] = "xoauth2", [SMGW_AUTH_OAUTHBEARER] = "oauthbearer"
    };
    bool password = env->values[PASSWORD] != NULL;
    bool token = env->values[OAUTH2_TOKEN] != NULL;
    if (password && token && env->values[AUTH_METHOD] == NULL)
        return refuse(env, AUTH_METHOD, SMGW_RULE_EMPTY, "a password and a token are set, only one may be");
    int method = token ? SMGW_AUTH_XOAUTH2 : SMGW_AUTH_PASSWORD;
    smgw_status status = read_word(env, AUTH_METHOD, words, 3, &method);
    env->account.auth = (smgw_auth)method;
    return status;
}

static smgw_status read_account(environment *env)
{
    const char *const *values = env->values;
    smgw_account *account = &env->account;
    account->name = values[ACCOUNT_NAME] != NULL ? values[ACCOUNT_NAME] : "default";
    account->imap_host = values[IMAP_HOST];
    account->smtp_host = values[SMTP_HOST];
    account->username = values[USERNAME];
    account->password = values[PASSWORD];
    account->oauth2_token = values[OAUTH2_TOKEN];
    account->address = values[ADDRESS];
    account->display_name = values[DISPLAY_NAME];
    account->ca_file = values[CA_FILE];
    account->proxy = values[PROXY];
    env->options.accounts = account;
    env->options.account_count = 1;
    static smgw_status (*const steps[])(environment *) = { read_ports, read_tls, read_auth, read_limits };
    smgw_status status = SMGW_OK;
    for (size_t i = 0; status == SMGW_OK && i < sizeof steps / sizeof steps[0]; i++)
        status = steps[i](env);
    return status;
}

static smgw_status read_accounts(environment *env)
{
    if (env->values[ACCOUNTS_JSON] == NULL)
        return read_account(env);
    for (variable which = 0; which <= LAST_OF_ACCOUNT; which++) {
        if (env->values[which] != NULL)
            return refuse(env, which, SMGW_RULE_OK, "must not be set beside EMAIL_ACCOUNTS_JSON");
    }
    smgw_status status = mgw_json_accounts_read(&env->json, mgw_bytes_str(env->values[ACCOUNTS_JSON]), env->error);
    env->options.accounts = env->json.items;
    env->options.account_count = env->json.count;
    return status;
}

/* The items between the commas, trimmed. */
static smgw_status split_list(environment *env, variable which, const char *const **entries, size_t *count)
{
    mgw_bytes rest = mgw_bytes_str(env->values[which]);
    if (rest.len > MAX_LIST_BYTES)
        return refuse_rule(env, which, SMGW_RULE_TOO_LONG);
    size_t room = 1;
    for (size_t i = 0; i < rest.len; i++)
        room += rest.data[i] == ',';
    const char **items = mgw_arena_alloc(&env->arena, room, sizeof *items);
    for (size_t i = 0; i < room && env->arena.status == SMGW_OK; i++) {
        size_t len = mgw_bytes_find(rest, ',');
        mgw_bytes item = mgw_bytes_trim(mgw_bytes_slice(rest, 0, len));
        if (item.len == 0)
            return refuse(env, which, SMGW_RULE_EMPTY, "has an empty item");
        items[i] = mgw_arena_strndup(&env->arena, item);
        rest = mgw_bytes_slice(rest, len + 1, SIZE_MAX);
    }
    if (env->arena.status != SMGW_OK)
        return mgw_error_status(env->error, env->arena.status);
    *entries = items;
    *count = room;
    return SMGW_OK;
}

static smgw_status read_list(
    environment *env, variable name, variable alias, const char *const **entries, size_t *count)
{
    const char *const *values = env->values;
    if (values[name] != NULL && values[alias] != NULL && strcmp(values[name], values[alias]) != 0)
        return refuse(env, alias, SMGW_RULE_OK, "differs from the variable that it is another name of");
    if (values[name] == NULL && values[alias] == NULL)
        return SMGW_OK;
    return split_list(env, values[name] != NULL ? name : alias, entries, count);
}

static smgw_status read_recipients(environment *env)
{
    static const char *const words[] = { [SMGW_RECIPIENTS_LISTED] = "listed", [SMGW_RECIPIENTS_ANY] = "any" };
    smgw_gateway_options *options = &env->options;
    int policy = SMGW_RECIPIENTS_LISTED;
    smgw_status status = read_word(env, POLICY, words, 2, &policy);
    options->recipient_policy = (smgw_recipient_policy)policy;
    if (status == SMGW_OK)
        status = read_list(env, DOMAINS, DOMAINS_ALIAS, &options->recipient_domains, &options->recipient_domain_count);
    if (status == SMGW_OK)
        status = read_list(
            env, ADDRESSES, ADDRESSES_ALIAS, &options->recipient_addresses, &options->recipient_address_count);
    return status;
}

static smgw_status read_places(environment *env)
{
    env->options.workspace = env->values[WORKSPACE];
    env->options.audit.path = env->values[AUDIT_FILE];
    if (env->values[AUDIT_FILE] != NULL)
        env->options.audit.sink = SMGW_AUDIT_FILE;
    return SMGW_OK;
}

/* True for the field itself and for an entry of it, such as "recipient_domains[3]". */
static bool is_field(const char *text, const char *field)
{
    size_t len = strlen(field);
    return strncmp(text, field, len) == 0 && (text[len] == '\0' || text[len] == '[');
}

/* Puts the variable's name where the error names the field that it became, which is `skip` bytes behind the start. */
static void rename_field(const environment *env, variable which, size_t skip)
{
    const smgw_error old = *env->error;
    const char *entry = old.field + skip + strlen(VARIABLES[which].field);
    char field[sizeof old.field];
    (void)snprintf(field, sizeof field, "%s%s", VARIABLES[which].name, entry);
    mgw_error_set(env->error, old.status, field, "%s%s", field, old.message + strlen(old.field));
    env->error->rule = old.rule;
}

/* The accounts of a JSON text keep their "accounts[i].key". */
static void name_the_variable(const environment *env)
{
    static const char account[] = "accounts[0].";
    const size_t skip = sizeof account - 1;
    if (env->error == NULL || strncmp(env->error->message, env->error->field, strlen(env->error->field)) != 0)
        return;
    const char *field = env->error->field;
    bool of_account = env->values[ACCOUNTS_JSON] == NULL && strncmp(field, account, skip) == 0;
    for (variable which = 0; of_account && which <= LAST_OF_ACCOUNT; which++) {
        if (is_field(field + skip, VARIABLES[which].field)) {
            rename_field(env, which, skip);
            return;
        }
    }
    for (variable which = WORKSPACE; which < VARIABLE_COUNT; which++) {
        if (env->values[which] != NULL && is_field(field, VARIABLES[which].field)) {
            rename_field(env, which, 0);
            return;
        }
    }
}

smgw_status mgw_config_from_environ(mgw_config **config, char *const *variables, smgw_error *error)
{
    static smgw_status (*const steps[])(environment *) = { read_recipients, read_places, read_accounts };
    *config = NULL;
    environment env = { .account = SMGW_ACCOUNT_INIT, .options = SMGW_GATEWAY_OPTIONS_INIT, .error = error };
    /* Both lists with their pointers: an item takes two bytes of text at least. */
    mgw_arena_init(&env.arena, 32 * MAX_LIST_BYTES);
    smgw_status status = take_variables(&env, variables);
    for (size_t i = 0; status == SMGW_OK && i < sizeof steps / sizeof steps[0]; i++)
        status = steps[i](&env);
    if (status == SMGW_OK) {
        status = mgw_config_new(config, &env.options, error);
        if (status != SMGW_OK)
            name_the_variable(&env);
    }
    mgw_json_accounts_free(&env.json);
    mgw_arena_free(&env.arena);
    return status;
}

smgw_status mgw_config_from_env(mgw_config **config, smgw_error *error)
{
    return mgw_config_from_environ(config, environ, error);
}
