/* A history of a training as text, to be compared. */
#ifndef TESTS_SUPPORT_HISTORY_TEXT_H
#define TESTS_SUPPORT_HISTORY_TEXT_H

/* The file's lines without those of runs and resumptions, and without times: what any two runs of one training have in
 * common, stopped or not. The caller frees it. A line that is torn, or tells of a gap, fails the test. */
char *history_substance(const char *path);

#endif
