/* The inputs that fuzzing began with and found, and the checkpoints of PyTorch's, as an ordinary test. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "tests/support/fuzz_checkpoint.h"

static int run_folder(const char *folder) {
    char path[400];
    int count = 0;
    DIR *stream = opendir(folder);
    assert_non_null(stream);
    for (struct dirent *entry; (entry = readdir(stream));) {
        size_t size;
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        uint8_t *bytes = file_read_all(path, 1 << 20, &size, NULL);
        assert_non_null(bytes);
        fuzz_checkpoint(bytes, size);
        free(bytes);
        count++;
    }
    closedir(stream);
    return count;
}

static void nothing_in_the_corpus_does_harm(void **state) {
    (void)state;
    assert_true(run_folder("tests/fuzz/corpus/checkpoint") > 10);
    assert_true(run_folder("tests/golden/files/checkpoints") > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_in_the_corpus_does_harm)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
