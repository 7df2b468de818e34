/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

static uint64_t openssl_siphash_1_3(const unsigned char key[16], const char *data, size_t len)
{
    unsigned int c_rounds = 1;
    unsigned int d_rounds = 3;
    size_t size = 8;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &c_rounds),
        OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &d_rounds),
        OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
        OSSL_PARAM_construct_end(),
    };
    unsigned char out[8];
    size_t out_len = 0;
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    assert_non_null(mac);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    assert_int_equal(EVP_MAC_init(context, key, 16, params), 1);
    assert_int_equal(EVP_MAC_update(context, (const unsigned char *)data, len), 1);
    assert_int_equal(EVP_MAC_final(context, out, &out_len, sizeof out), 1);
    assert_int_equal(out_len, 8);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    uint64_t value = 0;
    for (unsigned i = 8; i-- > 0;)
        value = value << 8 | out[i];
    return value;
}

static void agrees_with_openssl_at_every_length(void **state)
{
    (void)state;
    unsigned char key[16];
    char data[300];
    for (unsigned i = 0; i < sizeof key; i++)
        key[i] = (unsigned char)i;
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 37 + 200);
    const mgw_hash_key ours = { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) };
    for (size_t len = 0; len <= sizeof data; len++)
        assert_true(mgw_hash(&ours, mgw_bytes_of(data, len)) == openssl_siphash_1_3(key, data, len));
    assert_true(mgw_hash(&ours, (mgw_bytes){ NULL, 0 }) == openssl_siphash_1_3(key, data, 0));
}

static void random_keys_differ(void **state)
{
    (void)state;
    mgw_hash_key a = { 0, 0 };
    mgw_hash_key b = { 0, 0 };
    assert_true(mgw_hash_key_random(&a));
    assert_true(mgw_hash_key_random(&b));
    assert_memory_not_equal(&a, &b, sizeof a);
    assert_true(mgw_hash(&a, MGW_LIT("example.com")) != mgw_hash(&b, MGW_LIT("example.com")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_openssl_at_every_length),
        cmocka_unit_test(random_keys_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
