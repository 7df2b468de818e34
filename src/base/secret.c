/* SPDX-License-Identifier: MIT */
#include "base/secret.h"

#include <sys/mman.h>
#include <unistd.h>

/* Whole pages for `len` bytes and a NUL; 0 where the system will not say how large a page is. */
static size_t mapping_size(size_t len)
{
    long page = sysconf(_SC_PAGESIZE);
    if (page <= 0)
        return 0;
    size_t size = (size_t)page;
    return (len + size) / size * size;
}

smgw_status mgw_secret_set(mgw_secret *secret, mgw_bytes bytes)
{
    if (bytes.len > MGW_SECRET_MAX)
        return SMGW_ERR_TOO_LARGE;
    if (bytes.len == 0) {
        mgw_secret_free(secret);
        return SMGW_OK;
    }
    size_t size = mapping_size(bytes.len);
    if (size == 0)
        return SMGW_ERR_NO_MEMORY;
    char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return SMGW_ERR_NO_MEMORY;
    /* All three before the first secret byte; where the kernel refuses one, the secret is less guarded but works. */
    bool locked = mlock(pages, size) == 0;
    (void)madvise(pages, size, MADV_DONTDUMP);
    (void)madvise(pages, size, MADV_WIPEONFORK);
    memcpy(pages, bytes.data, bytes.len);
    mgw_secret_free(secret);
    *secret = (mgw_secret){ pages, bytes.len, size, locked };
    return SMGW_OK;
}

mgw_bytes mgw_secret_bytes(const mgw_secret *secret)
{
    return (mgw_bytes){ secret->pages, secret->len };
}

const char *mgw_secret_str(const mgw_secret *secret)
{
    return secret->pages != NULL ? secret->pages : "";
}

bool mgw_secret_is_locked(const mgw_secret *secret)
{
    return secret->pages == NULL || secret->locked;
}

void mgw_secret_free(mgw_secret *secret)
{
    if (secret->pages != NULL) {
        explicit_bzero(secret->pages, secret->mapped);
        (void)munmap(secret->pages, secret->mapped);
    }
    *secret = (mgw_secret)MGW_SECRET_INIT;
}
