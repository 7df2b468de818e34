/* SPDX-License-Identifier: MIT */
#include "support/test_ca.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILES = 64, SECONDS_A_DAY = 86400 };

struct test_ca {
    char directory[PATH_MAX];
    EVP_PKEY *key;
    X509 *certificate;
    long serial;
    char files[MAX_FILES][64]; /* Written below the directory. */
    size_t file_count;
};

/* Opens <directory>/<name><ending> for writing, readable by its owner only. */
static FILE *create(test_ca *ca, const char *name, const char *ending)
{
    char path[PATH_MAX + 80];
    if (ca->file_count == MAX_FILES)
        return NULL;
    char *file = ca->files[ca->file_count];
    int len = snprintf(file, sizeof ca->files[0], "%s%s", name, ending);
    if (len < 0 || (size_t)len >= sizeof ca->files[0])
        return NULL;
    snprintf(path, sizeof path, "%s/%s", ca->directory, file);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return NULL;
    ca->file_count++;
    return fdopen(fd, "w");
}

static bool write_certificate(test_ca *ca, const char *name, X509 *certificate)
{
    FILE *file = create(ca, name, ".pem");
    if (file == NULL)
        return false;
    bool done = PEM_write_X509(file, certificate) == 1;
    return fclose(file) == 0 && done;
}

static bool write_key(test_ca *ca, const char *name, EVP_PKEY *key)
{
    FILE *file = create(ca, name, ".key");
    if (file == NULL)
        return false;
    bool done = PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1;
    return fclose(file) == 0 && done;
}

static bool set_common_name(X509_NAME *name, const char *text)
{
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0) == 1;
}

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (extension == NULL)
        return false;
    bool done = X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return done;
}

/* A certificate for `key` without extensions and signature; NULL on failure. */
static X509 *draft(const test_ca_leaf *leaf, EVP_PKEY *key, long serial)
{
    X509 *certificate = X509_new();
    if (certificate == NULL)
        return NULL;
    if (X509_set_version(certificate, X509_VERSION_3) == 1 &&
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(certificate), leaf->starts_in_days * SECONDS_A_DAY) != NULL &&
        X509_gmtime_adj(X509_getm_notAfter(certificate), leaf->ends_in_days * SECONDS_A_DAY) != NULL &&
        set_common_name(X509_get_subject_name(certificate), leaf->common_name) &&
        X509_set_pubkey(certificate, key) == 1)
        return certificate;
    X509_free(certificate);
    return NULL;
}

static bool sign(X509 *certificate, X509 *issuer, EVP_PKEY *issuer_key)
{
    return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
           X509_sign(certificate, issuer_key, EVP_sha256()) > 0;
}

static bool make_authority(test_ca *ca)
{
    const test_ca_leaf self = { "Throwaway test authority", NULL, -1, 30, true };
    ca->key = EVP_EC_gen("P-256");
    ca->certificate = ca->key != NULL ? draft(&self, ca->key, ++ca->serial) : NULL;
    X509 *certificate = ca->certificate;
    return certificate != NULL && add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE") &&
           add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
           add_extension(certificate, certificate, NID_subject_key_identifier, "hash") &&
           sign(certificate, certificate, ca->key) && write_certificate(ca, "ca", certificate);
}

test_ca *test_ca_new(const char *directory)
{
    test_ca *ca = calloc(1, sizeof *ca);
    if (ca == NULL)
        return NULL;
    int len = snprintf(ca->directory, sizeof ca->directory, "%s", directory);
    if (len > 0 && (size_t)len < sizeof ca->directory && make_authority(ca))
        return ca;
    test_ca_free(ca);
    return NULL;
}

void test_ca_free(test_ca *ca)
{
    if (ca == NULL)
        return;
    X509_free(ca->certificate);
    EVP_PKEY_free(ca->key);
    free(ca);
}

static bool fill_leaf(test_ca *ca, X509 *certificate, EVP_PKEY *key, const test_ca_leaf *leaf)
{
    X509 *issuer = leaf->self_signed ? certificate : ca->certificate;
    EVP_PKEY *issuer_key = leaf->self_signed ? key : ca->key;
    return add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
           add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth") &&
           (leaf->alt_names == NULL || add_extension(certificate, issuer, NID_subject_alt_name, leaf->alt_names)) &&
           sign(certificate, issuer, issuer_key);
}

bool test_ca_issue(test_ca *ca, const char *name, const test_ca_leaf *leaf)
{
    const test_ca_leaf good = TEST_CA_LEAF_INIT;
    leaf = leaf != NULL ? leaf : &good;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = key != NULL ? draft(leaf, key, ++ca->serial) : NULL;
    bool done = certificate != NULL && fill_leaf(ca, certificate, key, leaf) &&
                write_certificate(ca, name, certificate) && write_key(ca, name, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return done;
}

void test_ca_remove_files(test_ca *ca)
{
    char path[PATH_MAX + 80];
    for (size_t i = 0; i < ca->file_count; i++) {
        snprintf(path, sizeof path, "%s/%s", ca->directory, ca->files[i]);
        unlink(path);
    }
    ca->file_count = 0;
    rmdir(ca->directory);
}
