#include "tests/support/zip_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void add_le16(Bytes *bytes, size_t value) {
    bytes_add_u8(bytes, (int)(value & 255));
    bytes_add_u8(bytes, (int)(value >> 8 & 255));
}

static void add_le32(Bytes *bytes, size_t value) {
    add_le16(bytes, value & 0xFFFF);
    add_le16(bytes, value >> 16 & 0xFFFF);
}

ZipFileEntry *zip_file_add(ZipFile *file, const char *name, const void *data, size_t size) {
    assert(file->count < ZIP_FILE_ENTRIES);
    ZipFileEntry *entry = &file->entries[file->count++];
    *entry = (ZipFileEntry){.name = name, .size = size};
    bytes_add(&entry->data, data, size);
    entry->crc = (uint32_t)crc32_z(0, entry->data.data, size);
    return entry;
}

void zip_file_deflate(ZipFileEntry *entry) {
    size_t room = entry->data.size + entry->data.size / 8 + 64;
    z_stream stream = {.next_in = entry->data.data, .avail_in = (uInt)entry->data.size};
    Bytes packed = {.data = malloc(room)};
    stream.next_out = packed.data;
    stream.avail_out = (uInt)room;
    assert(packed.data && deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    assert(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.size = stream.total_out;
    deflateEnd(&stream);
    bytes_free(&entry->data);
    entry->data = packed;
    entry->method = 8;
}

/* The fields that both headers have, in their order. */
static void add_common(Bytes *bytes, const ZipFileEntry *entry, const char *name) {
    add_le16(bytes, (size_t)entry->flags);
    add_le16(bytes, (size_t)entry->method);
    add_le32(bytes, 0); /* date */
    add_le32(bytes, entry->crc);
    add_le32(bytes, entry->data.size);
    add_le32(bytes, entry->size);
    add_le16(bytes, strlen(name));
    add_le16(bytes, 0); /* extra fields */
}

Bytes zip_file_bytes(ZipFile *file) {
    Bytes bytes = {0};
    for (int k = 0; k < file->count; k++) {
        ZipFileEntry *entry = &file->entries[k];
        const char *name = entry->local_name ? entry->local_name : entry->name;
        entry->place = bytes.size;
        bytes_add(&bytes, "PK\3\4\24\0", 6);
        add_common(&bytes, entry, name);
        bytes_add(&bytes, name, strlen(name));
        bytes_add(&bytes, entry->data.data, entry->data.size);
    }
    size_t directory = bytes.size;
    for (int k = 0; k < file->count; k++) {
        const ZipFileEntry *entry = &file->entries[k];
        bytes_add(&bytes, "PK\1\2\24\0\24\0", 8);
        add_common(&bytes, entry, entry->name);
        bytes_add_zeros(&bytes, 10); /* comment, disk, attributes */
        add_le32(&bytes, entry->place);
        bytes_add(&bytes, entry->name, strlen(entry->name));
    }
    size_t length = bytes.size - directory;
    bytes_add(&bytes, "PK\5\6\0\0\0\0", 8);
    add_le16(&bytes, (size_t)file->count);
    add_le16(&bytes, (size_t)file->count);
    add_le32(&bytes, length);
    add_le32(&bytes, directory);
    add_le16(&bytes, 0); /* comment */
    return bytes;
}

void zip_file_free(ZipFile *file) {
    for (int k = 0; k < file->count; k++) bytes_free(&file->entries[k].data);
    *file = (ZipFile){0};
}
