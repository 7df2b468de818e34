/* SPDX-License-Identifier: MIT */
/*
 * Which Authentication-Results fields count, and what they say together (RFC 8601 section 5).
 */
#include "base/error.h"
#include "mime/auth_results.h"
#include "mime/header.h"
#include "text/address.h"

#include "simplemailgw/view.h"

void smgw_auth_verdict_init(smgw_auth_verdict *verdict)
{
    *verdict = (smgw_auth_verdict)SMGW_AUTH_VERDICT_INIT;
}

static const struct result_name {
    mgw_bytes name;
    smgw_auth_result result;
} result_names[] = {
    { MGW_LIT_INIT("none"), SMGW_AUTH_RESULT_NONE },
    { MGW_LIT_INIT("pass"), SMGW_AUTH_RESULT_PASS },
    { MGW_LIT_INIT("fail"), SMGW_AUTH_RESULT_FAIL },
    { MGW_LIT_INIT("hardfail"), SMGW_AUTH_RESULT_FAIL },
    { MGW_LIT_INIT("softfail"), SMGW_AUTH_RESULT_SOFTFAIL },
    { MGW_LIT_INIT("neutral"), SMGW_AUTH_RESULT_NEUTRAL },
    { MGW_LIT_INIT("policy"), SMGW_AUTH_RESULT_POLICY },
    { MGW_LIT_INIT("temperror"), SMGW_AUTH_RESULT_TEMPERROR },
    { MGW_LIT_INIT("permerror"), SMGW_AUTH_RESULT_PERMERROR },
};

static smgw_auth_result result_of(mgw_bytes word)
{
    for (size_t i = 0; i < sizeof result_names / sizeof result_names[0]; i++)
        if (mgw_bytes_equal_fold(word, result_names[i].name))
            return result_names[i].result;
    return SMGW_AUTH_RESULT_OTHER;
}

static bool is_below(mgw_bytes domain, mgw_bytes parent)
{
    if (domain.len <= parent.len || memchr(parent.data, '.', parent.len) == NULL)
        return false;
    mgw_bytes end = mgw_bytes_slice(domain, domain.len - parent.len, parent.len);
    return domain.data[domain.len - parent.len - 1] == '.' && mgw_bytes_equal_fold(end, parent);
}

static smgw_alignment alignment_of(mgw_bytes domain, mgw_bytes from)
{
    if (domain.len == 0 || from.len == 0)
        return SMGW_ALIGNMENT_NONE;
    if (mgw_bytes_equal_fold(domain, from))
        return SMGW_ALIGNMENT_EXACT;
    return is_below(domain, from) || is_below(from, domain) ? SMGW_ALIGNMENT_RELATED : SMGW_ALIGNMENT_NONE;
}

/* The domain of "ann@example.org", "@example.org" or "example.org", where it is one; else nothing. */
static mgw_bytes domain_of(mgw_bytes value)
{
    for (size_t at = mgw_bytes_find(value, '@'); at < value.len; at = mgw_bytes_find(value, '@'))
        value = mgw_bytes_slice(value, at + 1, SIZE_MAX);
    return mgw_validate_domain(value.data, value.len) == SMGW_RULE_OK ? value : mgw_bytes_of("", 0);
}

static void copy_domain(smgw_auth_check *check, mgw_bytes value)
{
    mgw_bytes domain = domain_of(value);
    memcpy(check->domain, domain.data, domain.len);
    check->domain[domain.len] = '\0';
}

/* The property that names a method's domain; of two the one with the lower rank counts. */
static const struct source {
    mgw_bytes method;
    mgw_bytes property;
    int rank;
} sources[] = {
    { MGW_LIT_INIT("spf"), MGW_LIT_INIT("smtp.mailfrom"), 1 },
    { MGW_LIT_INIT("spf"), MGW_LIT_INIT("smtp.mail"), 2 },
    { MGW_LIT_INIT("dkim"), MGW_LIT_INIT("header.d"), 1 },
    { MGW_LIT_INIT("dkim"), MGW_LIT_INIT("header.i"), 2 },
    { MGW_LIT_INIT("dmarc"), MGW_LIT_INIT("header.from"), 1 },
};

enum { NO_SOURCE = 100 };

static int rank_of(mgw_bytes method, mgw_bytes property)
{
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        if (mgw_bytes_equal_fold(method, sources[i].method) && mgw_bytes_equal_fold(property, sources[i].property))
            return sources[i].rank;
    return NO_SOURCE;
}

/* Reads the properties of the method that mgw_auth_next() gave. SPF of HELO alone says nothing about the sender. */
static smgw_status read_check(mgw_auth_reader *reader, mgw_bytes method, mgw_bytes from, smgw_auth_check *check)
{
    *check = (smgw_auth_check){ result_of(mgw_auth_bytes(&reader->value)), SMGW_ALIGNMENT_NONE, "" };
    int best = NO_SOURCE;
    bool helo = false;
    smgw_status status;
    while ((status = mgw_auth_next_property(reader)) == SMGW_OK) {
        mgw_bytes property = mgw_auth_bytes(&reader->word);
        int rank = rank_of(method, property);
        helo = helo || mgw_bytes_equal_fold(property, MGW_LIT("smtp.helo"));
        if (rank < best) {
            best = rank;
            copy_domain(check, mgw_auth_bytes(&reader->value));
        }
    }
    if (check->result == SMGW_AUTH_RESULT_PASS)
        check->alignment = alignment_of(mgw_bytes_str(check->domain), from);
    if (helo && best == NO_SOURCE && mgw_bytes_equal(method, MGW_LIT("spf")))
        check->result = SMGW_AUTH_RESULT_MISSING;
    return status == SMGW_DONE ? SMGW_OK : status;
}

static int quality(const smgw_auth_check *check)
{
    if (check->result == SMGW_AUTH_RESULT_MISSING)
        return -1;
    return check->result == SMGW_AUTH_RESULT_PASS ? 1 + (int)check->alignment : 0;
}

/* The first result stands; of DKIM, where a message has many signatures, the best one. */
static void merge(smgw_auth_check *kept, const smgw_auth_check *next, bool best)
{
    bool replaces = best ? quality(next) > quality(kept) : kept->result == SMGW_AUTH_RESULT_MISSING;
    if (replaces)
        *kept = *next;
}

static smgw_status read_results(mgw_auth_reader *reader, mgw_bytes from, smgw_auth_verdict *verdict)
{
    const struct {
        mgw_bytes name;
        smgw_auth_check *check;
    } methods[] = {
        { MGW_LIT("spf"), &verdict->spf },
        { MGW_LIT("dkim"), &verdict->dkim },
        { MGW_LIT("dmarc"), &verdict->dmarc },
        { MGW_LIT("arc"), &verdict->arc },
    };
    smgw_status status;
    size_t count = 0;
    while ((status = mgw_auth_next(reader)) == SMGW_OK) {
        if (++count > MGW_AUTH_MAX_ITEMS)
            return SMGW_ERR_INVALID;
        for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
            if (!mgw_bytes_equal_fold(mgw_auth_bytes(&reader->word), methods[i].name))
                continue;
            smgw_auth_check check;
            if (read_check(reader, methods[i].name, from, &check) != SMGW_OK)
                return SMGW_ERR_INVALID;
            merge(methods[i].check, &check, methods[i].check == &verdict->dkim);
            break;
        }
    }
    return status == SMGW_DONE ? SMGW_OK : status;
}

/* Takes one field. False: nothing below it counts. */
static bool take_field(mgw_bytes value, mgw_bytes trusted, mgw_bytes from, smgw_auth_verdict *verdict)
{
    mgw_auth_reader reader;
    if (!mgw_auth_begin(&reader, value)) {
        verdict->malformed = true;
        return false;
    }
    if (!mgw_bytes_equal_fold(mgw_auth_bytes(&reader.word), trusted))
        return false;
    smgw_auth_verdict next = *verdict;
    if (read_results(&reader, from, &next) != SMGW_OK) {
        verdict->malformed = true;
        return false;
    }
    next.found = true;
    *verdict = next;
    return true;
}

static smgw_status read_header(mgw_bytes header, mgw_bytes trusted, mgw_bytes from, smgw_auth_verdict *verdict)
{
    mgw_header_reader reader;
    mgw_header_field field;
    smgw_status status;
    mgw_header_reader_init(&reader, header);
    while ((status = mgw_header_next(&reader, &field)) == SMGW_OK) {
        if (mgw_bytes_equal_fold(field.name, MGW_LIT("Received"))) {
            if (verdict->found)
                return SMGW_OK;
            verdict->hops++;
        } else if (mgw_bytes_equal_fold(field.name, MGW_LIT("Authentication-Results"))) {
            if (!take_field(field.value, trusted, from, verdict))
                return SMGW_OK;
        }
    }
    return status == SMGW_DONE ? SMGW_OK : status;
}

static bool confirms(const smgw_auth_check *check)
{
    return check->result == SMGW_AUTH_RESULT_PASS && check->alignment == SMGW_ALIGNMENT_EXACT;
}

static mgw_bytes from_domain(const char *from_address)
{
    mgw_bytes address = mgw_bytes_str(from_address);
    mgw_bytes local;
    mgw_bytes domain;
    if (!mgw_address_split(address, &local, &domain))
        return mgw_bytes_of("", 0);
    return domain_of(domain);
}

smgw_status smgw_auth_results_read(const char *header, size_t len, const char *trusted_id, const char *from_address,
                                   smgw_auth_verdict *verdict, smgw_error *error)
{
    if (verdict->struct_size != sizeof *verdict)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "verdict.struct_size", SMGW_RULE_RANGE);
    if (header == NULL && len > 0)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "header", SMGW_RULE_EMPTY);
    if (trusted_id[0] == '\0')
        return mgw_error_rule(error, SMGW_ERR_INVALID, "trusted_id", SMGW_RULE_EMPTY);
    if (len > MGW_HEADER_MAX_SIZE)
        return mgw_error_rule(error, SMGW_ERR_TOO_LARGE, "header", SMGW_RULE_TOO_LONG);
    smgw_auth_verdict made = SMGW_AUTH_VERDICT_INIT;
    smgw_status status =
        read_header(mgw_bytes_of(header, len), mgw_bytes_str(trusted_id), from_domain(from_address), &made);
    if (status != SMGW_OK)
        return mgw_error_rule(error, status, "header", SMGW_RULE_COUNT);
    made.from_confirmed = made.dmarc.result != SMGW_AUTH_RESULT_FAIL &&
                          (confirms(&made.dmarc) || confirms(&made.dkim) || confirms(&made.spf));
    *verdict = made;
    return SMGW_OK;
}
