/* Bytes as letters for where only letters pass (RFC 4648, section 4). */
#ifndef VIEWS_TERM_BASE64_H
#define VIEWS_TERM_BASE64_H

#include <stddef.h>

/* A string of the caller's, NULL when memory is short. */
char *base64_encode(const void *bytes, size_t size);

#endif
