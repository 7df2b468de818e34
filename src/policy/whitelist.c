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
 * Domains and addresses share one table, as no domain holds an "@". The tag is the half of the hash that did not
 * choose the slot: it spares nearly every look at the text of another entry.
 */
typedef struct slot {
    uint32_t tag;
    uint32_t place; /* Where in `texts` the entry stands; 0 for a free slot. */
} slot;

struct mgw_whitelist {
    smgw_recipient_policy policy;
    bool has_domains;
    bool has_addresses;
    mgw_hash_key hash_key;
    slot *slots;
    size_t slot_count;    /* A power of two, more than twice the entries; 0 without any. */
    unsigned char *texts; /* Each entry: its length in one byte, then its bytes, folded. The first byte is unused. */
    size_t texts_len;
};

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

static void fold(mgw_bytes text, unsigned char *out)
{
    for (size_t i = 0; i < text.len; i++)
        out[i] = mgw_lower((unsigned char)text.data[i]);
}

/* The entry's slot, or the free one where it belongs. `text` is folded. */
static slot *probe(const mgw_whitelist *list, uint64_t hash, mgw_bytes text)
{
    size_t mask = list->slot_count - 1;
    uint32_t tag = (uint32_t)(hash >> 32);
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        slot *here = &list->slots[i];
        if (here->place == 0)
            return here;
        const unsigned char *entry = list->texts + here->place;
        if (here->tag == tag && entry[0] == text.len && memcmp(entry + 1, text.data, text.len) == 0)
            return here;
    }
}

static bool holds(const mgw_whitelist *list, mgw_bytes text)
{
    return probe(list, mgw_hash(&list->hash_key, text), text)->place != 0;
}

/* Adds each entry that is not there yet. */
static void insert(mgw_whitelist *list, const mgw_bytes *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned char *copy = list->texts + list->texts_len;
        copy[0] = (unsigned char)entries[i].len;
        fold(entries[i], copy + 1);
        mgw_bytes text = mgw_bytes_of((const char *)copy + 1, entries[i].len);
        uint64_t hash = mgw_hash(&list->hash_key, text);
        slot *free_slot = probe(list, hash, text);
        if (free_slot->place != 0)
            continue;
        *free_slot = (slot){ (uint32_t)(hash >> 32), (uint32_t)list->texts_len };
        list->texts_len += 1 + entries[i].len;
    }
}

static bool allocate(mgw_whitelist *list, size_t entry_count, size_t texts_size)
{
    if (entry_count == 0)
        return true;
    list->slot_count = 4;
    while (list->slot_count < 2 * entry_count)
        list->slot_count *= 2;
    list->slots = mgw_calloc(list->slot_count, sizeof *list->slots);
    list->texts = mgw_calloc(texts_size, 1);
    list->texts_len = 1;
    return list->slots != NULL && list->texts != NULL && mgw_hash_key_random(&list->hash_key);
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

smgw_status mgw_whitelist_new(mgw_whitelist **whitelist, smgw_recipient_policy policy, const mgw_bytes *domains,
    size_t domain_count, const mgw_bytes *addresses, size_t address_count, smgw_error *error)
{
    uint64_t size = 1;
    *whitelist = NULL;
    smgw_status status = check_all(policy, domains, domain_count, addresses, address_count, &size, error);
    if (status != SMGW_OK)
        return status;
    mgw_whitelist *made = mgw_calloc(1, sizeof *made);
    if (made == NULL || !allocate(made, domain_count + address_count, (size_t)size)) {
        mgw_whitelist_free(made);
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    }
    made->policy = policy;
    made->has_domains = domain_count > 0;
    made->has_addresses = address_count > 0;
    insert(made, domains, domain_count);
    insert(made, addresses, address_count);
    *whitelist = made;
    return SMGW_OK;
}

void mgw_whitelist_free(mgw_whitelist *whitelist)
{
    if (whitelist == NULL)
        return;
    mgw_free(whitelist->slots);
    mgw_free(whitelist->texts);
    mgw_free(whitelist);
}

bool mgw_whitelist_allows(const mgw_whitelist *whitelist, mgw_bytes address)
{
    unsigned char folded[MGW_ADDRESS_MAX];
    mgw_bytes local;
    mgw_bytes domain;
    if (smgw_validate_email(address.data, address.len) != SMGW_RULE_OK || address.len > sizeof folded)
        return false;
    if (whitelist->policy == SMGW_RECIPIENTS_ANY)
        return true;
    fold(address, folded);
    mgw_bytes whole = mgw_bytes_of((const char *)folded, address.len);
    if (!mgw_address_split(whole, &local, &domain))
        return false;
    return (whitelist->has_domains && holds(whitelist, domain)) ||
        (whitelist->has_addresses && holds(whitelist, whole));
}
