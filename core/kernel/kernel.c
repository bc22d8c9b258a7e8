#include "core/kernel/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/suggest.h"
#include "core/base/utf8.h"
#include "core/kernel/sets.h"

static bool always(void) {
    return true;
}

#if defined(__x86_64__)
static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}
#endif

/* From the narrowest to the widest. */
static const struct Set {
    const Kernels *kernels;
    bool (*is_there)(void);
    const char *needs;
} SETS[] = {
    {&kernels_generic, always, ""},
#if defined(__x86_64__)
    {&kernels_avx2, has_avx2, "AVX2 and FMA"},
    {&kernels_avx512, has_avx512, "AVX-512 (F, VL, DQ and BW)"},
#endif
};
enum { SET_COUNT = sizeof SETS / sizeof SETS[0] };

static const char OPENBLAS[] = "openblas";
static const char *const NAMES[] = {OPENBLAS, "generic", "avx2", "avx512", NULL};

/* Chosen at first use. Two threads that come first at the same time find the same. */
static const Kernels *chosen;
static bool is_chosen;

int kernel_pixels(const Kernels *set, int columns) {
    return columns <= set->columns / 2 ? set->many_pixels : set->pixels;
}

const Kernels *kernel_available(int index) {
    for (int k = 0; sizeof(real) == sizeof(float) && k < SET_COUNT; k++)
        if (SETS[k].is_there() && index-- == 0) return SETS[k].kernels;
    return NULL;
}

static const Kernels *widest(void) {
    const Kernels *best = NULL;
    for (int k = 0; kernel_available(k); k++) best = kernel_available(k);
    return best;
}

static bool take(const Kernels *set) {
    __atomic_store_n(&chosen, set, __ATOMIC_RELEASE);
    __atomic_store_n(&is_chosen, true, __ATOMIC_RELEASE);
    return true;
}

void kernel_choices(char text[KERNEL_CHOICES_MAX]) {
    size_t length = (size_t)snprintf(text, KERNEL_CHOICES_MAX, "%s", OPENBLAS);
    for (int k = 0; kernel_available(k) && length < KERNEL_CHOICES_MAX; k++)
        length +=
            (size_t)snprintf(text + length, KERNEL_CHOICES_MAX - length, ", %s", kernel_available(k)->name);
}

static const char *needs_of(const char *name) {
    for (int k = 0; k < SET_COUNT; k++)
        if (strcmp(name, SETS[k].kernels->name) == 0) return SETS[k].needs;
    return NULL;
}

static bool refuse(const char *name, Error *err) {
    char choices[KERNEL_CHOICES_MAX];
    kernel_choices(choices);
    if (needs_of(name))
        return error_set(err, ERROR_USAGE, "kernel %s: this processor has no %s; it can run %s", name,
                         needs_of(name), choices);
    for (const char *const *known = NAMES; *known; known++)
        if (strcmp(name, *known) == 0)
            return error_set(err, ERROR_USAGE,
                             "kernel %s: this program is built for another processor; here are %s", name,
                             choices);
    return error_set(err, ERROR_USAGE,
                     "there is no kernel '%.*s', the nearest is '%s'; this processor can run %s",
                     utf8_first(name, 40), name, suggest_nearest(name, NAMES), choices);
}

bool kernel_choose(const char *name, Error *err) {
    if (!name) name = getenv("SKIPSCOPE_KERNEL");
    if (!name || !*name) return take(widest());
    if (strcmp(name, OPENBLAS) == 0) return take(NULL);
    for (int k = 0; k < SET_COUNT; k++)
        if (strcmp(name, SETS[k].kernels->name) == 0 && SETS[k].is_there())
            return take(sizeof(real) == sizeof(float) ? SETS[k].kernels : NULL);
    return refuse(name, err);
}

const Kernels *kernels(void) {
    if (!__atomic_load_n(&is_chosen, __ATOMIC_ACQUIRE) && !kernel_choose(NULL, NULL)) take(widest());
    return __atomic_load_n(&chosen, __ATOMIC_ACQUIRE);
}

const char *kernel_name(void) {
    const Kernels *set = kernels();
    return set ? set->name : OPENBLAS;
}
