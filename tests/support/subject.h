/* What a test is about at the moment, for the message of an assertion that fails: the fixtures note which network,
 * which pass and which operator they made last. */
#ifndef TESTS_SUPPORT_SUBJECT_H
#define TESTS_SUPPORT_SUBJECT_H

/* From the outermost to the innermost. */
typedef enum SubjectLevel { SUBJECT_NETWORK, SUBJECT_PASS, SUBJECT_OPERATOR, SUBJECT_LEVELS } SubjectLevel;

/* As printf. What was noted on the levels below is forgotten. */
void subject_note(SubjectLevel level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* " [resnet20, option A; evaluation, batch 2]"; "" when nothing has been noted. */
const char *subject_text(void);

#endif
