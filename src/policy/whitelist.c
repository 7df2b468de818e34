/* SPDX-License-Identifier: MIT */
#include "policy/whitelist.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "text/address.h"

#include "simplemailgw/sanitize.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_ENTRIES = 1 << 26, ENTRIES_PER_BUCKET = 16, CACHE_LINE = 64, PREFETCHED_LINES = 8, LARGE = 4 << 20 };

/* Where the parts of an entry stand. */
enum { LENGTH = 0, TAG = 1, TEXT = 2 };

/*
 * Entries stand in `texts` bucket by bucket: each as its length in one byte, its tag, which is a byte of its hash, and
 * its bytes, folded; a length of 0 ends a bucket early, where duplicates were merged. There are few enough buckets for
 * `starts` to stay in a cache, so that a question waits for the main memory once. Domains and addresses share the
 * table, as no domain holds an "@".
 */
struct mgw_whitelist {
    smgw_recipient_policy policy;
    bool has_domains;
    bool has_addresses;
    mgw_hash_key hash_key;
    size_t bucket_count; /* A power of two; 0 without any entry. */
    uint32_t *starts;    /* Where each bucket starts, and the end of the last one. */
    unsigned char *texts; /* Goes on behind the last bucket for as long as a prefetch reaches. */
};

/* What is looked for, and where it is if it is anywhere. */
typedef struct place {
    mgw_bytes text; /* Folded. */
    unsigned char tag;
    unsigned char *bucket;
    const unsigned char *end;
} place;

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
        *size += TEXT + entries[i].len;
    }
    return SMGW_OK;
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

static mgw_bytes fold(mgw_bytes text, char out[MGW_ADDRESS_MAX])
{
    uint64_t word;
    size_t i = 0;
    for (; text.len - i >= sizeof word; i += sizeof word) {
        memcpy(&word, text.data + i, sizeof word);
        word = fold_word(word);
        memcpy(out + i, &word, sizeof word);
    }
    for (; i < text.len; i++)
        out[i] = (char)mgw_lower((unsigned char)text.data[i]);
    return mgw_bytes_of(out, text.len);
}

static size_t bucket_of(const mgw_whitelist *list, uint64_t hash)
{
    return hash & (list->bucket_count - 1);
}

/*
 * Where `text`, which is folded into `copy`, belongs. What stands there is asked for from the memory: as many lines as a
 * bucket mostly has, a constant number, so that the processor can go on before it knows where the bucket is.
 */
static place locate(const mgw_whitelist *list, mgw_bytes text, char copy[MGW_ADDRESS_MAX])
{
    mgw_bytes folded = fold(text, copy);
    uint64_t hash = mgw_hash(&list->hash_key, folded);
    const uint32_t *start = list->starts + bucket_of(list, hash);
    place found = { folded, (unsigned char)(hash >> 56), list->texts + start[0], list->texts + start[1] };
    for (size_t i = 0; i < PREFETCHED_LINES; i++)
        __builtin_prefetch(found.bucket + i * CACHE_LINE);
    return found;
}

/* The entry that equals the text, or where the bucket's entries end. */
static unsigned char *scan(const place *at)
{
    unsigned char *entry = at->bucket;
    while (entry < at->end && entry[LENGTH] != 0) {
        if (entry[TAG] == at->tag && mgw_bytes_equal(mgw_bytes_of((const char *)entry + TEXT, entry[LENGTH]), at->text))
            return entry;
        entry += TEXT + entry[LENGTH];
    }
    return entry;
}

static bool holds(const place *at)
{
    const unsigned char *entry = scan(at);
    return entry < at->end && entry[LENGTH] != 0;
}

/* Adds the room that each bucket needs to the start of the one behind it. */
static void count_room(mgw_whitelist *list, const mgw_bytes *entries, size_t count)
{
    char copy[MGW_ADDRESS_MAX];
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = mgw_hash(&list->hash_key, fold(entries[i], copy));
        list->starts[bucket_of(list, hash) + 1] += TEXT + (uint32_t)entries[i].len;
    }
}

/* Adds each entry that is not there yet. */
static void insert(mgw_whitelist *list, const mgw_bytes *entries, size_t count)
{
    char copy[MGW_ADDRESS_MAX];
    for (size_t i = 0; i < count; i++) {
        place at = locate(list, entries[i], copy);
        unsigned char *entry = scan(&at);
        entry[LENGTH] = (unsigned char)at.text.len;
        entry[TAG] = at.tag;
        memcpy(entry + TEXT, at.text.data, at.text.len);
    }
}

/* Large pages spare a question a walk through the page table. Where the kernel has none, nothing changes. */
static void prefer_large_pages(unsigned char *block, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t skipped = page - (uintptr_t)block % page;
    if (size >= LARGE)
        (void)madvise(block + skipped, size - skipped, MADV_HUGEPAGE);
}

static bool allocate(mgw_whitelist *list, size_t entry_count, size_t texts_size)
{
    list->bucket_count = 1;
    while (list->bucket_count <= entry_count / ENTRIES_PER_BUCKET)
        list->bucket_count *= 2;
    list->starts = mgw_calloc(list->bucket_count + 1, sizeof *list->starts);
    list->texts = mgw_calloc(texts_size + (size_t)PREFETCHED_LINES * CACHE_LINE, 1);
    if (list->starts == NULL || list->texts == NULL || !mgw_hash_key_random(&list->hash_key))
        return false;
    prefer_large_pages(list->texts, texts_size);
    return true;
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
    char domain_copy[MGW_ADDRESS_MAX];
    char address_copy[MGW_ADDRESS_MAX];
    mgw_bytes local;
    mgw_bytes domain;
    place of_domain = { .bucket = NULL };
    place of_address = { .bucket = NULL };
    if (address.len > MGW_ADDRESS_MAX || !mgw_address_split(address, &local, &domain))
        return false;
    if (whitelist->has_domains)
        of_domain = locate(whitelist, domain, domain_copy);
    if (whitelist->has_addresses)
        of_address = locate(whitelist, address, address_copy);
    /* The address is checked while the memory answers. */
    if (smgw_validate_email(address.data, address.len) != SMGW_RULE_OK)
        return false;
    return whitelist->policy == SMGW_RECIPIENTS_ANY || holds(&of_domain) || holds(&of_address);
}
