/* The command line: from argv to an exit code. */
#ifndef APP_CLI_H
#define APP_CLI_H

/* 0 done, 1 failed, 2 usage, 3 terminal unusable, 4 a file is bad or unsupported. */
int cli_run(int argc, char **argv);

#endif
