/* Screens as stored files, compared cell by cell: words as words, which are the same in every row, and
 * numbers as numbers.
 *
 * Another processor adds in another order, so a number may differ by one in its last digit or by a
 * thousandth, and the character of a map or a colour may differ: up to one in twenty of the cells that are
 * not empty. */
#ifndef TESTS_SUPPORT_SCREEN_GOLDEN_H
#define TESTS_SUPPORT_SCREEN_GOLDEN_H

#include <stdbool.h>

/* Compares `screen`, text or ANSI text, with tests/golden/screens/NAME; fails the test with the first row
 * that differs. With SKIPSCOPE_GOLDEN=write in the environment it writes the file instead, unless what stands
 * there already compares equal. */
void screen_golden_check(const char *name, const char *screen);
/* The same with tests/golden/FOLDER/NAME and several screens, each below a line "## ..." that must be the
 * same.
 */
void screen_golden_check_series(const char *folder, const char *name, const char *screens);
/* The same with a screen, or rows of one, that stands somewhere else. */
void screen_golden_compare(const char *name, const char *golden, const char *screen);
bool screen_golden_is_same(const char *golden, const char *screen);
/* SKIPSCOPE_GOLDEN=write is in the environment. */
bool screen_golden_is_writing(void);

#endif
