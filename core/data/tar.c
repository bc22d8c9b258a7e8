#include "core/data/tar.h"

#include <stdlib.h>
#include <string.h>

/* POSIX.1-1988 ustar: where the fields of a header lie in its block, and how long they are. */
enum {
    TAR_BLOCK = 512,
    NAME_AT = 0,
    NAME_LENGTH = 100,
    SIZE_AT = 124,
    SIZE_LENGTH = 12,
    CHECKSUM_AT = 148,
    CHECKSUM_LENGTH = 8,
    TYPE_AT = 156,
    MAGIC_AT = 257,
    PREFIX_AT = 345,
    PREFIX_LENGTH = 155,
    TAR_MEMBERS_MAX = 10000,
    TAR_PASS = 1 << 16, /* bytes passed over at a time */
};

/* Enough for any data set that is read here, and an end to what a small file can make of itself by compression. */
static const uint64_t TAR_BYTES_MAX = (uint64_t)8 << 30;

struct Tar {
    Gunzip *gunzip;
    uint64_t left, padding; /* of the member at hand: bytes not read yet, and zeros after them */
    uint64_t seen;          /* bytes of all members */
    int members;
    uint8_t pass[TAR_PASS];
};

Tar *tar_open(const char *path, Error *err) {
    Tar *tar = calloc(1, sizeof *tar);
    if (!tar) {
        error_set(err, ERROR_FAILED, "%s: not enough memory to read it", path);
        return NULL;
    }
    tar->gunzip = gunzip_file(path, err);
    if (tar->gunzip) return tar;
    tar_close(tar);
    return NULL;
}

void tar_close(Tar *tar) {
    if (!tar) return;
    gunzip_free(tar->gunzip);
    free(tar);
}

static const char *label_of(const Tar *tar) {
    return gunzip_label(tar->gunzip);
}

static bool read_all(Tar *tar, void *out, size_t count, Error *err) {
    size_t got;
    if (!gunzip_read(tar->gunzip, out, count, &got, err)) return false;
    return got == count ||
           error_set(err, ERROR_FILE, "%s: is cut off: the archive ends within a member", label_of(tar));
}

static bool pass_over(Tar *tar, uint64_t count, Error *err) {
    while (count > 0) {
        size_t piece = count < TAR_PASS ? (size_t)count : TAR_PASS;
        if (!read_all(tar, tar->pass, piece, err)) return false;
        count -= piece;
    }
    return true;
}

/* Octal digits between blanks and zeros; false for anything else, also for sizes of 8 GB and more, which GNU tar
 * writes in binary. */
static bool parse_octal(const uint8_t *field, int length, uint64_t *value) {
    int k = 0;
    *value = 0;
    while (k < length && field[k] == ' ') k++;
    for (; k < length && field[k] >= '0' && field[k] <= '7'; k++)
        *value = *value * 8 + (uint64_t)(field[k] - '0');
    return k == length || field[k] == ' ' || field[k] == '\0';
}

/* The sum of all bytes of the header, its own field taken as blanks. */
static bool check_sum(const uint8_t *block) {
    uint64_t noted, sum = 0;
    if (!parse_octal(block + CHECKSUM_AT, CHECKSUM_LENGTH, &noted)) return false;
    for (int k = 0; k < TAR_BLOCK; k++)
        sum += k >= CHECKSUM_AT && k < CHECKSUM_AT + CHECKSUM_LENGTH ? ' ' : block[k];
    return sum == noted;
}

static void read_name(char name[TAR_NAME_MAX], const uint8_t *block) {
    size_t prefix = memcmp(block + MAGIC_AT, "ustar\0", 6) == 0
                        ? strnlen((const char *)block + PREFIX_AT, PREFIX_LENGTH)
                        : 0,
           length = strnlen((const char *)block + NAME_AT, NAME_LENGTH);
    memcpy(name, block + PREFIX_AT, prefix);
    if (prefix) name[prefix++] = '/';
    memcpy(name + prefix, block + NAME_AT, length);
    name[prefix + length] = '\0';
}

static bool read_header(Tar *tar, const uint8_t *block, TarMember *member, Error *err) {
    if (memcmp(block + MAGIC_AT, "ustar", 5) != 0)
        return error_set(err, ERROR_FILE, "%s: expected a tar archive, found something else%s", label_of(tar),
                         tar->members ? " after its first members" : "");
    if (!check_sum(block))
        return error_set(err, ERROR_FILE, "%s: is damaged: the checksum of the header of member %d is wrong",
                         label_of(tar), tar->members + 1);
    read_name(member->name, block);
    if (!parse_octal(block + SIZE_AT, SIZE_LENGTH, &member->size) || member->size > TAR_BYTES_MAX - tar->seen)
        return error_set(err, ERROR_FILE,
                         "%s: its member %s makes it larger than any data set that is read here",
                         label_of(tar), member->name);
    uint8_t type = block[TYPE_AT];
    member->regular = type == '0' || type == '\0';
    /* Links, devices and folders have no bytes, whatever their size says. */
    if (type >= '1' && type <= '6') member->size = 0;
    if (++tar->members > TAR_MEMBERS_MAX)
        return error_set(err, ERROR_FILE, "%s: has more than %d members, a data set has ten", label_of(tar),
                         TAR_MEMBERS_MAX);
    tar->seen += member->size;
    tar->left = member->size;
    tar->padding = (TAR_BLOCK - member->size % TAR_BLOCK) % TAR_BLOCK;
    return true;
}

/* Two blocks of zeros are the end, one is taken for it as well; then the checksum of what was compressed. */
static bool finish(Tar *tar, Error *err) {
    size_t got;
    uint64_t after = 0;
    do {
        if (!gunzip_read(tar->gunzip, tar->pass, TAR_PASS, &got, err)) return false;
        after += got;
    } while (got == TAR_PASS && after <= TAR_BYTES_MAX);
    return true;
}

static bool is_zero(const uint8_t *block) {
    for (int k = 0; k < TAR_BLOCK; k++)
        if (block[k]) return false;
    return true;
}

bool tar_next(Tar *tar, TarMember *member, bool *more, Error *err) {
    uint8_t block[TAR_BLOCK];
    size_t got;
    *more = false;
    for (;;) {
        if (!pass_over(tar, tar->left + tar->padding, err)) return false;
        tar->left = tar->padding = 0;
        if (!gunzip_read(tar->gunzip, block, TAR_BLOCK, &got, err)) return false;
        if (got == 0 && tar->members) return true;
        if (got < TAR_BLOCK)
            return error_set(err, ERROR_FILE, "%s: expected a tar archive, found %s", label_of(tar),
                             tar->members ? "one that is cut off" : "something else");
        if (is_zero(block)) return finish(tar, err);
        if (!read_header(tar, block, member, err)) return false;
        /* pax headers and GNU tar's long names. */
        if (!strchr("xgLK", block[TYPE_AT]) || !block[TYPE_AT]) break;
    }
    *more = true;
    return true;
}

bool tar_read(Tar *tar, void *out, size_t count, Error *err) {
    if (!read_all(tar, out, count, err)) return false;
    tar->left -= count;
    return true;
}
