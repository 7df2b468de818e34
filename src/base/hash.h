/* SPDX-License-Identifier: MIT */
/*
 * A keyed hash for tables whose keys come from outside: SipHash-1-3 (Aumasson and Bernstein, 2012), 64 bits. Without the
 * key nobody can make keys that collide. Not a cryptographic digest.
 */
#ifndef MGW_BASE_HASH_H
#define MGW_BASE_HASH_H

#include "base/bytes.h"

typedef struct mgw_hash_key {
    uint64_t k0;
    uint64_t k1;
} mgw_hash_key;

/* Draws a key from OpenSSL's random generator; false where it has none to give. */
bool mgw_hash_key_random(mgw_hash_key *key);

uint64_t mgw_hash(const mgw_hash_key *key, mgw_bytes bytes);

#endif
