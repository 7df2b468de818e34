/* SPDX-License-Identifier: MIT */
#include "config/account.h"

#include "base/error.h"
#include "config/check.h"

#include "simplemailgw/sanitize.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct loader {
    mgw_account *account;
    const smgw_account *given;
    mgw_arena *arena;
    size_t index;
    smgw_error *error;
} loader;

/* "accounts[index].name: what", with the rule. */
static smgw_status refuse_because(const loader *load, const char *name, smgw_rule rule, const char *what)
{
    char field[sizeof load->error->field];
    (void)snprintf(field, sizeof field, "accounts[%zu].%s", load->index, name);
    mgw_error_set(load->error, SMGW_ERR_CONFIG, field, "%s: %s", field, what);
    if (load->error != NULL)
        load->error->rule = rule;
    return SMGW_ERR_CONFIG;
}

/* The same with the text of the rule; success where there is none. */
static smgw_status require(const loader *load, const char *name, smgw_rule rule)
{
    return rule == SMGW_RULE_OK ? SMGW_OK : refuse_because(load, name, rule, smgw_rule_text(rule));
}

static const char *keep(const loader *load, const char *text)
{
    return mgw_arena_strndup(load->arena, mgw_bytes_str(text));
}

const char *mgw_config_fold(mgw_arena *arena, mgw_bytes text)
{
    char *copy = mgw_arena_strndup(arena, text);
    for (size_t i = 0; copy != NULL && i < text.len; i++)
        copy[i] = (char)mgw_lower((unsigned char)copy[i]);
    return copy;
}

static smgw_status load_name(const loader *load)
{
    mgw_bytes name = mgw_bytes_str(load->given->name);
    load->account->name = mgw_config_fold(load->arena, name);
    return require(load, "name", mgw_check_account_name(name));
}

static smgw_status load_username(const loader *load)
{
    load->account->username = keep(load, load->given->username);
    return require(load, "username", mgw_check_username(mgw_bytes_str(load->given->username), load->given->auth));
}

static smgw_status load_address(const loader *load)
{
    const char *address = load->given->address != NULL ? load->given->address : load->given->username;
    smgw_rule rule = smgw_validate_email_str(address);
    load->account->address = keep(load, address);
    if (rule != SMGW_RULE_OK && load->given->address == NULL)
        return refuse_because(load, "address", rule, "has to be given where the user name is not an address");
    return require(load, "address", rule);
}

static smgw_status load_display_name(const loader *load)
{
    if (load->given->display_name == NULL)
        return SMGW_OK;
    load->account->display_name = keep(load, load->given->display_name);
    return require(load, "display_name", mgw_check_display_name(mgw_bytes_str(load->given->display_name)));
}

/* The ports of a protocol (RFC 8314 section 7), and what AUTO means on any port that is not the other way's own. */
typedef struct port_rules {
    const char *host_field;
    const char *port_field;
    const char *tls_field;
    smgw_tls usual;
    uint16_t usual_port;
    smgw_tls other;
    uint16_t other_port;
} port_rules;

static const port_rules IMAP = { "imap_host", "imap_port", "imap_tls", SMGW_TLS_IMPLICIT, 993, SMGW_TLS_STARTTLS, 143 };
static const port_rules SMTP = { "smtp_host", "smtp_port", "smtp_tls", SMGW_TLS_STARTTLS, 587, SMGW_TLS_IMPLICIT, 465 };

static smgw_status load_endpoint(
    const loader *load, const port_rules *rules, mgw_endpoint *endpoint, const char *host, uint16_t port, smgw_tls tls)
{
    if ((int)tls < SMGW_TLS_AUTO || (int)tls > SMGW_TLS_STARTTLS)
        return require(load, rules->tls_field, SMGW_RULE_RANGE);
    if (host == NULL && port != 0)
        return refuse_because(load, rules->port_field, SMGW_RULE_OK, "is given without a host");
    if (host == NULL && tls != SMGW_TLS_AUTO)
        return refuse_because(load, rules->tls_field, SMGW_RULE_OK, "is given without a host");
    if (host == NULL)
        return SMGW_OK;
    if (tls == SMGW_TLS_AUTO)
        tls = port == rules->other_port ? rules->other : rules->usual;
    if (port == 0)
        port = tls == rules->usual ? rules->usual_port : rules->other_port;
    *endpoint = (mgw_endpoint){ true, keep(load, host), port, tls };
    return require(load, rules->host_field, smgw_validate_host_str(host));
}

static smgw_status load_endpoints(const loader *load)
{
    const smgw_account *given = load->given;
    smgw_status status =
        load_endpoint(load, &IMAP, &load->account->imap, given->imap_host, given->imap_port, given->imap_tls);
    if (status == SMGW_OK)
        status = load_endpoint(load, &SMTP, &load->account->smtp, given->smtp_host, given->smtp_port, given->smtp_tls);
    if (status == SMGW_OK && !load->account->imap.present && !load->account->smtp.present)
        status = refuse_because(load, "imap_host", SMGW_RULE_EMPTY, "an account needs an IMAP or an SMTP host");
    return status;
}

/* Exactly the credential that the method uses; another one beside it would be a misunderstanding. */
static smgw_status load_credential(const loader *load)
{
    bool by_password = load->given->auth == SMGW_AUTH_PASSWORD;
    const char *name = by_password ? "password" : "oauth2_token";
    const char *text = by_password ? load->given->password : load->given->oauth2_token;
    if ((by_password ? load->given->oauth2_token : load->given->password) != NULL)
        return refuse_because(
            load, by_password ? "oauth2_token" : "password", SMGW_RULE_OK, "is not for this way to log in");
    if (text == NULL)
        return refuse_because(load, name, SMGW_RULE_EMPTY, "is needed for this way to log in");
    mgw_bytes secret = mgw_bytes_str(text);
    smgw_rule rule = by_password ? mgw_check_password(secret) : mgw_check_token(secret);
    if (rule != SMGW_RULE_OK)
        return require(load, name, rule);
    smgw_status status = mgw_secret_set(&load->account->secret, secret);
    return status == SMGW_OK ? SMGW_OK : mgw_error_status(load->error, status);
}

static smgw_status load_auth(const loader *load)
{
    if ((int)load->given->auth < SMGW_AUTH_PASSWORD || (int)load->given->auth > SMGW_AUTH_OAUTHBEARER)
        return require(load, "auth", SMGW_RULE_RANGE);
    load->account->auth = load->given->auth;
    return SMGW_OK;
}

static smgw_status read_authorities(const loader *load, int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return refuse_because(load, "ca_file", SMGW_RULE_OK, "is not a regular file");
    if (info.st_size < 1 || info.st_size > (off_t)MGW_CONFIG_MAX_CA_FILE)
        return require(load, "ca_file", info.st_size < 1 ? SMGW_RULE_EMPTY : SMGW_RULE_TOO_LONG);
    size_t size = (size_t)info.st_size;
    char *pem = mgw_arena_alloc(load->arena, size, 1);
    size_t len = 0;
    ssize_t got = pem != NULL ? 1 : 0;
    while (got > 0 && len < size) {
        got = read(fd, pem + len, size - len);
        len += got > 0 ? (size_t)got : 0;
    }
    if (pem != NULL && len < size)
        return refuse_because(load, "ca_file", SMGW_RULE_OK, "cannot be read");
    if (pem != NULL && memmem(pem, len, "-----BEGIN ", 11) == NULL)
        return refuse_because(load, "ca_file", SMGW_RULE_SYNTAX, "holds no certificate");
    load->account->ca_pem = mgw_bytes_of(pem, len);
    return SMGW_OK;
}

/* The file is read now: whom we trust does not change with it later. */
static smgw_status load_ca_file(const loader *load)
{
    const char *path = load->given->ca_file;
    if (path == NULL)
        return SMGW_OK;
    smgw_status status = require(load, "ca_file", mgw_check_path(mgw_bytes_str(path)));
    if (status != SMGW_OK)
        return status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        char text[128];
        return refuse_because(load, "ca_file", SMGW_RULE_OK, strerror_r(errno, text, sizeof text));
    }
    status = read_authorities(load, fd);
    (void)close(fd);
    return status;
}

static smgw_status load_proxy(const loader *load)
{
    if (load->given->proxy == NULL)
        return SMGW_OK;
    load->account->proxy = keep(load, load->given->proxy);
    return require(load, "proxy", mgw_check_proxy(mgw_bytes_str(load->given->proxy)));
}

static smgw_status load_limits(const loader *load)
{
    load->account->imap_requests_per_minute = load->given->imap_requests_per_minute;
    load->account->smtp_sends_per_hour = load->given->smtp_sends_per_hour;
    if (load->account->imap_requests_per_minute == 0)
        return require(load, "imap_requests_per_minute", SMGW_RULE_RANGE);
    return load->account->smtp_sends_per_hour == 0 ? require(load, "smtp_sends_per_hour", SMGW_RULE_RANGE) : SMGW_OK;
}

smgw_status mgw_account_load(
    mgw_account *account, const smgw_account *given, size_t index, mgw_arena *arena, smgw_error *error)
{
    /* The method comes before the user name and the credential, whose rules depend on it. */
    static smgw_status (*const steps[])(const loader *) = { load_name, load_endpoints, load_auth, load_username,
        load_address, load_display_name, load_credential, load_ca_file, load_proxy, load_limits };
    const loader load = { account, given, arena, index, error };
    smgw_status status = SMGW_OK;
    for (size_t i = 0; status == SMGW_OK && i < sizeof steps / sizeof steps[0]; i++)
        status = steps[i](&load);
    return status;
}

void mgw_account_free(mgw_account *account)
{
    mgw_secret_free(&account->secret);
}
