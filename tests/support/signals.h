/* The signals of a program that a test starts. */
#ifndef TESTS_SUPPORT_SIGNALS_H
#define TESTS_SUPPORT_SIGNALS_H

/* In the child, before the program: all signals do what they do after a login. Whoever runs the tests may
 * have them ignored, as nohup does, and a program keeps what was ignored when it began. */
void signals_default(void);

#endif
