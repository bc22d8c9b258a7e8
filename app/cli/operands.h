/* The words after a command, by its usage line. That line is all there is: what the help shows is what is
 * accepted.
 *
 *   [MODEL] IMAGE...                  capitals: any word; brackets: it may be missing; dots: and more of them
 *   [NAME] | check FILE               lower case: the word itself; " | ": or
 *
 * MODEL is a word that is no picture, so that "[MODEL] [IMAGE]" takes no second picture. */
#ifndef APP_CLI_OPERANDS_H
#define APP_CLI_OPERANDS_H

#include "app/cli/command.h"

/* ERROR_USAGE with a sentence that names the first word too many, or what is missing. A word is looked at,
 * and a file of its name opened, only where that decides. */
bool operands_check(const Command *command, char *const *words, int count, Error *err);

#endif
