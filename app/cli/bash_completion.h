/* Completion for bash, made from the tables of commands and options: command names, the options of a command,
 * the words that an option takes, architectures, bundled pictures and lessons, files. */
#ifndef APP_CLI_BASH_COMPLETION_H
#define APP_CLI_BASH_COMPLETION_H

#include <stdio.h>

/* A script for bash to read; it defines the function _skipscope. */
void bash_completion_print(FILE *out);

#endif
