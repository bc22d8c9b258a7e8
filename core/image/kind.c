#include "core/image/kind.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/signature.h"

enum { BMP_INFO_SIZE = 14, SAFETENSORS_BRACE = 8 };

static uint32_t read_le32(const uint8_t *bytes) {
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

static bool begins_with(const uint8_t *bytes, size_t size, const char *text) {
    size_t length = strlen(text);
    return size >= length && memcmp(bytes, text, length) == 0;
}

/* Two letters prove nothing: the header behind them must have one of the lengths that exist. */
static bool is_bmp(const uint8_t *bytes, size_t size) {
    static const uint32_t lengths[] = {12, 40, 52, 56, 64, 108, 124};
    if (!begins_with(bytes, size, "BM") || size < BMP_INFO_SIZE + 4) return false;
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++)
        if (read_le32(bytes + BMP_INFO_SIZE) == lengths[k]) return true;
    return false;
}

static bool is_pnm(const uint8_t *bytes, size_t size) {
    return size >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
           (bytes[2] == '#' || strchr(" \t\n\v\f\r", bytes[2])) && bytes[2] != '\0';
}

ImageKind image_kind(const uint8_t *bytes, size_t size) {
    if (begins_with(bytes, size, "\x89PNG\r\n\x1a\n")) return IMAGE_KIND_PNG;
    if (begins_with(bytes, size, "\xff\xd8\xff")) return IMAGE_KIND_JPEG;
    if (size >= 12 && begins_with(bytes, size, "RIFF") && memcmp(bytes + 8, "WEBP", 4) == 0)
        return IMAGE_KIND_WEBP;
    if (begins_with(bytes, size, "GIF87a") || begins_with(bytes, size, "GIF89a")) return IMAGE_KIND_GIF;
    if (is_bmp(bytes, size)) return IMAGE_KIND_BMP;
    if (is_pnm(bytes, size)) return IMAGE_KIND_PNM;
    return IMAGE_KIND_NONE;
}

const char *image_kind_name(ImageKind kind) {
    static const char *const names[] = {
        [IMAGE_KIND_NONE] = "no picture", [IMAGE_KIND_PNG] = "PNG", [IMAGE_KIND_JPEG] = "JPEG",
        [IMAGE_KIND_WEBP] = "WebP",       [IMAGE_KIND_GIF] = "GIF", [IMAGE_KIND_BMP] = "BMP",
        [IMAGE_KIND_PNM] = "PNM"};
    return names[kind];
}

#define AS_PNG(program) "make a PNG of it first, for example with " program
#define ARE_WEIGHTS     "these are weights, which --weights takes"

/* The names of what is not read, and what helps, in the same order. */
static const Signature signatures[] = {
    {.bytes = "II*\0", .size = 4, .name = "a TIFF"},
    {.bytes = "MM\0*", .size = 4, .name = "a TIFF"},
    {.bytes = "II+\0", .size = 4, .name = "a TIFF"},
    {.bytes = "MM\0+", .size = 4, .name = "a TIFF"},
    {.offset = 4, .bytes = "ftyphei", .size = 7, .name = "a HEIC"},
    {.offset = 4, .bytes = "ftyphev", .size = 7, .name = "a HEIC"},
    {.offset = 4, .bytes = "ftypmif", .size = 7, .name = "a HEIC"},
    {.offset = 4, .bytes = "ftypmsf", .size = 7, .name = "a HEIC"},
    {.offset = 4, .bytes = "ftypavi", .size = 7, .name = "an AVIF"},
    {.offset = 4, .bytes = "JXL \r\n\x87\n", .size = 8, .name = "a JPEG XL"},
    {.bytes = "\xff\x0a", .size = 2, .name = "a JPEG XL"},
    {.offset = 4, .bytes = "jP  \r\n\x87\n", .size = 8, .name = "a JPEG 2000"},
    {.bytes = "\xff\x4f\xff\x51", .size = 4, .name = "a JPEG 2000"},
    {.offset = 4, .bytes = "ftyp", .size = 4, .name = "a film"},
    {.bytes = "\x1a\x45\xdf\xa3", .size = 4, .name = "a film"},
    {.bytes = "8BPS", .size = 4, .name = "a Photoshop file"},
    {.bytes = "qoif", .size = 4, .name = "a QOI"},
    {.bytes = "v/1\1", .size = 4, .name = "an OpenEXR"},
    {.bytes = "#?RADIANCE", .size = 10, .name = "a Radiance HDR"},
    {.bytes = "DDS ", .size = 4, .name = "a DDS"},
    {.bytes = "PF\n", .size = 3, .name = "a PFM"},
    {.bytes = "Pf\n", .size = 3, .name = "a PFM"},
    {.bytes = "P7\n", .size = 3, .name = "a PAM"},
    {.bytes = "\0\0\1\0", .size = 4, .name = "an icon"},
    {.bytes = "%PDF", .size = 4, .name = "a PDF"},
    {.bytes = "<svg", .size = 4, .name = "an SVG"},
    {.bytes = "<?xml", .size = 5, .name = "an XML file"},
    {.bytes = "<!DOC", .size = 5, .name = "a web page"},
    {.bytes = "<!doc", .size = 5, .name = "a web page"},
    {.bytes = "<html", .size = 5, .name = "a web page"},
    {.bytes = "version https://git-lfs", .size = 23, .name = "a Git LFS pointer"},
    {.bytes = "\x93NUMPY", .size = 6, .name = "a NumPy array"},
    {.bytes = "PK\3\4", .size = 4, .name = "a zip archive"},
    {.bytes = "\x80\2", .size = 2, .name = "a PyTorch checkpoint"},
    {.bytes = "GGUF", .size = 4, .name = "a GGUF"},
    {.bytes = "\x89HDF\r\n\x1a\n", .size = 8, .name = "an HDF5 file"},
    {.bytes = "\x1f\x8b", .size = 2, .name = "a gzip file"},
};

typedef struct Advice {
    const char *name, *text;
    bool is_picture;
} Advice;

static const Advice advices[] = {
    {"a TIFF", AS_PNG("ImageMagick: convert in.tiff out.png"), true},
    {"a HEIC", AS_PNG("libheif: heif-convert in.heic out.png"), true},
    {"an AVIF", AS_PNG("libavif: avifdec in.avif out.png"), true},
    {"a JPEG XL", AS_PNG("libjxl: djxl in.jxl out.png"), true},
    {"a JPEG 2000", AS_PNG("OpenJPEG: opj_decompress -i in.jp2 -o out.png"), true},
    {"a film", AS_PNG("ffmpeg: ffmpeg -i in.mp4 -frames:v 1 out.png"), true},
    {"a Photoshop file", AS_PNG("ImageMagick: convert 'in.psd[0]' out.png"), true},
    {"a QOI", AS_PNG("ffmpeg: ffmpeg -i in.qoi out.png"), true},
    {"an OpenEXR", AS_PNG("ImageMagick: convert in.exr out.png"), true},
    {"a Radiance HDR", AS_PNG("ImageMagick: convert in.hdr out.png"), true},
    {"a DDS", AS_PNG("ImageMagick: convert in.dds out.png"), true},
    {"a PFM", AS_PNG("ImageMagick: convert in.pfm out.png"), true},
    {"a PAM", AS_PNG("Netpbm: pamtopng in.pam >out.png"), true},
    {"an icon", AS_PNG("ImageMagick: convert 'in.ico[0]' out.png"), true},
    {"a PDF", AS_PNG("Poppler: pdftoppm -png -singlefile in.pdf out"), true},
    {"an SVG", AS_PNG("librsvg: rsvg-convert in.svg >out.png"), true},
    {"a web page", "the link led to a page about the picture: save the picture itself", false},
    {"a Git LFS pointer", "run git lfs pull", false},
    {"a NumPy array", "--input takes numbers that are normalised already", false},
    {"a zip archive", "unpack it; if it is a PyTorch checkpoint, --weights takes it", false},
    {"a PyTorch checkpoint", ARE_WEIGHTS, false},
    {"a safetensors file", ARE_WEIGHTS, false},
    {"a GGUF", "these are weights", false},
    {"an HDF5 file", "it holds data or weights", false},
    {"a gzip file", "unpack it with gunzip", false},
};

/* A length of eight bytes, then JSON. */
static bool is_safetensors(const uint8_t *bytes, size_t size) {
    return size > SAFETENSORS_BRACE && bytes[SAFETENSORS_BRACE] == '{' && bytes[6] == 0 && bytes[7] == 0;
}

ImageStranger image_stranger(const uint8_t *bytes, size_t size) {
    ImageStranger stranger = {.name = "something else", .advice = ""};
    const char *name = size == 0
                           ? "an empty file"
                           : signature_name(signatures, sizeof signatures / sizeof *signatures, bytes, size);
    if (!name && is_safetensors(bytes, size)) name = "a safetensors file";
    if (name) stranger.name = name;
    for (size_t k = 0; name && k < sizeof advices / sizeof *advices; k++)
        if (strcmp(advices[k].name, name) == 0) {
            stranger.advice = advices[k].text;
            stranger.is_picture = advices[k].is_picture;
        }
    return stranger;
}
