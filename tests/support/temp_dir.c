#include "tests/support/temp_dir.h"

#include <assert.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int temp_dir_setup(void **state) {
    const char *parent = getenv("TMPDIR");
    TempDir *dir = calloc(1, sizeof *dir);
    assert(dir);
    snprintf(dir->path, sizeof dir->path, "%s/skipscope-test-XXXXXX", parent && *parent ? parent : "/tmp");
    assert(mkdtemp(dir->path));
    *state = dir;
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *walk) {
    (void)status, (void)flag, (void)walk;
    return remove(path);
}

int temp_dir_teardown(void **state) {
    TempDir *dir = *state;
    int result = nftw(dir->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(dir);
    return result;
}

const char *temp_dir_join(TempDir *dir, const char *name) {
    int length = snprintf(dir->joined, sizeof dir->joined, "%s/%s", dir->path, name);
    assert(length > 0 && (size_t)length < sizeof dir->joined);
    return dir->joined;
}

const char *temp_dir_write(TempDir *dir, const char *name, const void *bytes, size_t count) {
    FILE *file = fopen(temp_dir_join(dir, name), "wb");
    assert(file && fwrite(bytes, 1, count, file) == count);
    assert(fclose(file) == 0);
    return dir->joined;
}

int temp_dir_count(const TempDir *dir) {
    DIR *stream = opendir(dir->path);
    int count = 0;
    assert(stream);
    for (struct dirent *entry; (entry = readdir(stream));) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) count++;
    }
    closedir(stream);
    return count;
}
