/* SPDX-License-Identifier: MIT */
/*
 * A throwaway certificate authority, made at run time, and certificates issued by it: EC P-256, SHA-256, PEM files in a
 * directory that the test names and removes. The defaults make a good certificate; each field spoils one thing.
 */
#ifndef TESTS_SUPPORT_TEST_CA_H
#define TESTS_SUPPORT_TEST_CA_H

#include <stdbool.h>

typedef struct test_ca test_ca;

typedef struct test_ca_leaf {
    const char *common_name;
    const char *alt_names; /* As OpenSSL writes them: "DNS:localhost,IP:127.0.0.1"; NULL: none. */
    long starts_in_days;   /* Relative to now. */
    long ends_in_days;
    bool self_signed; /* Not issued by the authority. */
} test_ca_leaf;

#define TEST_CA_LEAF_INIT { "localhost", "DNS:localhost,IP:127.0.0.1", -1, 1, false }

/* Makes the authority and writes <directory>/ca.pem. NULL on failure. */
test_ca *test_ca_new(const char *directory);

/* NULL is allowed. The files stay. */
void test_ca_free(test_ca *ca);

/* Writes <directory>/<name>.pem and <directory>/<name>.key; a NULL leaf is TEST_CA_LEAF_INIT. */
bool test_ca_issue(test_ca *ca, const char *name, const test_ca_leaf *leaf);

/* Removes the files that the two calls above have written, and the directory where it is then empty. */
void test_ca_remove_files(test_ca *ca);

#endif
