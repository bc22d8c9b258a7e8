/* Ctrl-C for work that has something to save: the first one asks, the second one kills. */
#ifndef APP_CLI_INTERRUPT_H
#define APP_CLI_INTERRUPT_H

/* From now on SIGINT, SIGTERM and SIGHUP are noted once; a second one has its usual effect. */
void interrupt_begin(void);
int interrupt_signal(void); /* the signal that has come, else 0 */
/* Back to the usual effect. */
void interrupt_end(void);

#endif
