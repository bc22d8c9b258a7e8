/* The user's own settings: $XDG_CONFIG_HOME/skipscope/config, else ~/.config/skipscope/config. One a line, in
 * the language of scripts (theme light, mouse on, bind X arch resnet56), and "set OPTION VALUE" for what the
 * command line can say. Precedence: command line, SKIPSCOPE_* variables, this file, defaults.
 *
 * Only the explorer on a terminal reads it; commands and scripts give the same result for everybody. A file
 * that is not there is no error; a line that is wrong is told of and does not keep the program from starting.
 */
#ifndef APP_EXPLORER_CONFIG_H
#define APP_EXPLORER_CONFIG_H

#include "app/cli/options.h"
#include "app/screen/screen.h"

typedef struct Config {
    char *path, *text; /* heap; text NULL: there is no such file */
    char **lines;      /* of the text, without the space around them; heap */
    char **own;        /* in place of those with a path below ~, one each or NULL; heap */
    int line_count;
    int settings; /* options that were set */
    int problems;
    Error first; /* of them, beginning with file and line */
} Config;

/* Where it lies; heap. NULL when neither XDG_CONFIG_HOME nor HOME says so. */
char *config_path(void);

/* Reads the file of --config, else the user's unless --no-config or --script forbids it. Fails only when the
 * file of --config cannot be read. */
bool config_load(Config *config, const Options *options, Error *err);
void config_clear(Config *config);

/* The lines "set OPTION VALUE", unless the command line or the environment has spoken. The options point into
 * the config, which must outlive them. */
void config_set_options(Config *config, Options *options);

/* With these settings the program could not begin, for that reason. */
void config_refuse(Config *config, const char *reason);

/* All other lines; a problem becomes the session's notice. */
void config_run(Config *config, Screen *screen, const Options *options);

#endif
