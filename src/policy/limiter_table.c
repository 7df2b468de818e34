/* SPDX-License-Identifier: MIT */
#include "policy/limiter_table.h"

#include "base/alloc.h"

enum { FIRST_SLOTS = 16 };

struct mgw_limiter_entry {
    mgw_bucket bucket; /* In front, so that it leads back to its entry. */
    uint64_t hash;
    size_t place; /* In the queue. */
    size_t key_len;
    char key[];
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
    for (size_t i = 0; i < table->used; i++)
        mgw_free(table->queue[i]);
    mgw_free(table->slots);
    table->slots = NULL;
    table->queue = NULL;
    table->slot_count = 0;
    table->used = 0;
}

static uint64_t hash_of(const mgw_limiter_table *table, const mgw_limiter_key *key)
{
    return mgw_hash(&table->hash_key, mgw_bytes_of(key->data, key->len));
}

static bool has_key(const mgw_limiter_entry *entry, uint64_t hash, const mgw_limiter_key *key)
{
    return entry->hash == hash && entry->key_len == key->len && memcmp(entry->key, key->data, key->len) == 0;
}

/* The key's slot, or the free one where it belongs; there is always a free one. */
static mgw_limiter_entry **probe(const mgw_limiter_table *table, uint64_t hash, const mgw_limiter_key *key)
{
    size_t mask = table->slot_count - 1;
    size_t i = hash & mask;
    while (table->slots[i] != NULL && !has_key(table->slots[i], hash, key))
        i = (i + 1) & mask;
    return &table->slots[i];
}

mgw_bucket *mgw_limiter_table_find(const mgw_limiter_table *table, const mgw_limiter_key *key)
{
    if (table->slot_count == 0)
        return NULL;
    mgw_limiter_entry *entry = *probe(table, hash_of(table, key), key);
    return entry != NULL ? &entry->bucket : NULL;
}

static void put(mgw_limiter_table *table, size_t place, mgw_limiter_entry *entry)
{
    table->queue[place] = entry;
    entry->place = place;
}

static bool is_before(const mgw_limiter_entry *a, const mgw_limiter_entry *b)
{
    return mgw_bucket_full_at(&a->bucket) < mgw_bucket_full_at(&b->bucket);
}

static void move_forward(mgw_limiter_table *table, mgw_limiter_entry *entry)
{
    size_t place = entry->place;
    for (; place > 0 && is_before(entry, table->queue[(place - 1) / 2]); place = (place - 1) / 2)
        put(table, place, table->queue[(place - 1) / 2]);
    put(table, place, entry);
}

static void move_back(mgw_limiter_table *table, mgw_limiter_entry *entry)
{
    size_t place = entry->place;
    for (size_t next = 2 * place + 1; next < table->used; next = 2 * place + 1) {
        if (next + 1 < table->used && is_before(table->queue[next + 1], table->queue[next]))
            next++;
        if (!is_before(table->queue[next], entry))
            break;
        put(table, place, table->queue[next]);
        place = next;
    }
    put(table, place, entry);
}

void mgw_limiter_table_settle(mgw_limiter_table *table, mgw_bucket *bucket)
{
    mgw_limiter_entry *entry = (mgw_limiter_entry *)(void *)bucket;
    move_forward(table, entry);
    move_back(table, entry);
}

/* Frees the entry's slot, and moves up what was pushed behind it by a collision. */
static void free_slot(mgw_limiter_table *table, const mgw_limiter_entry *entry)
{
    size_t mask = table->slot_count - 1;
    size_t hole = entry->hash & mask;
    while (table->slots[hole] != entry)
        hole = (hole + 1) & mask;
    for (size_t i = (hole + 1) & mask; table->slots[i] != NULL; i = (i + 1) & mask) {
        size_t from_home = (i - table->slots[i]->hash) & mask;
        if (from_home >= ((i - hole) & mask)) {
            table->slots[hole] = table->slots[i];
            hole = i;
        }
    }
    table->slots[hole] = NULL;
}

/* Drops every bucket that is full at `now`; they stand in front. */
static void drop_full(mgw_limiter_table *table, uint64_t now)
{
    while (table->used > 0 && mgw_bucket_is_full(&table->queue[0]->bucket, now)) {
        mgw_limiter_entry *first = table->queue[0];
        mgw_limiter_entry *last = table->queue[--table->used];
        free_slot(table, first);
        mgw_free(first);
        if (table->used == 0)
            return;
        last->place = 0;
        move_back(table, last);
    }
}

uint64_t mgw_limiter_table_delay(const mgw_limiter_table *table, uint64_t now)
{
    if (table->used < table->max || mgw_bucket_is_full(&table->queue[0]->bucket, now))
        return 0;
    uint64_t full_at = mgw_bucket_full_at(&table->queue[0]->bucket);
    return full_at > now ? full_at - now : 0;
}

/* Three quarters at most are in use, so that a probe stays short and always meets a free slot. */
static bool has_room(const mgw_limiter_table *table, size_t used)
{
    return used <= table->slot_count / 4 * 3;
}

/* Slots and queue are one allocation. */
static smgw_status grow(mgw_limiter_table *table)
{
    mgw_limiter_table grown = *table;
    grown.slot_count = table->slot_count > 0 ? table->slot_count * 2 : FIRST_SLOTS;
    grown.slots = mgw_calloc(2 * grown.slot_count, sizeof(mgw_limiter_entry *));
    if (grown.slots == NULL)
        return SMGW_ERR_NO_MEMORY;
    grown.queue = grown.slots + grown.slot_count;
    size_t mask = grown.slot_count - 1;
    for (size_t i = 0; i < table->used; i++) {
        mgw_limiter_entry *entry = table->queue[i];
        size_t home = entry->hash & mask;
        while (grown.slots[home] != NULL)
            home = (home + 1) & mask;
        grown.slots[home] = entry;
        grown.queue[i] = entry;
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
    drop_full(table, now);
    if (table->used >= table->max)
        return SMGW_ERR_TOO_LARGE;
    /* To grow unless that freed half keeps a table from being crowded again at once. */
    return !crowded || has_room(table, 2 * (table->used + 1)) ? SMGW_OK : grow(table);
}

static mgw_limiter_entry *make_entry(uint64_t hash, const mgw_limiter_key *key)
{
    mgw_limiter_entry *entry = mgw_calloc(1, sizeof *entry + key->len);
    if (entry == NULL)
        return NULL;
    entry->hash = hash;
    entry->key_len = key->len;
    memcpy(entry->key, key->data, key->len);
    return entry;
}

smgw_status mgw_limiter_table_get(mgw_limiter_table *table, const mgw_limiter_key *key, uint64_t now,
    mgw_bucket **bucket)
{
    *bucket = mgw_limiter_table_find(table, key);
    if (*bucket != NULL)
        return SMGW_OK;
    smgw_status status = make_room(table, now);
    if (status != SMGW_OK)
        return status;
    uint64_t hash = hash_of(table, key);
    mgw_limiter_entry *entry = make_entry(hash, key);
    if (entry == NULL)
        return SMGW_ERR_NO_MEMORY;
    *probe(table, hash, key) = entry;
    put(table, table->used++, entry);
    move_forward(table, entry);
    *bucket = &entry->bucket;
    return SMGW_OK;
}
