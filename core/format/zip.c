#include "core/format/zip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/format/little.h"

enum {
    ZIP_END_BYTES = 22,     /* end of central directory */
    ZIP_END64_BYTES = 56,   /* the same with 64 bits */
    ZIP_LOCATOR_BYTES = 20, /* which says where that is */
    ZIP_CENTRAL_BYTES = 46, /* an entry of the directory, without its name */
    ZIP_LOCAL_BYTES = 30,   /* the header before an entry's data, without its name */
    ZIP_NAME_MAX = 512,     /* bytes */
    ZIP_ENTRY_MAX = 200000, /* PyTorch writes one entry for each storage */
    ZIP_DIRECTORY_MAX = 1 << 26,
    ZIP_ENCRYPTED = 1, /* bits of the flags */
    ZIP_DEFLATE_LEVEL = 2 | 4,
    ZIP_SIZES_FOLLOW = 8,
    ZIP_UTF8 = 1 << 11,
    ZIP_STORED = 0, /* methods */
    ZIP_DEFLATED = 8,
    ZIP_DEFLATE_TIMES = 1032, /* at most so many bytes from one: zlib, "Maximum Compression Factor" */
    ZIP_CHUNK_BYTES = 1 << 16
};

/* Where the directory is. */
typedef struct Directory {
    uint64_t begin, size, count;
    uint64_t end; /* where the end records begin */
} Directory;

static bool broken(const Source *source, const char *problem, Error *err) {
    return error_set(err, ERROR_FILE,
                     "%s: is a damaged zip archive: %s; get the file again, or save it again", source->label,
                     problem);
}

static bool broken_entry(const Source *source, const char *name, const char *problem, Error *err) {
    return error_set(err, ERROR_FILE,
                     "%s: is a damaged zip archive: its entry '%s' %s; get the file again, or save it again",
                     source->label, name, problem);
}

/* A 32-bit field is 2^32 - 1, or 2^16 - 1 where it has 16, when the 64-bit record holds the number; otherwise both must
 * agree. */
static bool agrees(uint64_t small, uint64_t limit, uint64_t large) {
    return small == limit || small == large;
}

static bool read_end64(Directory *directory, const Source *source, const uint8_t *end, const uint8_t *locator,
                       Error *err) {
    uint8_t record[ZIP_END64_BYTES];
    uint64_t at = little_64(locator + 8), limit = source->size - ZIP_END_BYTES - ZIP_LOCATOR_BYTES;
    if (little_32(locator + 4) != 0 || little_32(locator + 16) > 1)
        return broken(source, "it is one of several parts", err);
    if (at > limit || limit - at < sizeof record)
        return broken(source, "its 64-bit end record is not where it should be", err);
    if (!source_read(source, at, record, sizeof record, err)) return false;
    if (memcmp(record, "PK\6\6", 4) != 0 || little_64(record + 4) != limit - at - 12)
        return broken(source, "its 64-bit end record is not where it should be", err);
    directory->count = little_64(record + 32);
    directory->size = little_64(record + 40);
    directory->begin = little_64(record + 48);
    directory->end = at;
    bool same = agrees(little_16(end + 10), UINT16_MAX, directory->count) &&
                agrees(little_32(end + 12), UINT32_MAX, directory->size) &&
                agrees(little_32(end + 16), UINT32_MAX, directory->begin) &&
                little_64(record + 24) == directory->count && little_32(record + 16) == 0 &&
                little_32(record + 20) == 0;
    return same || broken(source, "its two end records disagree", err);
}

static bool find_directory(Directory *directory, const Source *source, Error *err) {
    uint8_t tail[ZIP_LOCATOR_BYTES + ZIP_END_BYTES] = {0};
    size_t count = source->size < sizeof tail ? (size_t)source->size : sizeof tail;
    uint8_t *end = tail + sizeof tail - ZIP_END_BYTES;
    if (count < ZIP_END_BYTES) return broken(source, "it has no end record: it is cut off", err);
    if (!source_read(source, source->size - count, tail + sizeof tail - count, count, err)) return false;
    if (memcmp(end, "PK\5\6", 4) != 0 || little_16(end + 20) != 0)
        return broken(source, "it does not end with an end record: it is cut off, or something follows", err);
    if (memcmp(tail, "PK\6\7", 4) == 0) {
        if (!read_end64(directory, source, end, tail, err)) return false;
    } else {
        *directory = (Directory){.begin = little_32(end + 16),
                                 .size = little_32(end + 12),
                                 .count = little_16(end + 10),
                                 .end = source->size - ZIP_END_BYTES};
        if (little_16(end + 8) != directory->count) return broken(source, "it is one of several parts", err);
    }
    if (little_16(end + 4) != 0 && little_16(end + 4) != UINT16_MAX)
        return broken(source, "it is one of several parts", err);
    if (directory->begin > directory->end || directory->size != directory->end - directory->begin)
        return broken(source, "its directory does not end where its end record begins", err);
    if (directory->count > ZIP_ENTRY_MAX || directory->size > ZIP_DIRECTORY_MAX)
        return broken(source, "its directory is absurdly large", err);
    return true;
}

/* The field of the extra fields that has 64-bit numbers, and its length; NULL when there is none. */
static const uint8_t *find_wide(const uint8_t *extra, size_t length, size_t *found) {
    while (length >= 4) {
        size_t field = little_16(extra + 2);
        if (field > length - 4) return NULL;
        *found = field;
        if (little_16(extra) == 1) return extra + 4;
        extra += 4 + field;
        length -= 4 + field;
    }
    return NULL;
}

/* Numbers that do not fit 32 bits stand in that field, those of them that need it, in this order. */
static bool read_extra(ZipEntry *entry, const uint8_t *extra, size_t length) {
    uint64_t *const numbers[] = {&entry->size, &entry->stored, &entry->header};
    size_t left = 0;
    const uint8_t *wide = find_wide(extra, length, &left);
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        if (*numbers[k] != UINT32_MAX) continue;
        if (!wide || left < 8) return false;
        *numbers[k] = little_64(wide);
        wide += 8;
        left -= 8;
    }
    return true;
}

static bool check_method(const Source *source, const ZipEntry *entry, const uint8_t *central, Error *err) {
    unsigned method = little_16(central + 10), flags = little_16(central + 8);
    if (flags & ZIP_ENCRYPTED) return broken_entry(source, entry->name, "is encrypted", err);
    if (flags & ~(unsigned)(ZIP_DEFLATE_LEVEL | ZIP_SIZES_FOLLOW | ZIP_UTF8))
        return broken_entry(source, entry->name, "has flags that nothing here knows", err);
    if (method != ZIP_STORED && method != ZIP_DEFLATED)
        return broken_entry(source, entry->name, "is compressed by another method than deflate", err);
    if (method == ZIP_STORED && entry->stored != entry->size)
        return broken_entry(source, entry->name, "is stored in another size than its own", err);
    if (method == ZIP_DEFLATED && entry->size / ZIP_DEFLATE_TIMES > entry->stored)
        return broken_entry(source, entry->name, "claims to be larger than its data can be", err);
    return true;
}

/* One entry of the directory; *at moves to the next. */
static bool read_central(ZipEntry *entry, const Zip *zip, const uint8_t **at, const uint8_t *end,
                         Arena *arena, Error *err) {
    const uint8_t *central = *at;
    size_t left = (size_t)(end - central);
    if (left < ZIP_CENTRAL_BYTES || memcmp(central, "PK\1\2", 4) != 0)
        return broken(zip->source, "its directory has fewer entries than it says", err);
    size_t name = little_16(central + 28), extra = little_16(central + 30), note = little_16(central + 32);
    if (name + extra + note > left - ZIP_CENTRAL_BYTES)
        return broken(zip->source, "an entry of its directory is cut off", err);
    if (name == 0 || name > ZIP_NAME_MAX || memchr(central + ZIP_CENTRAL_BYTES, 0, name))
        return broken(zip->source, "an entry of its directory has no name, or an absurd one", err);
    char *copy = arena_alloc(arena, name + 1, 1);
    if (!copy) return error_set(err, ERROR_FAILED, "%s: not enough memory", zip->source->label);
    memcpy(copy, central + ZIP_CENTRAL_BYTES, name);
    *entry = (ZipEntry){.name = copy,
                        .header = little_32(central + 42),
                        .stored = little_32(central + 20),
                        .size = little_32(central + 24),
                        .crc = little_32(central + 16),
                        .deflated = little_16(central + 10) == ZIP_DEFLATED};
    if (little_16(central + 34) != 0 || !read_extra(entry, central + ZIP_CENTRAL_BYTES + name, extra))
        return broken_entry(zip->source, copy, "has sizes that cannot be read", err);
    *at += ZIP_CENTRAL_BYTES + name + extra + note;
    return check_method(zip->source, entry, central, err);
}

/* The header before the data: its sizes and checksum may be left open where they follow the data. */
static bool check_local(const Zip *zip, ZipEntry *entry, uint64_t directory, Error *err) {
    uint8_t local[ZIP_LOCAL_BYTES + ZIP_NAME_MAX];
    size_t length = strlen(entry->name);
    if (entry->header > directory || directory - entry->header < ZIP_LOCAL_BYTES + length)
        return broken_entry(zip->source, entry->name, "begins outside of it", err);
    if (!source_read(zip->source, entry->header, local, ZIP_LOCAL_BYTES + length, err)) return false;
    if (memcmp(local, "PK\3\4", 4) != 0)
        return broken_entry(zip->source, entry->name, "has no header of its own", err);
    uint32_t crc = little_32(local + 14), stored = little_32(local + 18), size = little_32(local + 22);
    bool open = little_16(local + 6) & ZIP_SIZES_FOLLOW;
    bool same = little_16(local + 26) == length &&
                memcmp(local + ZIP_LOCAL_BYTES, entry->name, length) == 0 &&
                little_16(local + 8) == (entry->deflated ? ZIP_DEFLATED : ZIP_STORED) &&
                !(little_16(local + 6) & ZIP_ENCRYPTED);
    same = same && ((open && crc == 0) || crc == entry->crc) &&
           ((open && stored == 0) || agrees(stored, UINT32_MAX, entry->stored)) &&
           ((open && size == 0) || agrees(size, UINT32_MAX, entry->size));
    if (!same) return broken_entry(zip->source, entry->name, "is another one by its own header", err);
    entry->begin = entry->header + ZIP_LOCAL_BYTES + length + little_16(local + 28);
    if (entry->begin > directory || entry->stored > directory - entry->begin)
        return broken_entry(zip->source, entry->name, "reaches into the directory", err);
    return true;
}

static int by_place(const void *a, const void *b) {
    const ZipEntry *x = a, *y = b;
    return x->header < y->header ? -1 : x->header > y->header;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const ZipEntry *)a)->name, ((const ZipEntry *)b)->name);
}

static bool check_entries(Zip *zip, uint64_t directory, Error *err) {
    size_t count = (size_t)zip->count;
    for (size_t k = 0; k < count; k++) {
        if (!check_local(zip, &zip->entries[k], directory, err)) return false;
    }
    qsort(zip->entries, count, sizeof *zip->entries, by_place);
    for (size_t k = 1; k < count; k++) {
        const ZipEntry *before = &zip->entries[k - 1];
        if (before->begin + before->stored > zip->entries[k].header)
            return broken_entry(zip->source, zip->entries[k].name, "overlaps another one", err);
    }
    qsort(zip->entries, count, sizeof *zip->entries, by_name);
    for (size_t k = 1; k < count; k++) {
        if (strcmp(zip->entries[k - 1].name, zip->entries[k].name) == 0)
            return broken_entry(zip->source, zip->entries[k].name, "appears twice", err);
    }
    return true;
}

static bool read_directory(Zip *zip, const Directory *directory, const uint8_t *bytes, Arena *arena,
                           Error *err) {
    const uint8_t *at = bytes, *end = bytes + directory->size;
    for (uint64_t k = 0; k < directory->count; k++) {
        if (!read_central(&zip->entries[zip->count], zip, &at, end, arena, err)) return false;
        zip->count++;
    }
    if (at != end) return broken(zip->source, "its directory has more entries than it says", err);
    return check_entries(zip, directory->begin, err);
}

bool zip_open(Zip *zip, const Source *source, Arena *arena, Error *err) {
    Directory directory = {0};
    *zip = (Zip){.source = source};
    if (!find_directory(&directory, source, err)) return false;
    zip->entries = arena_alloc(arena, (size_t)directory.count, sizeof *zip->entries);
    uint8_t *bytes = malloc((size_t)directory.size + 1);
    bool good = zip->entries && bytes;
    if (!good) error_set(err, ERROR_FAILED, "%s: not enough memory", source->label);
    good = good && source_read(source, directory.begin, bytes, (size_t)directory.size, err) &&
           read_directory(zip, &directory, bytes, arena, err);
    free(bytes);
    return good;
}

static int compare_name(const void *name, const void *entry) {
    return strcmp(name, ((const ZipEntry *)entry)->name);
}

const ZipEntry *zip_find(const Zip *zip, const char *name) {
    if (zip->count == 0) return NULL;
    return bsearch(name, zip->entries, (size_t)zip->count, sizeof *zip->entries, compare_name);
}

/* As much of the output as zlib counts at once. */
static void offer_room(z_stream *stream, uint8_t *out, uint64_t size) {
    uint64_t left = size - stream->total_out;
    stream->next_out = out + stream->total_out;
    stream->avail_out = left < UINT32_MAX ? (uInt)left : UINT32_MAX;
}

/* True once the stream has ended with its output full and its input used up. */
static bool inflate_all(z_stream *stream, const Source *source, const ZipEntry *entry, uint8_t *out,
                        Error *err) {
    uint8_t chunk[ZIP_CHUNK_BYTES];
    uint64_t done = 0;
    int state = Z_OK;
    while (state == Z_OK) {
        if (stream->avail_in == 0 && done < entry->stored) {
            size_t now = entry->stored - done < sizeof chunk ? (size_t)(entry->stored - done) : sizeof chunk;
            if (!source_read(source, entry->begin + done, chunk, now, err)) return false;
            done += now;
            stream->next_in = chunk;
            stream->avail_in = (uInt)now;
        }
        offer_room(stream, out, entry->size);
        state = inflate(stream, Z_NO_FLUSH);
    }
    if (state == Z_STREAM_END && stream->total_out == entry->size && done == entry->stored &&
        stream->avail_in == 0)
        return true;
    return broken_entry(source, entry->name, "does not inflate to what it should", err);
}

bool zip_read(const Source *source, const ZipEntry *entry, uint8_t *out, Error *err) {
    if (!entry->deflated) return source_read(source, entry->begin, out, (size_t)entry->size, err);
    z_stream stream = {0};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return error_set(err, ERROR_FAILED, "%s: not enough memory", source->label);
    bool good = inflate_all(&stream, source, entry, out, err);
    inflateEnd(&stream);
    return good;
}
