/* SPDX-License-Identifier: MIT */
/* The configuration: "env: NAME=value|NAME=value", "json: text", and the values that an account is made of. */
#include "security/catalogue.h"

#include "config/check.h"
#include "config/environment.h"

enum { VARIABLES_MAX = 16, TEXT_MAX = 128 << 20 };

/* What makes a configuration complete, so that only a row's own values can be at fault. */
static char *const BASE_VARIABLES[] = {
    (char[]){ "EMAIL_IMAP_HOST=imap.example.com" },
    (char[]){ "EMAIL_SMTP_HOST=smtp.example.com" },
    (char[]){ "EMAIL_USERNAME=ada@example.com" },
    (char[]){ "EMAIL_PASSWORD=secret" },
};
enum { BASE_COUNT = sizeof BASE_VARIABLES / sizeof BASE_VARIABLES[0] };

static const char BASE_JSON[] = "\"name\":\"work\",\"username\":\"ada@example.com\",\"password\":\"secret\"";

/* The recipient domains of a configuration, with commas between them. */
static void put_domains(const mgw_config *config, outcome *o)
{
    o->has_output = true;
    for (size_t i = 0; i < config->recipient_domain_count; i++) {
        mgw_buf_add_str(&o->output, i > 0 ? "," : "");
        mgw_buf_add_str(&o->output, config->recipient_domains[i]);
    }
}

static bool loads(char *const *variables, const row *r, outcome *o)
{
    mgw_config *config = NULL;
    bool loaded = mgw_config_from_environ(&config, variables, NULL) == SMGW_OK;
    if (loaded && o != NULL && r->expects == EXPECT_BYTES)
        put_domains(config, o);
    mgw_config_free(config);
    return loaded;
}

/* Appends NAME=value with a NUL; quotes around the value are the row's way to show blanks. */
static void add_variable(mgw_buf *out, mgw_bytes variable)
{
    size_t equals = mgw_bytes_find(variable, '=');
    mgw_bytes value = mgw_bytes_slice(variable, equals + 1, variable.len);
    if (value.len >= 2 && value.data[0] == '"' && value.data[value.len - 1] == '"')
        value = mgw_bytes_slice(value, 1, value.len - 2);
    mgw_buf_add_bytes(out, mgw_bytes_slice(variable, 0, equals));
    mgw_buf_add_byte(out, '=');
    mgw_buf_add_bytes(out, value);
    mgw_buf_add_byte(out, '\0');
}

static void run_environment(const row *r, mgw_bytes text, outcome *o)
{
    mgw_buf strings = MGW_BUF_INIT(TEXT_MAX);
    char *variables[BASE_COUNT + VARIABLES_MAX + 1] = { NULL };
    size_t count = 0, starts[VARIABLES_MAX];
    while (text.len > 0 && count < VARIABLES_MAX) {
        size_t bar = mgw_bytes_find(text, '|');
        starts[count++] = strings.len;
        add_variable(&strings, mgw_bytes_slice(text, 0, bar));
        text = mgw_bytes_slice(text, bar + 1, text.len);
    }
    memcpy(variables, BASE_VARIABLES, sizeof BASE_VARIABLES);
    bool base_loads = loads(variables, NULL, NULL);
    for (size_t i = 0; i < count; i++)
        variables[BASE_COUNT + i] = strings.data + starts[i];
    /* Where not even the base loads, a refusal would prove nothing: the row must not pass. */
    o->accepted = base_loads ? loads(variables, r, o) : r->expects == EXPECT_REJECT;
    mgw_buf_free(&strings);
}

/* "NAME unset": the environment without it. */
static void run_unset(const row *r, outcome *o)
{
    char *variables[BASE_COUNT + 1] = { NULL };
    memcpy(variables, BASE_VARIABLES, sizeof BASE_VARIABLES);
    o->accepted = loads(variables, r, o);
}

static bool json_loads(mgw_bytes json)
{
    mgw_config *config = NULL;
    bool loaded = mgw_config_accounts_from_json(&config, json, NULL) == SMGW_OK;
    mgw_config_free(config);
    return loaded;
}

/* Appends an account of the base values and those of an object; "port" is a row's short name for a server's port. */
static void add_account(mgw_buf *out, mgw_bytes object)
{
    static const char port[] = "{\"port\":";
    mgw_buf_add_str(out, "{");
    mgw_buf_add_str(out, BASE_JSON);
    if (memmem(object.data, object.len, "imap_host", 9) == NULL)
        mgw_buf_add_str(out, ",\"imap_host\":\"imap.example.com\"");
    mgw_buf_add_str(out, ",");
    if (mgw_bytes_starts_with_fold(object, mgw_bytes_str(port))) {
        mgw_buf_add_str(out, "\"imap_port\":");
        object = mgw_bytes_slice(object, sizeof port - 1, object.len);
    } else {
        object = mgw_bytes_slice(object, 1, object.len);
    }
    mgw_buf_add_bytes(out, object);
}

static void run_json(const row *r, mgw_bytes json, outcome *o)
{
    mgw_buf whole = MGW_BUF_INIT(TEXT_MAX);
    if (mgw_bytes_equal(json, MGW_LIT("64 MiB"))) {
        mgw_buf_add_str(&whole, "[");
        char *blanks = mgw_buf_reserve(&whole, 64 << 20);
        if (blanks != NULL) {
            memset(blanks, ' ', 64 << 20);
            mgw_buf_commit(&whole, 64 << 20);
        }
        mgw_buf_add_str(&whole, "{\"imap_host\":\"imap.example.com\",");
        mgw_buf_add_str(&whole, BASE_JSON);
        mgw_buf_add_str(&whole, "}]");
    } else if (json.len > 0 && json.data[0] == '{') {
        add_account(&whole, json);
    } else {
        mgw_buf_add_bytes(&whole, json);
    }
    mgw_buf base = MGW_BUF_INIT(4096);
    add_account(&base, MGW_LIT("{\"imap_port\":993}"));
    o->accepted = json_loads(mgw_buf_bytes(&base)) ? json_loads(mgw_buf_bytes(&whole)) : r->expects == EXPECT_REJECT;
    mgw_buf_free(&base);
    mgw_buf_free(&whole);
}

static void config_load(const row *r, outcome *o)
{
    mgw_bytes input = r->input;
    mgw_bytes tail = mgw_bytes_slice(input, input.len - (input.len < 6 ? input.len : 6), 6);
    if (mgw_bytes_starts_with_fold(input, MGW_LIT("json: ")))
        run_json(r, mgw_bytes_slice(input, 6, input.len), o);
    else if (!mgw_bytes_starts_with_fold(input, MGW_LIT("env: ")))
        o->skipped = "scenario: needs a second thread; simplemailgw/gateway.h makes it the caller's duty";
    else if (mgw_bytes_equal(tail, MGW_LIT(" unset")))
        run_unset(r, o);
    else
        run_environment(r, mgw_bytes_slice(input, 5, input.len), o);
}

/* "username(OAUTHBEARER)"; the other mechanisms have one rule. */
static void username(const row *r, outcome *o)
{
    bool bearer = mgw_bytes_equal(r->surface, MGW_LIT("username(OAUTHBEARER)"));
    o->accepted = mgw_check_username(r->input, bearer ? SMGW_AUTH_OAUTHBEARER : SMGW_AUTH_PASSWORD) == SMGW_RULE_OK;
}

static void password(const row *r, outcome *o)
{
    o->accepted = mgw_check_password(r->input) == SMGW_RULE_OK;
}

static void token(const row *r, outcome *o)
{
    o->accepted = mgw_check_token(r->input) == SMGW_RULE_OK;
}

const surface CONFIG_SURFACES[] = {
    { "config_load", config_load },
    { "username(", username },
    { "password(", password },
    { "oauth2_token", token },
    { NULL, NULL },
};
