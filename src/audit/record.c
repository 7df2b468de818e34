/* SPDX-License-Identifier: MIT */
#include "audit/audit.h"
#include "audit/escape.h"

/* Kept free while domains are listed: the end of the list, and the count behind it. */
enum { LIST_TAIL = sizeof("],\"recipients_elsewhere\":18446744073709551615") - 1 };

void mgw_audit_begin(mgw_audit_record *record, mgw_audit *audit, mgw_audit_event event, mgw_bytes account)
{
    record->audit = audit;
    record->event = event;
    record->details_len = 0;
    size_t taken = mgw_audit_escape(account, record->account, sizeof record->account, &record->account_len);
    record->truncated = taken < account.len;
}

static size_t room(const mgw_audit_record *record)
{
    return sizeof record->details - record->details_len;
}

/* All of it or nothing. */
static bool put(mgw_audit_record *record, mgw_bytes bytes)
{
    if (bytes.len > room(record))
        return false;
    memcpy(record->details + record->details_len, bytes.data, bytes.len);
    record->details_len += bytes.len;
    return true;
}

static bool put_key(mgw_audit_record *record, const char *key)
{
    return (record->details_len == 0 || put(record, MGW_LIT(","))) && put(record, MGW_LIT("\"")) &&
        put(record, mgw_bytes_str(key)) && put(record, MGW_LIT("\":"));
}

/* Takes back a member that did not fit. */
static void leave_out(mgw_audit_record *record, size_t start)
{
    record->details_len = start;
    record->truncated = true;
}

static void add_raw(mgw_audit_record *record, const char *key, mgw_bytes value)
{
    size_t start = record->details_len;
    if (!put_key(record, key) || !put(record, value))
        leave_out(record, start);
}

void mgw_audit_str(mgw_audit_record *record, const char *key, mgw_bytes value)
{
    size_t start = record->details_len;
    if (!put_key(record, key) || !put(record, MGW_LIT("\"")) || room(record) < 1) {
        leave_out(record, start);
        return;
    }
    size_t most = room(record) - 1;
    size_t written = 0;
    if (most > MGW_AUDIT_VALUE_MAX)
        most = MGW_AUDIT_VALUE_MAX;
    if (mgw_audit_escape(value, record->details + record->details_len, most, &written) < value.len)
        record->truncated = true;
    record->details_len += written;
    put(record, MGW_LIT("\""));
}

void mgw_audit_u64(mgw_audit_record *record, const char *key, uint64_t value)
{
    char digits[20];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    add_raw(record, key, mgw_bytes_of(digits + start, sizeof digits - start));
}

void mgw_audit_bool(mgw_audit_record *record, const char *key, bool value)
{
    add_raw(record, key, value ? MGW_LIT("true") : MGW_LIT("false"));
}

/* What follows the last '@'; empty where there is none. */
static mgw_bytes domain_of(mgw_bytes address)
{
    size_t at = address.len;
    while (at > 0 && address.data[at - 1] != '@')
        at--;
    return at > 0 ? mgw_bytes_slice(address, at, address.len - at) : (mgw_bytes){ NULL, 0 };
}

typedef struct domain_list {
    mgw_bytes items[MGW_AUDIT_DOMAINS_MAX];
    size_t count;
} domain_list;

static bool is_listed(const domain_list *list, mgw_bytes domain)
{
    for (size_t i = 0; i < list->count; i++)
        if (mgw_bytes_equal_fold(list->items[i], domain))
            return true;
    return false;
}

/*
 * Writes the domain as an element, in lower case, while LIST_TAIL stays free. Longer than a domain can be: not
 * written.
 */
static bool put_domain(mgw_audit_record *record, const domain_list *list, mgw_bytes domain)
{
    char folded[255];
    char escaped[255];
    size_t len = 0;
    if (domain.len == 0 || domain.len > sizeof folded)
        return false;
    for (size_t i = 0; i < domain.len; i++)
        folded[i] = (char)mgw_lower((unsigned char)domain.data[i]);
    if (mgw_audit_escape(mgw_bytes_of(folded, domain.len), escaped, sizeof escaped, &len) < domain.len)
        return false;
    if (len + sizeof(",\"\"") - 1 + LIST_TAIL > room(record))
        return false;
    return (list->count == 0 || put(record, MGW_LIT(","))) && put(record, MGW_LIT("\"")) &&
        put(record, mgw_bytes_of(escaped, len)) && put(record, MGW_LIT("\""));
}

static bool list_domain(mgw_audit_record *record, domain_list *list, mgw_bytes domain)
{
    if (is_listed(list, domain))
        return true;
    if (list->count == MGW_AUDIT_DOMAINS_MAX || !put_domain(record, list, domain))
        return false;
    list->items[list->count++] = domain;
    return true;
}

void mgw_audit_recipients(mgw_audit_record *record, const mgw_bytes *addresses, size_t count)
{
    mgw_audit_u64(record, "recipients", count);
    size_t start = record->details_len;
    if (!put_key(record, "domains") || room(record) < LIST_TAIL + 2 || !put(record, MGW_LIT("["))) {
        leave_out(record, start);
        return;
    }
    domain_list list = { .count = 0 };
    uint64_t elsewhere = 0;
    for (size_t i = 0; i < count; i++)
        if (!list_domain(record, &list, domain_of(addresses[i])))
            elsewhere++;
    put(record, MGW_LIT("]"));
    if (elsewhere > 0)
        mgw_audit_u64(record, "recipients_elsewhere", elsewhere);
}
