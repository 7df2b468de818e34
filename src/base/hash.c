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

/* Up to eight bytes as a little-endian number. */
static inline uint64_t load(const char *data, size_t len)
{
    uint64_t word = 0;
    memcpy(&word, data, len);
    return le64toh(word);
}

uint64_t mgw_hash(const mgw_hash_key *key, mgw_bytes bytes)
{
    sip_state s = { key->k0 ^ UINT64_C(0x736f6d6570736575), key->k1 ^ UINT64_C(0x646f72616e646f6d),
        key->k0 ^ UINT64_C(0x6c7967656e657261), key->k1 ^ UINT64_C(0x7465646279746573) };
    size_t whole = bytes.len & ~(size_t)7;
    for (size_t i = 0; i < whole; i += 8)
        sip_word(&s, load(bytes.data + i, 8));
    uint64_t rest = bytes.len > whole ? load(bytes.data + whole, bytes.len - whole) : 0;
    sip_word(&s, rest | (uint64_t)bytes.len << 56);
    s.v2 ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
