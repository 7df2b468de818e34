/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include <endian.h>
#include <openssl/rand.h>

typedef struct sip_state {
    uint64_t v0;
    uint64_t v1;
    uint64_t v2;
    uint64_t v3;
} sip_state;

bool mgw_hash_key_random(mgw_hash_key *key)
{
    unsigned char bytes[sizeof *key];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    memcpy(key, bytes, sizeof *key);
    return true;
}

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void sip_round(sip_state *s)
{
    s->v0 += s->v1;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v2 = rotate(s->v2, 32);
}

static inline void sip_word(sip_state *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    s->v0 ^= word;
}

/* Eight bytes as a little-endian number. */
static inline uint64_t load(const char *data)
{
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return le64toh(word);
}

/* The bytes behind the last whole word. Where there is one, they are the upper bytes of the last eight. */
static inline uint64_t load_rest(mgw_bytes bytes)
{
    size_t count = bytes.len % 8;
    if (count > 0 && bytes.len > 8)
        return load(bytes.data + bytes.len - 8) >> 8 * (8 - count);
    uint64_t word = 0;
    for (size_t i = count; i-- > 0;)
        word = word << 8 | (unsigned char)bytes.data[i];
    return word;
}

uint64_t mgw_hash(const mgw_hash_key *key, mgw_bytes bytes)
{
    sip_state s = { key->k0 ^ UINT64_C(0x736f6d6570736575), key->k1 ^ UINT64_C(0x646f72616e646f6d),
        key->k0 ^ UINT64_C(0x6c7967656e657261), key->k1 ^ UINT64_C(0x7465646279746573) };
    for (size_t i = 0; i < bytes.len / 8; i++)
        sip_word(&s, load(bytes.data + 8 * i));
    sip_word(&s, load_rest(bytes) | (uint64_t)bytes.len << 56);
    s.v2 ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
