/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over every file of the directories that are named, as an ordinary test. */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INPUT_BYTES_MAX = 1024 * 1024 };

static void run_file(int directory, const char *name)
{
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
    struct stat stat;
    FUZZ_CHECK(fd >= 0 && fstat(fd, &stat) == 0 && stat.st_size <= INPUT_BYTES_MAX);
    size_t size = (size_t)stat.st_size;
    /* A block of exactly this size, so that a sanitizer sees a byte read behind its end. */
    uint8_t *data = malloc(size > 0 ? size : 1);
    FUZZ_CHECK(data != NULL && read(fd, data, size) == stat.st_size);
    FUZZ_CHECK(LLVMFuzzerTestOneInput(data, size) == 0);
    free(data);
    close(fd);
}

static size_t run_directory(const char *path)
{
    DIR *directory = opendir(path);
    FUZZ_CHECK(directory != NULL);
    size_t count = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (entry->d_name[0] == '.')
            continue;
        run_file(dirfd(directory), entry->d_name);
        count++;
    }
    closedir(directory);
    return count;
}

int main(int argc, char **argv)
{
    size_t count = 0;
    for (int i = 1; i < argc; i++)
        count += run_directory(argv[i]);
    printf("%zu inputs\n", count);
    return count > 0 ? 0 : 1;
}
