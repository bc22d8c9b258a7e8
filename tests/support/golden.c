#include "tests/support/golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

const char *golden_kind_name(GoldenKind kind) {
    static const char *const names[GOLDEN_KIND_COUNT] = {"act", "grad", "param", "skip", "branch"};
    return names[kind];
}

static void read_bytes(FILE *file, void *into, size_t size) {
    if (fread(into, 1, size, file) != size) fail_msg("golden file ends early");
}

static unsigned read_u8(FILE *file) {
    unsigned char value;
    read_bytes(file, &value, 1);
    return value;
}

static uint32_t read_u32(FILE *file) {
    unsigned char b[4];
    read_bytes(file, b, sizeof b);
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static double read_f64(FILE *file) {
    uint64_t low = read_u32(file), bits = low | (uint64_t)read_u32(file) << 32;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void *table(uint32_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory || count > 1000000) fail_msg("golden file has an absurd count, %u", count);
    return memory;
}

static GoldenRecord read_record(FILE *file) {
    GoldenRecord r = {.kind = (GoldenKind)read_u8(file)};
    unsigned length = read_u8(file);
    if (r.kind >= GOLDEN_KIND_COUNT || length >= GOLDEN_NAME_MAX) fail_msg("golden record is damaged");
    read_bytes(file, r.name, length);
    r.count = read_u32(file);
    r.l2 = read_f64(file);
    r.max = read_f64(file);
    r.projection = read_f64(file);
    r.float32_error = read_f64(file);
    r.sample_count = r.count < GOLDEN_SAMPLES ? (int)r.count : GOLDEN_SAMPLES;
    for (int s = 0; s < r.sample_count; s++) r.samples[s] = read_f64(file);
    return r;
}

static GoldenKink read_kink(FILE *file) {
    GoldenKink kink;
    read_bytes(file, kink.op, sizeof kink.op);
    kink.at = read_u32(file);
    kink.value = read_f64(file);
    return kink;
}

static void read_head(FILE *file, Golden *golden) {
    char magic[8];
    read_bytes(file, magic, sizeof magic);
    if (memcmp(magic, "SKGOLD01", sizeof magic) != 0) fail_msg("not a golden file");
    read_bytes(file, golden->resnet.arch, ARCH_NAME_MAX);
    unsigned shortcut = read_u8(file);
    golden->resnet.shortcut = shortcut == '-' ? 0 : (char)shortcut;
    golden->pass.batch_statistics = read_u8(file) != 0;
    golden->resnet.stride_in_1x1 = read_u8(file) != 0;
    golden->pass.skip = (SkipMode)read_u8(file);
    golden->pass.batch = (int)read_u32(file);
    golden->salt = read_u32(file);
    if (golden->pass.batch > GOLDEN_BATCH_MAX) fail_msg("golden batch is too large");
}

Golden golden_load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("%s: cannot open (tests run in the project's top directory)", path);
    Golden golden = {0};
    read_head(file, &golden);
    uint32_t lesioned = read_u32(file), kinks = read_u32(file), records = read_u32(file);
    golden.lesioned = table(lesioned, sizeof *golden.lesioned);
    golden.kinks = table(kinks, sizeof *golden.kinks);
    golden.records = table(records, sizeof *golden.records);
    read_bytes(file, golden.lesioned, lesioned * sizeof *golden.lesioned);
    for (int n = 0; n < golden.pass.batch; n++) golden.targets[n] = (int)read_u32(file);
    for (uint32_t k = 0; k < kinks; k++) golden.kinks[k] = read_kink(file);
    for (uint32_t k = 0; k < records; k++) golden.records[k] = read_record(file);
    golden.lesioned_count = (int)lesioned;
    golden.kink_count = (int)kinks;
    golden.record_count = (int)records;
    if (fgetc(file) != EOF) fail_msg("%s: something follows the last record", path);
    fclose(file);
    return golden;
}

void golden_free(Golden *golden) {
    free(golden->lesioned);
    free(golden->kinks);
    free(golden->records);
}

static uint64_t labelled_seed(const char *what, const GoldenRecord *record) {
    char label[GOLDEN_NAME_MAX + 32];
    snprintf(label, sizeof label, "%s:%s:%s", what, golden_kind_name(record->kind), record->name);
    return fixture_seed(label, 0);
}

size_t golden_sample_position(const GoldenRecord *record, int s) {
    if (record->count <= GOLDEN_SAMPLES) return (size_t)s;
    if (s < 2) return s == 0 ? 0 : record->count - 1;
    return (size_t)(fixture_hash(labelled_seed("sample", record), (uint64_t)s - 2) % record->count);
}

uint64_t golden_sign_seed(const GoldenRecord *record) {
    return labelled_seed("sign", record);
}
