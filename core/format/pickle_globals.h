/* Inside of core/format/pickle: what the names in a pickle stand for. */
#ifndef CORE_FORMAT_PICKLE_GLOBALS_H
#define CORE_FORMAT_PICKLE_GLOBALS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/format/element.h"

typedef enum PickleRole {
    ROLE_OPAQUE,    /* whatever it makes is of no use here */
    ROLE_DICT,      /* makes a dictionary */
    ROLE_SIZE,      /* is its one tuple */
    ROLE_TENSOR,    /* makes a tensor of storage, offset, size, strides, ... */
    ROLE_PARAMETER, /* is the tensor that comes first */
    ROLE_FROM_TYPE, /* calls its first argument with its third */
    ROLE_STORAGE    /* a type of storage */
} PickleRole;

typedef struct PickleGlobal {
    const char *module, *name;
    PickleRole role;
    ElementType type; /* of a storage */
} PickleGlobal;

/* False when the list does not have it. Of a global without a role of its own, module and name are those given. */
bool pickle_find_global(const char *module, const char *name, PickleGlobal *found);

/* Names of functions that run commands, or lead to such. */
bool pickle_is_dangerous(const char *module, const char *name);
/* Classes of networks and their layers. */
bool pickle_is_module(const char *module);

#endif
