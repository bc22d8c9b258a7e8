/* Checksums of records, by all threads. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/checksum.h"
#include "core/base/parallel.h"
#include "core/format/tensors_inside.h"

enum { CHECK_PART_BYTES = 1 << 20, CHECK_CHUNK_BYTES = 1 << 17 };

/* A piece of a record, and its checksum. */
typedef struct CheckPart {
    const Record *record;
    uint64_t begin, count;
    uint32_t crc;
} CheckPart;

typedef struct Check {
    CheckPart *parts;
    int count;
    Error *errors; /* one a worker */
} Check;

static int by_record(const void *a, const void *b) {
    const Record *x = *(const Record *const *)a, *y = *(const Record *const *)b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Each record once that is stored and has a checksum; returns how many. */
static int list_records(const Tensors *tensors, const Record **records) {
    int count = 0, kept = 0;
    for (int k = 0; k < tensors->count; k++) {
        const Record *record = tensors->tensors[k].record;
        if (record->has_crc && !record->deflated) records[count++] = record;
    }
    qsort(records, (size_t)count, sizeof(const Record *), by_record);
    for (int k = 0; k < count; k++) {
        if (kept == 0 || records[kept - 1] != records[k]) records[kept++] = records[k];
    }
    return kept;
}

static void check_parts(void *context, int begin, int end, int worker) {
    Check *check = context;
    uint8_t chunk[CHECK_CHUNK_BYTES];
    for (int k = begin; k < end; k++) {
        CheckPart *part = &check->parts[k];
        for (uint64_t done = 0; done < part->count;) {
            size_t now = part->count - done < sizeof chunk ? (size_t)(part->count - done) : sizeof chunk;
            uint64_t at = part->record->offset + part->begin + done;
            if (!source_read(part->record->source, at, chunk, now, &check->errors[worker])) break;
            part->crc = checksum_crc32(part->crc, chunk, now);
            done += now;
        }
    }
}

static bool make_parts(Check *check, const Record **records, int count) {
    uint64_t parts = 0;
    for (int k = 0; k < count; k++) parts += records[k]->size / CHECK_PART_BYTES + 1;
    check->parts = parts < INT32_MAX ? calloc((size_t)parts + 1, sizeof *check->parts) : NULL;
    check->errors = calloc((size_t)parallel_threads(), sizeof *check->errors);
    if (!check->parts || !check->errors) return false;
    for (int k = 0; k < count; k++) {
        uint64_t begin = 0;
        do {
            uint64_t left = records[k]->size - begin,
                     size = left < CHECK_PART_BYTES ? left : CHECK_PART_BYTES;
            check->parts[check->count++] = (CheckPart){.record = records[k], .begin = begin, .count = size};
            begin += size;
        } while (begin < records[k]->size);
    }
    return true;
}

/* PyTorch can be told to leave its checksums open (torch.serialization.set_crc32_options), and then none of them fits; where some
 * do, the others say that the file is damaged. */
static bool judge(const Tensors *tensors, const Check *check, int records, Error *err) {
    const Record *first = NULL;
    int wrong = 0;
    for (int k = 0; k < check->count;) {
        const Record *record = check->parts[k].record;
        uLong crc = 0;
        for (; k < check->count && check->parts[k].record == record; k++)
            crc = crc32_combine(crc, check->parts[k].crc, (z_off_t)check->parts[k].count);
        if ((uint32_t)crc == record->crc) continue;
        if (!first) first = record;
        wrong++;
    }
    if (wrong == 0 || (wrong == records && records > 1)) return true;
    return error_set(err, ERROR_FILE, "%s: is damaged: the checksum of its entry '%s' is wrong (%d of %d)",
                     tensors->label, first->name, wrong, records);
}

static bool run_check(const Tensors *tensors, const Record **records, Error *err) {
    Check check = {0};
    int count = list_records(tensors, records);
    bool good = make_parts(&check, records, count) || tensors_no_memory(tensors, err);
    if (good) parallel_for(check.count, 1, check_parts, &check);
    for (int k = 0; good && k < parallel_threads(); k++) {
        if (check.errors[k].kind != ERROR_NONE)
            good = error_set(err, check.errors[k].kind, "%s", check.errors[k].text);
    }
    good = good && judge(tensors, &check, count, err);
    free(check.parts);
    free(check.errors);
    return good;
}

bool tensors_check_records(const Tensors *tensors, Error *err) {
    const Record **records = calloc((size_t)tensors->count + 1, sizeof(const Record *));
    bool good = records ? run_check(tensors, records, err) : tensors_no_memory(tensors, err);
    free(records);
    return good;
}
