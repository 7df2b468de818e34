/* SPDX-License-Identifier: MIT */
#include "policy/whitelist.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "text/address.h"

#include "simplemailgw/sanitize.h"

#include <stdio.h>

enum { MOST_ENTRIES = 1 << 26 };

/*
 * Entries stand in `texts` bucket by bucket: each as its length in one byte and its bytes, folded; a length of 0 ends
 * a bucket early, where duplicates were merged. `starts` is small enough to stay in a cache, and a bucket is about
 * one cache line, so that a question waits for the main memory once. Domains and addresses share the table, as no
 * domain holds an "@".
 */
struct mgw_whitelist {
    smgw_recipient_policy policy;
    bool has_domains;
    bool has_addresses;
    mgw_hash_key hash_key;
    size_t bucket_count; /* A power of two, at most the number of entries; 0 without any. */
    uint32_t *starts;    /* Where each bucket starts, and the end of the last one. */
    unsigned char *texts;
};

typedef struct bucket {
    unsigned char *start;
    const unsigned char *end;
} bucket;

typedef smgw_rule (*entry_check)(const char *text, size_t len);

/* Adds what the entries take in `texts`. */
static smgw_status check_entries(const char *field, const mgw_bytes *entries, size_t count, entry_check check,
    uint64_t *size, smgw_error *error)
{
    if (count > MOST_ENTRIES)
        return mgw_error_rule(error, SMGW_ERR_TOO_LARGE, field, SMGW_RULE_COUNT);
    for (size_t i = 0; i < count; i++) {
        smgw_rule rule = check(entries[i].data, entries[i].len);
        if (rule != SMGW_RULE_OK) {
            char name[48];
            snprintf(name, sizeof name, "%s[%zu]", field, i);
            return mgw_error_rule(error, SMGW_ERR_CONFIG, name, rule);
        }
        *size += 1 + entries[i].len;
    }
    return SMGW_OK;
}

static size_t bucket_index(const mgw_whitelist *list, mgw_bytes text)
{
    return mgw_hash(&list->hash_key, text) & (list->bucket_count - 1);
}

/* The bucket where `text`, folded, belongs; its bytes are asked for from the memory. */
static bucket locate(const mgw_whitelist *list, mgw_bytes text)
{
    const uint32_t *start = list->starts + bucket_index(list, text);
    bucket found = { list->texts + start[0], list->texts + start[1] };
    __builtin_prefetch(found.start);
    return found;
}

/* The entry that equals `text`, or where the bucket's entries end. */
static unsigned char *scan(bucket in, mgw_bytes text)
{
    unsigned char *entry = in.start;
    while (entry < in.end && entry[0] != 0) {
        if (entry[0] == text.len && memcmp(entry + 1, text.data, text.len) == 0)
            return entry;
        entry += 1 + entry[0];
    }
    return entry;
}

static bool holds(bucket in, mgw_bytes text)
{
    const unsigned char *entry = scan(in, text);
    return entry < in.end && entry[0] != 0;
}

/* Eight bytes, each upper-case letter of ASCII as its lower-case one; no byte carries into the next. */
static uint64_t fold_word(uint64_t word)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t low_bits = word & each * 0x7f;
    uint64_t from_a = low_bits + each * (0x80 - 'A');
    uint64_t behind_z = low_bits + each * (0x7f - 'Z');
    uint64_t upper = (from_a ^ behind_z) & ~word & each * 0x80;
    return word | upper >> 2;
}

enum { FOLD_SIZE = (MGW_ADDRESS_MAX + 7) / 8 * 8 };

/* `text` has at most FOLD_SIZE bytes. */
static mgw_bytes folded(mgw_bytes text, char out[FOLD_SIZE])
{
    uint64_t words[FOLD_SIZE / 8];
    size_t count = (text.len + 7) / 8;
    if (text.len == 0)
        return (mgw_bytes){ NULL, 0 };
    words[count - 1] = 0;
    memcpy(words, text.data, text.len);
    for (size_t i = 0; i < count; i++)
        words[i] = fold_word(words[i]);
    memcpy(out, words, text.len);
    return mgw_bytes_of(out, text.len);
}

/* Adds the room that each bucket needs to the start of the one behind it. */
static void count_room(mgw_whitelist *list, const mgw_bytes *entries, size_t count)
{
    char copy[FOLD_SIZE];
    for (size_t i = 0; i < count; i++)
        list->starts[bucket_index(list, folded(entries[i], copy)) + 1] += 1 + (uint32_t)entries[i].len;
}

/* Adds each entry that is not there yet. */
static void insert(mgw_whitelist *list, const mgw_bytes *entries, size_t count)
{
    char copy[FOLD_SIZE];
    for (size_t i = 0; i < count; i++) {
        mgw_bytes text = folded(entries[i], copy);
        unsigned char *entry = scan(locate(list, text), text);
        entry[0] = (unsigned char)text.len;
        memcpy(entry + 1, text.data, text.len);
    }
}

static bool allocate(mgw_whitelist *list, size_t entry_count, size_t texts_size)
{
    list->bucket_count = 1;
    while (list->bucket_count <= entry_count / 2)
        list->bucket_count *= 2;
    list->starts = mgw_calloc(list->bucket_count + 1, sizeof *list->starts);
    list->texts = mgw_calloc(texts_size, 1);
    return list->starts != NULL && list->texts != NULL && mgw_hash_key_random(&list->hash_key);
}

static smgw_status check_all(smgw_recipient_policy policy, const mgw_bytes *domains, size_t domain_count,
    const mgw_bytes *addresses, size_t address_count, uint64_t *size, smgw_error *error)
{
    if (policy != SMGW_RECIPIENTS_LISTED && policy != SMGW_RECIPIENTS_ANY)
        return mgw_error_rule(error, SMGW_ERR_CONFIG, "recipient_policy", SMGW_RULE_RANGE);
    if (policy == SMGW_RECIPIENTS_ANY && (domain_count > 0 || address_count > 0))
        return mgw_error_set(error, SMGW_ERR_CONFIG, "recipient_policy",
            "recipient_policy: goes with no list where it allows everybody");
    smgw_status status = check_entries("recipient_domains", domains, domain_count, mgw_validate_domain, size, error);
    if (status == SMGW_OK)
        status = check_entries("recipient_addresses", addresses, address_count, smgw_validate_email, size, error);
    if (status == SMGW_OK && *size > UINT32_MAX)
        return mgw_error_status(error, SMGW_ERR_TOO_LARGE);
    return status;
}

static void fill(mgw_whitelist *list, const mgw_bytes *domains, size_t domain_count, const mgw_bytes *addresses,
    size_t address_count)
{
    count_room(list, domains, domain_count);
    count_room(list, addresses, address_count);
    for (size_t i = 0; i < list->bucket_count; i++)
        list->starts[i + 1] += list->starts[i];
    insert(list, domains, domain_count);
    insert(list, addresses, address_count);
}

smgw_status mgw_whitelist_new(mgw_whitelist **whitelist, smgw_recipient_policy policy, const mgw_bytes *domains,
    size_t domain_count, const mgw_bytes *addresses, size_t address_count, smgw_error *error)
{
    uint64_t size = 0;
    *whitelist = NULL;
    smgw_status status = check_all(policy, domains, domain_count, addresses, address_count, &size, error);
    if (status != SMGW_OK)
        return status;
    mgw_whitelist *made = mgw_calloc(1, sizeof *made);
    if (made == NULL || (size > 0 && !allocate(made, domain_count + address_count, (size_t)size))) {
        mgw_whitelist_free(made);
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    }
    made->policy = policy;
    made->has_domains = domain_count > 0;
    made->has_addresses = address_count > 0;
    if (size > 0)
        fill(made, domains, domain_count, addresses, address_count);
    *whitelist = made;
    return SMGW_OK;
}

void mgw_whitelist_free(mgw_whitelist *whitelist)
{
    if (whitelist == NULL)
        return;
    mgw_free(whitelist->starts);
    mgw_free(whitelist->texts);
    mgw_free(whitelist);
}

bool mgw_whitelist_allows(const mgw_whitelist *whitelist, mgw_bytes address)
{
    char copy[FOLD_SIZE];
    mgw_bytes local;
    mgw_bytes domain;
    bucket of_domain = { NULL, NULL };
    bucket of_address = { NULL, NULL };
    if (address.len > MGW_ADDRESS_MAX)
        return false;
    mgw_bytes whole = folded(address, copy);
    if (!mgw_address_split(whole, &local, &domain))
        return false;
    if (whitelist->has_domains)
        of_domain = locate(whitelist, domain);
    if (whitelist->has_addresses)
        of_address = locate(whitelist, whole);
    /* The address is checked while the memory answers. */
    if (smgw_validate_email(address.data, address.len) != SMGW_RULE_OK)
        return false;
    return whitelist->policy == SMGW_RECIPIENTS_ANY || holds(of_domain, domain) || holds(of_address, whole);
}
