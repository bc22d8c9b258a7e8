/* Screens as stored files, compared cell by cell.
 *
 * Another processor adds in another order, so the last digit of a figure, the character of a map or a colour
 * may differ: up to one in twenty of the cells that are not empty. The words are the same in every row. */
#ifndef TESTS_SUPPORT_SCREEN_GOLDEN_H
#define TESTS_SUPPORT_SCREEN_GOLDEN_H

/* Compares `screen`, text or ANSI text, with tests/golden/screens/NAME; fails the test with the first row
 * that differs. With SKIPSCOPE_GOLDEN=write in the environment it writes the file instead. */
void screen_golden_check(const char *name, const char *screen);
/* The same with tests/golden/FOLDER/NAME and several screens, each below a line "## ..." that must be the
 * same.
 */
void screen_golden_check_series(const char *folder, const char *name, const char *screens);
/* The same with a screen, or rows of one, that stands somewhere else. */
void screen_golden_compare(const char *name, const char *golden, const char *screen);

#endif
