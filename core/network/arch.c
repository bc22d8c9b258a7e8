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
    if ((!residual && !plain) || digits == 0 || *at != '\0') return false;
    *arch = (Arch){.depth = depth, .plain = plain, .norm_free = norm_free};
    return true;
}

Arch arch_of(const char *name) {
    Arch arch;
    arch_parse(name, &arch);
    return arch;
}

void arch_format(Arch arch, char out[ARCH_NAME_MAX]) {
    snprintf(out, ARCH_NAME_MAX, "%s%d%s", families[arch.plain], arch.depth,
             arch.norm_free ? ARCH_NORM_FREE : "");
}

bool arch_equal(Arch a, Arch b) {
    return a.depth == b.depth && a.plain == b.plain && a.norm_free == b.norm_free;
}
