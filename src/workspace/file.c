/* SPDX-License-Identifier: MIT */
#include "workspace/internal.h"

#include "base/alloc.h"
#include "base/error.h"
#include "workspace/quiet_write.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <unistd.h>

enum {
    FILE_MODE = 0600,
    SHA256_BYTES = 32,
    PREFIX_BYTES = 8,       /* Of the hash, in front of the name, as twice as many hex digits. */
    HIDDEN_NAME_BYTES = 48, /* ".smgw-", 32 hex digits, NUL. */
    COMPARE_BYTES = 16384
};

struct mgw_ws_file {
    mgw_workspace *workspace;
    char *subdir; /* NULL: the workspace itself. */
    int directory;
    int fd;
    char hidden[HIDDEN_NAME_BYTES]; /* "" for a file without a name. */
    EVP_MD_CTX *hash;
    uint64_t size;
    uint64_t set_aside; /* Of the quota; given back at the end unless the file stays. */
    smgw_status status; /* The first failure; it sticks. */
};

/* What the file is going to be called, and by which it is known. */
typedef struct label {
    unsigned char hash[SHA256_BYTES];
    char name[2 * PREFIX_BYTES + 1 + MGW_WS_MAX_SAFE_NAME + 1];
} label;

static smgw_status io_failed(const char *what, int errno_value, smgw_error *error)
{
    return mgw_error_errno(error, SMGW_ERR_IO, what, errno_value);
}

static smgw_status open_subdirectory(mgw_ws_file *file, mgw_bytes subdir, smgw_error *error)
{
    struct stat info;
    smgw_rule rule = mgw_ws_check_path(subdir);
    if (rule != SMGW_RULE_OK)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "subdir", rule);
    file->subdir = mgw_strndup(subdir.data, subdir.len);
    if (file->subdir == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    file->directory = mgw_ws_lookup(file->workspace, file->subdir, O_RDONLY | O_DIRECTORY);
    if (file->directory < 0)
        return mgw_ws_lookup_failed("subdir", errno, error);
    if (fstat(file->directory, &info) != 0)
        return io_failed("subdir", errno, error);
    if (!mgw_ws_is_private(&info))
        return mgw_error_set(
            error, SMGW_ERR_REFUSED, "subdir", "subdir: must belong to this user, and nobody else may write to it");
    return SMGW_OK;
}

/* A name that nobody can guess, in a directory in which nobody else can make one. */
static int open_hidden(mgw_ws_file *file)
{
    unsigned char random[16];
    char hex[2 * sizeof random + 1];
    if (RAND_bytes(random, sizeof random) != 1) {
        errno = EIO;
        return -1;
    }
    mgw_hex(random, sizeof random, hex);
    (void)snprintf(file->hidden, sizeof file->hidden, ".smgw-%s", hex);
    int fd = openat(file->directory, file->hidden, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        file->hidden[0] = '\0';
    return fd;
}

/* A file without a name gets one through its descriptor, which takes /proc or a capability: see link_nameless(). */
static int open_nameless(const mgw_ws_file *file)
{
    if ((file->workspace->fallbacks & MGW_WS_NAMED) != 0 || access("/proc/self/fd", X_OK) != 0) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return openat(file->directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, FILE_MODE);
}

static smgw_status open_file(mgw_ws_file *file, smgw_error *error)
{
    file->fd = open_nameless(file);
    /* What kernels and file systems without O_TMPFILE answer. */
    if (file->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL))
        file->fd = open_hidden(file);
    /* The mode again, since the umask may have taken bits away. */
    if (file->fd < 0 || fchmod(file->fd, FILE_MODE) != 0)
        return io_failed("making the file", errno, error);
    return SMGW_OK;
}

static smgw_status start_hash(mgw_ws_file *file, smgw_error *error)
{
    file->hash = EVP_MD_CTX_new();
    if (file->hash == NULL || EVP_DigestInit_ex(file->hash, EVP_sha256(), NULL) != 1)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    return SMGW_OK;
}

smgw_status mgw_ws_file_begin(mgw_workspace *workspace, const char *subdir, mgw_ws_file **file, smgw_error *error)
{
    *file = NULL;
    mgw_ws_file *begun = mgw_calloc(1, sizeof *begun);
    if (begun == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    begun->workspace = workspace;
    begun->directory = workspace->fd;
    begun->fd = -1;
    smgw_status status = subdir != NULL ? open_subdirectory(begun, mgw_bytes_str(subdir), error) : SMGW_OK;
    if (status == SMGW_OK)
        status = start_hash(begun, error);
    if (status == SMGW_OK)
        status = open_file(begun, error);
    if (status == SMGW_OK)
        *file = begun;
    else
        mgw_ws_file_abort(begun);
    return status;
}

void mgw_ws_file_abort(mgw_ws_file *file)
{
    if (file == NULL)
        return;
    if (file->hidden[0] != '\0')
        (void)unlinkat(file->directory, file->hidden, 0);
    if (file->fd >= 0)
        (void)close(file->fd);
    if (file->directory >= 0 && file->directory != file->workspace->fd)
        (void)close(file->directory);
    mgw_ws_give_back(file->workspace, file->set_aside);
    EVP_MD_CTX_free(file->hash);
    mgw_free(file->subdir);
    mgw_free(file);
}

static smgw_status write_data(mgw_ws_file *file, mgw_bytes data, smgw_error *error)
{
    if (data.len > file->workspace->max_file - file->size)
        return mgw_error_set(error, SMGW_ERR_TOO_LARGE, NULL, "the file is larger than the limit");
    /* Before it is written, so that files which grow at the same time do not fill the disk together. */
    if (!mgw_ws_take(file->workspace, data.len))
        return mgw_error_set(error, SMGW_ERR_TOO_LARGE, NULL, "the quota of the workspace is used up");
    file->set_aside += data.len;
    int failed = mgw_write_quietly(file->fd, data);
    if (failed != 0)
        return io_failed("writing the file", failed, error);
    if (EVP_DigestUpdate(file->hash, data.data, data.len) != 1)
        return mgw_error_set(error, SMGW_ERR_IO, NULL, "hashing the file failed");
    file->size += data.len;
    return SMGW_OK;
}

smgw_status mgw_ws_file_write(mgw_ws_file *file, mgw_bytes data, smgw_error *error)
{
    if (file->status != SMGW_OK)
        return mgw_error_status(error, file->status);
    if (data.len > 0)
        file->status = write_data(file, data, error);
    return file->status;
}

static smgw_status make_label(mgw_ws_file *file, mgw_bytes safe_name, label *made, smgw_error *error)
{
    unsigned len = sizeof made->hash;
    char prefix[2 * PREFIX_BYTES + 1];
    smgw_rule rule = mgw_ws_check_path(safe_name);
    if (rule == SMGW_RULE_OK && mgw_bytes_find(safe_name, '/') < safe_name.len)
        rule = SMGW_RULE_TRAVERSAL;
    size_t whole = safe_name.len + sizeof prefix + (file->subdir != NULL ? strlen(file->subdir) + 1 : 0);
    if (safe_name.len > MGW_WS_MAX_SAFE_NAME || whole >= sizeof((smgw_saved *)NULL)->name)
        rule = SMGW_RULE_TOO_LONG;
    if (rule != SMGW_RULE_OK)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "name", rule);
    if (EVP_DigestFinal_ex(file->hash, made->hash, &len) != 1 || len != sizeof made->hash)
        return mgw_error_set(error, SMGW_ERR_IO, NULL, "hashing the file failed");
    mgw_hex(made->hash, PREFIX_BYTES, prefix);
    (void)snprintf(made->name, sizeof made->name, "%s_%.*s", prefix, (int)safe_name.len, safe_name.data);
    return SMGW_OK;
}

/* 0, or an errno. A rename that replaces nothing; a second name and then one less where the file system knows no such.
 */
static int rename_hidden(mgw_ws_file *file, const char *name)
{
    int failed = renameat2(file->directory, file->hidden, file->directory, name, RENAME_NOREPLACE) == 0 ? 0 : errno;
    if (failed == EINVAL || failed == ENOSYS) {
        failed = linkat(file->directory, file->hidden, file->directory, name, 0) == 0 ? 0 : errno;
        if (failed == 0)
            (void)unlinkat(file->directory, file->hidden, 0);
    }
    if (failed == 0)
        file->hidden[0] = '\0';
    return failed;
}

/* 0, or an errno. linkat() replaces nothing either. */
static int link_nameless(const mgw_ws_file *file, const char *name)
{
    char path[40];
    /* By the descriptor alone where the process may (a capability, or Linux 6.10), else through /proc. */
    if (linkat(file->fd, "", file->directory, name, AT_EMPTY_PATH) == 0)
        return 0;
    if (errno != ENOENT && errno != EPERM && errno != EINVAL)
        return errno;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file->fd);
    return linkat(AT_FDCWD, path, file->directory, name, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

/* The hash of the `size` bytes of an open file; false where they cannot be read, or are fewer. */
static bool hash_file(int fd, uint64_t size, unsigned char *hash)
{
    unsigned char chunk[COMPARE_BYTES];
    unsigned len = SHA256_BYTES;
    EVP_MD_CTX *running = EVP_MD_CTX_new();
    bool good = running != NULL && EVP_DigestInit_ex(running, EVP_sha256(), NULL) == 1;
    while (good && size > 0) {
        size_t want = size < sizeof chunk ? (size_t)size : sizeof chunk;
        ssize_t got = read(fd, chunk, want);
        if (got < 0 && errno == EINTR)
            continue;
        good = got > 0 && EVP_DigestUpdate(running, chunk, (size_t)got) == 1;
        size -= good ? (uint64_t)got : 0;
    }
    good = good && EVP_DigestFinal_ex(running, hash, &len) == 1;
    EVP_MD_CTX_free(running);
    return good;
}

static bool may_be_ours(const struct stat *info, uint64_t size)
{
    return S_ISREG(info->st_mode) && info->st_uid == geteuid() && info->st_nlink == 1 && info->st_size >= 0 &&
           (uint64_t)info->st_size == size;
}

/* Whether what stands under the name is this very content, in a regular file that is ours and has no other name. */
static bool is_already_there(const mgw_ws_file *file, const label *made)
{
    struct stat seen;
    struct stat info;
    unsigned char hash[SHA256_BYTES];
    /* Looked at first, so that a FIFO or a device is never opened. */
    if (fstatat(file->directory, made->name, &seen, AT_SYMLINK_NOFOLLOW) != 0 || !may_be_ours(&seen, file->size))
        return false;
    int fd = openat(file->directory, made->name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool same = fstat(fd, &info) == 0 && mgw_ws_same_file(&info, &seen) && may_be_ours(&info, file->size) &&
                hash_file(fd, file->size, hash) && memcmp(hash, made->hash, sizeof hash) == 0;
    (void)close(fd);
    return same;
}

/* Whether the name leads to the file that was written. */
static bool is_named(const mgw_ws_file *file, const char *name)
{
    struct stat written;
    struct stat named;
    return fstat(file->fd, &written) == 0 && fstatat(file->directory, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           mgw_ws_same_file(&written, &named);
}

/*
 * The belt to the braces: that the name leads to what was written, and that its directory still lies in the workspace,
 * from which somebody may have moved it away. What is somebody else's is never removed. Nor is our file because the
 * directory cannot be put on disk: it is complete, and another thread may have found it and have said so.
 */
static smgw_status finish_named(mgw_ws_file *file, const char *name, smgw_error *error)
{
    if (!is_named(file, name))
        return mgw_error_set(error, SMGW_ERR_REFUSED, "name", "name: something else has taken it");
    if (!mgw_ws_holds(file->workspace, file->directory)) {
        if (is_named(file, name))
            (void)unlinkat(file->directory, name, 0);
        return mgw_error_set(error, SMGW_ERR_REFUSED, NULL, "the directory is no longer inside the workspace");
    }
    file->set_aside = 0;
    return fsync(file->directory) == 0 ? SMGW_OK : io_failed("putting the directory on disk", errno, error);
}

static smgw_status finish_found(const mgw_ws_file *file, smgw_error *error)
{
    if (!mgw_ws_holds(file->workspace, file->directory))
        return mgw_error_set(error, SMGW_ERR_REFUSED, NULL, "the directory is no longer inside the workspace");
    /* Another thread may have named it and not yet come so far. */
    return fsync(file->directory) == 0 ? SMGW_OK : io_failed("putting the directory on disk", errno, error);
}

/* A failed fdatasync() is not tried again: the kernel may have dropped the pages, and would then report success. */
static smgw_status place(mgw_ws_file *file, const label *made, smgw_error *error)
{
    if (fdatasync(file->fd) != 0)
        return io_failed("putting the file on disk", errno, error);
    int failed = file->hidden[0] != '\0' ? rename_hidden(file, made->name) : link_nameless(file, made->name);
    if (failed == 0)
        return finish_named(file, made->name, error);
    if (failed == EEXIST && is_already_there(file, made))
        return finish_found(file, error);
    if (failed == EEXIST)
        return mgw_error_set(error, SMGW_ERR_EXISTS, "name", "name: something else has it already");
    return io_failed("naming the file", failed, error);
}

static void describe(const mgw_ws_file *file, const label *made, smgw_saved *saved)
{
    const char *subdir = file->subdir != NULL ? file->subdir : "";
    (void)snprintf(saved->name, sizeof saved->name, "%s%s%s", subdir, subdir[0] != '\0' ? "/" : "", made->name);
    saved->size = file->size;
    mgw_hex(made->hash, sizeof made->hash, saved->sha256);
}

smgw_status mgw_ws_file_commit(mgw_ws_file *file, const char *safe_name, smgw_saved *saved, smgw_error *error)
{
    label made;
    smgw_status status = file->status;
    if (status != SMGW_OK)
        mgw_error_status(error, status);
    else
        status = make_label(file, mgw_bytes_str(safe_name), &made, error);
    if (status == SMGW_OK)
        status = place(file, &made, error);
    if (status == SMGW_OK)
        describe(file, &made, saved);
    mgw_ws_file_abort(file);
    return status;
}
