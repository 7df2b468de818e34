/* SPDX-License-Identifier: MIT */
#include "config/json.h"

#include "base/alloc.h"
#include "base/error.h"
#include "config/config.h"

#include <jansson.h>
#include <stdio.h>

enum { SHOWN_KEY_BYTES = 32, FIELD_BYTES = 48 };

typedef struct reader {
    smgw_account *account;
    size_t index;
    smgw_error *error;
} reader;

static smgw_status refuse_text(smgw_error *error, smgw_rule rule)
{
    return mgw_error_rule(error, SMGW_ERR_CONFIG, "accounts", rule);
}

static smgw_status refuse_place(const reader *read, const char *field, smgw_rule rule, const char *what)
{
    mgw_error_set(read->error, SMGW_ERR_CONFIG, field, "%s: %s", field, what);
    if (read->error != NULL)
        read->error->rule = rule;
    return SMGW_ERR_CONFIG;
}

static smgw_status refuse_account(const reader *read, const char *what)
{
    char field[FIELD_BYTES];
    (void)snprintf(field, sizeof field, "accounts[%zu]", read->index);
    return refuse_place(read, field, SMGW_RULE_SYNTAX, what);
}

static smgw_status refuse_key(const reader *read, const char *key, smgw_rule rule, const char *what)
{
    char field[FIELD_BYTES];
    (void)snprintf(field, sizeof field, "accounts[%zu].%.*s", read->index, (int)SHOWN_KEY_BYTES, key);
    return refuse_place(read, field, rule, what);
}

/* The names that a text value may have, in place of the numbers of an enum. */
typedef struct choice {
    const char *name;
    int value;
} choice;

static const choice TLS_CHOICES[] = { { "auto", SMGW_TLS_AUTO }, { "implicit", SMGW_TLS_IMPLICIT },
    { "starttls", SMGW_TLS_STARTTLS }, { NULL, 0 } };
static const choice AUTH_CHOICES[] = { { "password", SMGW_AUTH_PASSWORD }, { "xoauth2", SMGW_AUTH_XOAUTH2 },
    { "oauthbearer", SMGW_AUTH_OAUTHBEARER }, { NULL, 0 } };

static bool choose(const choice *choices, const json_t *value, int *chosen)
{
    for (; json_is_string(value) && choices->name != NULL; choices++) {
        if (strcmp(json_string_value(value), choices->name) == 0) {
            *chosen = choices->value;
            return true;
        }
    }
    return false;
}

typedef enum kind { TEXT, PORT, LIMIT, TLS, AUTH } kind;

typedef struct key_rule {
    const char *name;
    size_t offset; /* In smgw_account. */
    kind kind;
} key_rule;

#define KEY(name, kind) { #name, offsetof(smgw_account, name), kind }

static const key_rule KEYS[] = {
    KEY(name, TEXT),
    KEY(address, TEXT),
    KEY(display_name, TEXT),
    KEY(imap_host, TEXT),
    KEY(imap_port, PORT),
    KEY(imap_tls, TLS),
    KEY(smtp_host, TEXT),
    KEY(smtp_port, PORT),
    KEY(smtp_tls, TLS),
    { "auth_method", offsetof(smgw_account, auth), AUTH },
    KEY(username, TEXT),
    KEY(password, TEXT),
    KEY(oauth2_token, TEXT),
    KEY(ca_file, TEXT),
    KEY(proxy, TEXT),
    KEY(imap_requests_per_minute, LIMIT),
    KEY(smtp_sends_per_hour, LIMIT),
};

static const key_rule *find_key(const char *name)
{
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++) {
        if (strcmp(KEYS[i].name, name) == 0)
            return &KEYS[i];
    }
    return NULL;
}

static smgw_status read_text(const reader *read, const key_rule *key, const json_t *value)
{
    if (!json_is_string(value))
        return refuse_key(read, key->name, SMGW_RULE_SYNTAX, "must be a string");
    const char *text = json_string_value(value);
    memcpy((unsigned char *)read->account + key->offset, &text, sizeof text);
    return SMGW_OK;
}

static smgw_status read_number(const reader *read, const key_rule *key, const json_t *value)
{
    if (!json_is_integer(value))
        return refuse_key(read, key->name, SMGW_RULE_SYNTAX, "must be an integer");
    json_int_t number = json_integer_value(value);
    json_int_t max = key->kind == PORT ? UINT16_MAX : UINT32_MAX;
    if (number < 1 || number > max)
        return refuse_key(read, key->name, SMGW_RULE_RANGE, smgw_rule_text(SMGW_RULE_RANGE));
    uint16_t port = (uint16_t)number;
    uint32_t limit = (uint32_t)number;
    if (key->kind == PORT)
        memcpy((unsigned char *)read->account + key->offset, &port, sizeof port);
    else
        memcpy((unsigned char *)read->account + key->offset, &limit, sizeof limit);
    return SMGW_OK;
}

static smgw_status read_tls(const reader *read, const key_rule *key, const json_t *value)
{
    int chosen = SMGW_TLS_AUTO;
    if (!choose(TLS_CHOICES, value, &chosen))
        return refuse_key(read, key->name, SMGW_RULE_SYNTAX, "must be \"auto\", \"implicit\" or \"starttls\"");
    smgw_tls tls = (smgw_tls)chosen;
    memcpy((unsigned char *)read->account + key->offset, &tls, sizeof tls);
    return SMGW_OK;
}

static smgw_status read_auth(const reader *read, const key_rule *key, const json_t *value)
{
    int chosen = SMGW_AUTH_PASSWORD;
    if (!choose(AUTH_CHOICES, value, &chosen))
        return refuse_key(read, key->name, SMGW_RULE_SYNTAX, "must be \"password\", \"xoauth2\" or \"oauthbearer\"");
    read->account->auth = (smgw_auth)chosen;
    return SMGW_OK;
}

static smgw_status read_value(const reader *read, const char *name, const json_t *value)
{
    static smgw_status (*const readers[])(const reader *, const key_rule *, const json_t *) = {
        [TEXT] = read_text, [PORT] = read_number, [LIMIT] = read_number, [TLS] = read_tls, [AUTH] = read_auth
    };
    const key_rule *key = find_key(name);
    if (key == NULL)
        return refuse_key(read, name, SMGW_RULE_UNKNOWN_KEY, "is not a key of an account");
    return readers[key->kind](read, key, value);
}

static smgw_status read_account(const reader *read, json_t *object)
{
    *read->account = (smgw_account)SMGW_ACCOUNT_INIT;
    if (!json_is_object(object))
        return refuse_account(read, "must be an object");
    const char *name = NULL;
    json_t *value = NULL;
    smgw_status status = SMGW_OK;
    json_object_foreach(object, name, value)
    {
        status = read_value(read, name, value);
        if (status != SMGW_OK)
            break;
    }
    return status;
}

/* Looked at before the parser sees the text, whose own depth is limited only by its stack. */
static bool is_too_deep(mgw_bytes text)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '"')
            quoted = !quoted;
        else if (quoted && c == '\\')
            i++;
        else if (!quoted && (c == '[' || c == '{') && ++depth > MGW_JSON_MAX_DEPTH)
            return true;
        else if (!quoted && (c == ']' || c == '}') && depth > 0)
            depth--;
    }
    return false;
}

static smgw_rule rule_of(enum json_error_code code)
{
    switch (code) {
    case json_error_invalid_utf8:
        return SMGW_RULE_UTF8;
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return SMGW_RULE_NUL;
    case json_error_numeric_overflow:
        return SMGW_RULE_RANGE;
    default:
        return SMGW_RULE_SYNTAX;
    }
}

/* The parser's own text is left out: it quotes the input, and so a secret. */
static smgw_status refuse_syntax(const json_error_t *found, smgw_error *error)
{
    enum json_error_code code = json_error_code(found);
    if (code == json_error_out_of_memory)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    const char *what = code == json_error_duplicate_key ? "a key is given twice" : smgw_rule_text(rule_of(code));
    mgw_error_set(
        error, SMGW_ERR_CONFIG, "accounts", "accounts: JSON, line %d, column %d: %s", found->line, found->column, what);
    if (error != NULL)
        error->rule = rule_of(code);
    return SMGW_ERR_CONFIG;
}

static smgw_status parse(mgw_bytes text, json_t **root, smgw_error *error)
{
    json_error_t found;
    if (text.len > MGW_JSON_MAX_BYTES)
        return refuse_text(error, SMGW_RULE_TOO_LONG);
    if (mgw_bytes_trim(text).len == 0)
        return refuse_text(error, SMGW_RULE_EMPTY);
    if (is_too_deep(text))
        return refuse_text(error, SMGW_RULE_DEPTH);
    *root = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, &found);
    return *root != NULL ? SMGW_OK : refuse_syntax(&found, error);
}

static smgw_status read_all(mgw_json_accounts *accounts, smgw_error *error)
{
    bool single = json_is_object(accounts->root);
    size_t count = single ? 1 : json_array_size(accounts->root);
    if (count == 0 || count > MGW_CONFIG_MAX_ACCOUNTS)
        return refuse_text(error, count == 0 ? SMGW_RULE_EMPTY : SMGW_RULE_COUNT);
    accounts->items = mgw_calloc(count, sizeof *accounts->items);
    if (accounts->items == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    accounts->count = count;
    smgw_status status = SMGW_OK;
    for (size_t i = 0; status == SMGW_OK && i < count; i++) {
        const reader read = { &accounts->items[i], i, error };
        status = read_account(&read, single ? accounts->root : json_array_get(accounts->root, i));
    }
    return status;
}

smgw_status mgw_json_accounts_read(mgw_json_accounts *accounts, mgw_bytes text, smgw_error *error)
{
    *accounts = (mgw_json_accounts){ NULL, 0, NULL };
    smgw_status status = parse(text, &accounts->root, error);
    if (status == SMGW_OK)
        status = read_all(accounts, error);
    if (status != SMGW_OK)
        mgw_json_accounts_free(accounts);
    return status;
}

static void wipe_string(json_t *value)
{
    if (json_is_string(value))
        explicit_bzero((void *)(uintptr_t)json_string_value(value), json_string_length(value));
}

static void for_each_child(json_t *value, void (*visit)(json_t *))
{
    const char *name = NULL;
    size_t i = 0;
    json_t *child = NULL;
    json_object_foreach(value, name, child)
        visit(child);
    json_array_foreach(value, i, child)
        visit(child);
}

static void wipe_inner(json_t *value)
{
    wipe_string(value);
    for_each_child(value, wipe_string);
}

void mgw_json_accounts_free(mgw_json_accounts *accounts)
{
    /* All the levels that MGW_JSON_MAX_DEPTH lets through. */
    for_each_child(accounts->root, wipe_inner);
    json_decref(accounts->root);
    mgw_free(accounts->items);
    *accounts = (mgw_json_accounts){ NULL, 0, NULL };
}
