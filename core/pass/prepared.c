#include "core/pass/prepared.h"

bool prepared_reserve(Prepared *prepared, Arena *arena, const Op *op, int batch) {
    const OpSpec *spec = op_spec(op->kind);
    size_t count = spec->prepared_count ? spec->prepared_count(op, batch) : 0;
    *prepared = (Prepared){.data = NULL};
    if (count == 0) return true;
    prepared->data = arena_alloc(arena, count, sizeof(real));
    return prepared->data != NULL;
}

const real *prepared_get(Prepared *prepared, const OpRun *run, unsigned version) {
    bool holds = prepared->made && prepared->version == version && prepared->fast == run->fast;
    if (!prepared->data || holds) return prepared->data;
    op_spec(run->op->kind)->prepare(run, prepared->data);
    prepared->made = true;
    prepared->fast = run->fast;
    prepared->version = version;
    return prepared->data;
}
