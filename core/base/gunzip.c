#include "core/base/gunzip.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/file.h"

enum {
    GUNZIP_PIECE = 1 << 18, /* bytes read from the file at a time */
    GUNZIP_WINDOW = 15 + 16 /* zlib: the largest window, and a gzip header and trailer around */
};

struct Gunzip {
    File file; /* cleared when the bytes lie in memory */
    char *label;
    uint64_t size, at; /* of what is compressed; the first byte that has not been handed to zlib */
    const uint8_t *memory;
    uint8_t *piece; /* of the file */
    z_stream stream;
    bool compressed, inflating, ended;
};

static bool no_memory(const char *label, Error *err) {
    return error_set(err, ERROR_FAILED, "%s: not enough memory to read it", label);
}

/* The next piece becomes zlib's input; none is left when the input stays empty. */
static bool feed(Gunzip *gunzip, Error *err) {
    uint64_t left = gunzip->size - gunzip->at;
    size_t count = left < GUNZIP_PIECE ? (size_t)left : GUNZIP_PIECE;
    if (gunzip->stream.avail_in > 0 || count == 0) return true;
    if (!gunzip->memory && !file_read_at(&gunzip->file, gunzip->at, gunzip->piece, count, err)) return false;
    /* zlib never writes its input, but takes a pointer that would let it. */
    gunzip->stream.next_in =
        gunzip->memory ? (Bytef *)(uintptr_t)(gunzip->memory + gunzip->at) : gunzip->piece;
    gunzip->stream.avail_in = (uInt)count;
    gunzip->at += count;
    return true;
}

static bool begin(Gunzip *gunzip, Error *err) {
    if (!feed(gunzip, err)) return false;
    const z_stream *stream = &gunzip->stream;
    gunzip->compressed = stream->avail_in >= 2 && stream->next_in[0] == 0x1F && stream->next_in[1] == 0x8B;
    gunzip->inflating = gunzip->compressed && inflateInit2(&gunzip->stream, GUNZIP_WINDOW) == Z_OK;
    return gunzip->inflating == gunzip->compressed || no_memory(gunzip->label, err);
}

/* Takes the file. */
static Gunzip *make(File *file, const uint8_t *memory, uint64_t size, const char *label, Error *err) {
    Gunzip *gunzip = calloc(1, sizeof *gunzip);
    if (gunzip) {
        *gunzip = (Gunzip){.file = *file, .label = strdup(label), .size = size, .memory = memory};
        gunzip->piece = memory ? NULL : malloc(GUNZIP_PIECE);
        if (gunzip->label && (memory || gunzip->piece) && begin(gunzip, err)) return gunzip;
        if (!gunzip->label || (!memory && !gunzip->piece)) no_memory(label, err);
        gunzip_free(gunzip);
        return NULL;
    }
    file_close(file);
    no_memory(label, err);
    return NULL;
}

Gunzip *gunzip_file(const char *path, Error *err) {
    File file;
    if (!file_open(&file, path, err)) return NULL;
    return make(&file, NULL, file.size, path, err);
}

Gunzip *gunzip_memory(const void *bytes, size_t size, const char *label, Error *err) {
    File none = {.fd = -1};
    return make(&none, bytes, size, label, err);
}

void gunzip_free(Gunzip *gunzip) {
    if (!gunzip) return;
    if (gunzip->inflating) inflateEnd(&gunzip->stream);
    if (!gunzip->memory) file_close(&gunzip->file);
    free(gunzip->piece);
    free(gunzip->label);
    free(gunzip);
}

const char *gunzip_label(const Gunzip *gunzip) {
    return gunzip->label;
}

/* Z_BUF_ERROR: zlib wants more where there is no more. */
static bool refuse(const Gunzip *gunzip, int result, Error *err) {
    uint64_t used = gunzip->at - gunzip->stream.avail_in;
    if (result == Z_BUF_ERROR)
        return error_set(err, ERROR_FILE,
                         "%s: is cut off: it ends after %llu bytes in the middle of compressed data",
                         gunzip->label, (unsigned long long)used);
    return error_set(err, ERROR_FILE, "%s: is damaged: what is compressed is wrong before byte %llu (%s)",
                     gunzip->label, (unsigned long long)used,
                     gunzip->stream.msg ? gunzip->stream.msg : "no gzip data");
}

/* A member has ended: another one follows when its first bytes do; whatever else follows (zeros of a tape block) is
 * left alone, as by gunzip. */
static bool next_member(Gunzip *gunzip, Error *err) {
    if (!feed(gunzip, err)) return false;
    gunzip->ended = gunzip->stream.avail_in == 0 || gunzip->stream.next_in[0] != 0x1F;
    return gunzip->ended || inflateReset(&gunzip->stream) == Z_OK || refuse(gunzip, Z_STREAM_ERROR, err);
}

static bool inflate_some(Gunzip *gunzip, Error *err) {
    if (!feed(gunzip, err)) return false;
    int result = inflate(&gunzip->stream, Z_NO_FLUSH);
    if (result == Z_STREAM_END) return next_member(gunzip, err);
    if (result == Z_MEM_ERROR) return no_memory(gunzip->label, err);
    return result == Z_OK || refuse(gunzip, result, err);
}

static bool copy_some(Gunzip *gunzip, Error *err) {
    z_stream *stream = &gunzip->stream;
    if (!feed(gunzip, err)) return false;
    uInt count = stream->avail_in < stream->avail_out ? stream->avail_in : stream->avail_out;
    gunzip->ended = stream->avail_in == 0;
    if (count) memcpy(stream->next_out, stream->next_in, count);
    stream->next_in += count;
    stream->next_out += count;
    stream->avail_in -= count;
    stream->avail_out -= count;
    return true;
}

bool gunzip_read(Gunzip *gunzip, void *out, size_t count, size_t *got, Error *err) {
    *got = 0;
    while (*got < count && !gunzip->ended) {
        size_t wanted = count - *got;
        uInt room = wanted < INT_MAX ? (uInt)wanted : INT_MAX;
        gunzip->stream.next_out = (Bytef *)out + *got;
        gunzip->stream.avail_out = room;
        if (!(gunzip->compressed ? inflate_some : copy_some)(gunzip, err)) return false;
        *got += room - gunzip->stream.avail_out;
    }
    return true;
}
