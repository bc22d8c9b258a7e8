/* How many years of school a text asks for: Flesch and Kincaid's grade (Kincaid et al. 1975, Research Branch
 * Report 8-75). */
#ifndef TESTS_SUPPORT_READING_GRADE_H
#define TESTS_SUPPORT_READING_GRADE_H

/* Words with a digit or a sign in them count as one syllable: they are read at a glance. */
double reading_grade(const char *text);
int reading_sentences(const char *text);

#endif
