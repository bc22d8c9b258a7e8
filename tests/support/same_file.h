/* Two files with the same bytes. */
#ifndef TESTS_SUPPORT_SAME_FILE_H
#define TESTS_SUPPORT_SAME_FILE_H

/* Fails the running test when one of them cannot be read, or where they differ. Files of up to 16 MiB. */
void assert_same_file(const char *a, const char *b);

#endif
