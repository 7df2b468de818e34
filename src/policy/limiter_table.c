/* SPDX-License-Identifier: MIT */
#include "policy/limiter_table.h"

#include "base/alloc.h"

enum { FIRST_SLOTS = 16 };

struct mgw_limiter_slot {
    uint64_t hash;
    char *key; /* NULL: the slot is free. */
    size_t key_len;
    mgw_bucket bucket;
};

smgw_rule mgw_limiter_key_of(mgw_bytes text, mgw_limiter_key *key)
{
    if (text.len == 0)
        return SMGW_RULE_EMPTY;
    if (text.len > MGW_LIMITER_KEY_MAX)
        return SMGW_RULE_TOO_LONG;
    if (mgw_is_wsp((unsigned char)text.data[0]) || mgw_is_wsp((unsigned char)text.data[text.len - 1]))
        return SMGW_RULE_SPACE;
    for (size_t i = 0; i < text.len; i++)
        key->data[i] = (char)mgw_lower((unsigned char)text.data[i]);
    key->len = text.len;
    return SMGW_RULE_OK;
}

void mgw_limiter_table_free(mgw_limiter_table *table)
{
    for (size_t i = 0; i < table->slot_count; i++)
        mgw_free(table->slots[i].key);
    mgw_free(table->slots);
    table->slots = NULL;
    table->slot_count = 0;
    table->used = 0;
}

static uint64_t hash_of(const mgw_limiter_table *table, const mgw_limiter_key *key)
{
    return mgw_hash(&table->hash_key, mgw_bytes_of(key->data, key->len));
}

/* The key's slot, or the free one where it belongs; there is always a free one. */
static mgw_limiter_slot *probe(const mgw_limiter_table *table, uint64_t hash, const mgw_limiter_key *key)
{
    size_t mask = table->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        mgw_limiter_slot *slot = &table->slots[i];
        if (slot->key == NULL)
            return slot;
        if (slot->hash == hash && slot->key_len == key->len && memcmp(slot->key, key->data, key->len) == 0)
            return slot;
    }
}

mgw_bucket *mgw_limiter_table_find(const mgw_limiter_table *table, const mgw_limiter_key *key)
{
    if (table->slot_count == 0)
        return NULL;
    mgw_limiter_slot *slot = probe(table, hash_of(table, key), key);
    return slot->key != NULL ? &slot->bucket : NULL;
}

/* Frees the slot, and moves up what was pushed behind it by a collision. */
static void drop(mgw_limiter_table *table, size_t hole)
{
    size_t mask = table->slot_count - 1;
    mgw_free(table->slots[hole].key);
    for (size_t i = (hole + 1) & mask; table->slots[i].key != NULL; i = (i + 1) & mask) {
        size_t from_home = (i - table->slots[i].hash) & mask;
        if (from_home >= ((i - hole) & mask)) {
            table->slots[hole] = table->slots[i];
            hole = i;
        }
    }
    table->slots[hole].key = NULL;
    table->used--;
}

/* Drops every bucket that is full at `now`. */
static void sweep(mgw_limiter_table *table, uint64_t now)
{
    if (now < table->sweep_from)
        return;
    uint64_t earliest = UINT64_MAX;
    for (size_t i = 0; i < table->slot_count;) {
        const mgw_limiter_slot *slot = &table->slots[i];
        if (slot->key != NULL && mgw_bucket_is_full(&slot->bucket, now)) {
            drop(table, i); /* Another one may stand here now: look again. */
            continue;
        }
        if (slot->key != NULL && slot->bucket.seen_ns + slot->bucket.debt_ns < earliest)
            earliest = slot->bucket.seen_ns + slot->bucket.debt_ns;
        i++;
    }
    table->sweep_from = earliest;
}

/* Three quarters at most are in use, so that a probe stays short and always meets a free slot. */
static bool has_room(const mgw_limiter_table *table, size_t used)
{
    return used <= table->slot_count / 4 * 3;
}

static smgw_status grow(mgw_limiter_table *table)
{
    mgw_limiter_table grown = *table;
    grown.slot_count = table->slot_count > 0 ? table->slot_count * 2 : FIRST_SLOTS;
    grown.slots = mgw_calloc(grown.slot_count, sizeof *grown.slots);
    if (grown.slots == NULL)
        return SMGW_ERR_NO_MEMORY;
    size_t mask = grown.slot_count - 1;
    for (size_t i = 0; i < table->slot_count; i++) {
        if (table->slots[i].key == NULL)
            continue;
        size_t home = table->slots[i].hash & mask;
        while (grown.slots[home].key != NULL)
            home = (home + 1) & mask;
        grown.slots[home] = table->slots[i];
    }
    mgw_free(table->slots);
    *table = grown;
    return SMGW_OK;
}

static smgw_status make_room(mgw_limiter_table *table, uint64_t now)
{
    bool crowded = !has_room(table, table->used + 1);
    if (!crowded && table->used < table->max)
        return SMGW_OK;
    sweep(table, now);
    if (table->used >= table->max)
        return SMGW_ERR_TOO_LARGE;
    /* To grow unless the sweep freed half keeps the sweeps rare. */
    return !crowded || has_room(table, 2 * (table->used + 1)) ? SMGW_OK : grow(table);
}

smgw_status mgw_limiter_table_get(mgw_limiter_table *table, const mgw_limiter_key *key, uint64_t now,
    mgw_bucket **bucket)
{
    uint64_t hash = hash_of(table, key);
    if (table->slot_count > 0) {
        mgw_limiter_slot *slot = probe(table, hash, key);
        if (slot->key != NULL) {
            *bucket = &slot->bucket;
            return SMGW_OK;
        }
    }
    smgw_status status = make_room(table, now);
    if (status != SMGW_OK)
        return status;
    char *copy = mgw_strndup(key->data, key->len);
    if (copy == NULL)
        return SMGW_ERR_NO_MEMORY;
    mgw_limiter_slot *slot = probe(table, hash, key);
    *slot = (mgw_limiter_slot){ .hash = hash, .key = copy, .key_len = key->len };
    table->used++;
    table->sweep_from = 0; /* The new one may be full before all others. */
    *bucket = &slot->bucket;
    return SMGW_OK;
}
