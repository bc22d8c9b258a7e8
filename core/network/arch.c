#include "core/network/arch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARCH_DIGITS_MAX = 6 }; /* of a depth; no network has more, and the longest name fits ARCH_NAME_MAX */

static const char *const families[] = {"resnet", "plain"}; /* by Arch.plain */

/* Moves *at past `part` if that stands there. */
static bool take(const char **at, const char *part) {
    size_t length = strlen(part);
    if (strncmp(*at, part, length) != 0) return false;
    *at += length;
    return true;
}

bool arch_parse(const char *name, Arch *arch) {
    const char *at = name;
    *arch = (Arch){.depth = 0};
    bool residual = take(&at, families[0]), plain = !residual && take(&at, families[1]);
    size_t digits = strspn(at, "0123456789");
    int depth = digits <= ARCH_DIGITS_MAX && *at != '0' ? atoi(at) : 0;
    at += digits;
    bool norm_free = take(&at, ARCH_NORM_FREE);
    int activation = *at == '-' ? op_find_activation(at + 1) : -1;
    bool at_end = *at == '\0' || (activation >= 0 && (OpKind)activation != op_default_activation());
    if ((!residual && !plain) || digits == 0 || !at_end) return false;
    *arch = (Arch){.depth = depth,
                   .plain = plain,
                   .norm_free = norm_free,
                   .activation = activation < 0 ? NULL : op_spec((OpKind)activation)};
    return true;
}

Arch arch_of(const char *name) {
    Arch arch;
    arch_parse(name, &arch);
    return arch;
}

void arch_format(Arch arch, char out[ARCH_NAME_MAX]) {
    snprintf(out, ARCH_NAME_MAX, "%s%d%s%s%s", families[arch.plain], arch.depth,
             arch.norm_free ? ARCH_NORM_FREE : "", arch.activation ? "-" : "",
             arch.activation ? arch.activation->name : "");
}

bool arch_equal(Arch a, Arch b) {
    return a.depth == b.depth && a.plain == b.plain && a.norm_free == b.norm_free &&
           a.activation == b.activation;
}

OpKind arch_activation(Arch arch) {
    return arch.activation ? (OpKind)op_find_activation(arch.activation->name) : op_default_activation();
}

Arch arch_with_activation(Arch arch, OpKind activation) {
    arch.activation = activation == op_default_activation() ? NULL : op_spec(activation);
    return arch;
}
