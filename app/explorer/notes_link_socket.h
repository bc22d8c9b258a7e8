/* The Unix socket between a presentation and its notes: where it lies, and that only its user has it. */
#ifndef APP_EXPLORER_NOTES_LINK_SOCKET_H
#define APP_EXPLORER_NOTES_LINK_SOCKET_H

#include <stddef.h>
#include <sys/types.h>

#include "core/base/error.h"

enum { NOTES_LINK_PATH_MAX = 108 }; /* what a socket's address holds */

/* $XDG_RUNTIME_DIR (`runtime`; may be NULL) when it is this user's alone, else BASE/skipscope-UID, made with
 * mode 0700. False when that is a link, another user's, or open to others. */
bool notes_link_folder(const char *runtime, const char *base, char out[NOTES_LINK_PATH_MAX], Error *err);
/* FOLDER/skipscope-NAME.sock of the environment; names are letters, digits, - and _. */
bool notes_link_path(const char *name, char out[NOTES_LINK_PATH_MAX], Error *err);

/* False with a sentence that names it when something else than a socket is at the path; it is left alone. */
bool notes_link_check_path(const char *path, Error *err);

/* A listening socket of mode 0600, not waiting; -1 with a sentence. What a dead presentation has left is
 * replaced; a living one is not. */
int notes_link_listen(const char *path, Error *err);
/* -1: no presentation listens there (err->kind ERROR_NONE), or what is there is not to be trusted. */
int notes_link_connect(const char *path, Error *err);
/* Does the process at the other end belong to this user? */
bool notes_link_peer_is_mine(int fd);

#endif
