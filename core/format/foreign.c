#include "core/format/foreign.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/signature.h"

#define BEGINS(text, what)                                                                                   \
    { .bytes = text, .size = sizeof(text) - 1, .name = what }
#define HAS(place, text, what)                                                                               \
    { .offset = place, .bytes = text, .size = sizeof(text) - 1, .name = what }

#define PICKLE                                                                                               \
    "a Python pickle that torch.save did not write: load it in Python, where you trust it, and save its "    \
    "tensors "                                                                                               \
    "with torch.save"
#define WEB_PAGE "a web page: the download went wrong, perhaps for want of a login"

static const Signature signatures[] = {
    BEGINS("PK\3\4", "a zip archive, perhaps a checkpoint of PyTorch"),
    BEGINS("\x80\2\x8a\x0a", "a checkpoint of PyTorch before 1.6"),
    BEGINS("\x80\2", PICKLE),
    BEGINS("\x80\3", PICKLE),
    BEGINS("\x80\4", PICKLE),
    BEGINS("\x80\5", PICKLE),
    BEGINS("\x89HDF",
           "an HDF5 file, perhaps of Keras, which is not read: load it in Python and save its tensors with "
           "safetensors"),
    BEGINS("GGUF", "a GGUF file of llama.cpp, which is not read: get the same model as safetensors"),
    BEGINS("ggml", "a GGML file of llama.cpp, which is not read: get the same model as safetensors"),
    HAS(4, "TFL3", "a TensorFlow Lite model, which is not read: start from the weights it was made of"),
    HAS(4, "ET12", "an ExecuTorch program, which is not read: start from the weights it was made of"),
    BEGINS("\x93NUMPY", "a NumPy array (.npy): one array is no network, but it can be an input"),
    BEGINS("MATLAB 5.0",
           "a MATLAB file, which is not read: load it in Python (scipy.io.loadmat) and save its tensors with "
           "safetensors"),
    BEGINS("version https://git-lfs", "a Git LFS pointer, not the file it stands for: run git lfs pull"),
    HAS(257, "ustar",
        "a tar archive: unpack it first (tar xf FILE); if PyTorch before 0.1.10 wrote it, load it there and "
        "save it again"),
    BEGINS("\x1f\x8b", "a gzip file: unpack it first (gunzip FILE, or tar xzf FILE)"),
    BEGINS("7z\xbc\xaf", "a 7z archive: unpack it first (7z x FILE)"),
    BEGINS("Rar!", "a RAR archive: unpack it first"),
    BEGINS("\xfd"
           "7zXZ",
           "an xz file: unpack it first (unxz FILE, or tar xJf FILE)"),
    BEGINS("\x28\xb5\x2f\xfd", "a Zstandard file: unpack it first (unzstd FILE)"),
    BEGINS("BZh", "a bzip2 file: unpack it first (bunzip2 FILE)"),
    BEGINS("PK\5\6", "an empty zip archive"),
    BEGINS("<!DOC", WEB_PAGE),
    BEGINS("<!doc", WEB_PAGE),
    BEGINS("<html", WEB_PAGE),
    BEGINS("<HTML", WEB_PAGE),
    BEGINS("<?xml", "an XML file"),
    BEGINS("<svg", "an SVG drawing"),
    BEGINS("\x89PNG", "a PNG picture"),
    BEGINS("\xff\xd8\xff", "a JPEG picture"),
    BEGINS("GIF8", "a GIF picture"),
    HAS(8, "WEBP", "a WebP picture"),
    HAS(8, "WAVE", "a WAVE sound"),
    BEGINS("II*\0", "a TIFF picture"),
    BEGINS("MM\0*", "a TIFF picture"),
    HAS(4, "ftypheic", "a HEIC picture"),
    HAS(4, "ftypheix", "a HEIC picture"),
    HAS(4, "ftypmif1", "a HEIF picture"),
    HAS(4, "ftypavif", "an AVIF picture"),
    HAS(4, "ftyp", "a film"),
    BEGINS("P5\n", "a PGM picture"),
    BEGINS("P6\n", "a PPM picture"),
    BEGINS("%PDF", "a PDF document"),
    BEGINS("\x7f"
           "ELF",
           "a program"),
    BEGINS("#!", "a script"),
    BEGINS("{", "a JSON file"),
};

/* An ONNX file is a protocol buffer, which has no signature: its first field is its version, the second the name of the program
 * that wrote it, or the next ones the graph. TensorFlow's saved model has version 1 and a graph. */
static const char *describe_protobuf(const uint8_t *first, size_t count) {
    if (count < 4 || first[0] != 0x08 || first[1] == 0 || first[1] > 20) return NULL;
    bool named =
        first[2] == 0x12 && first[3] < 64 && count > 4u + first[3] && first[4] >= 'A' && first[4] <= 'z';
    if (named || first[2] == 0x3a || first[2] == 0x42)
        return "an ONNX model, which is not read: start from the PyTorch weights that it was exported from";
    if (first[1] == 1 && first[2] == 0x12)
        return "a saved model of TensorFlow, which is not read: load it in Python and save its tensors with "
               "safetensors";
    return NULL;
}

static bool is_bitmap(const uint8_t *first, size_t count) {
    return count >= 14 && memcmp(first, "BM", 2) == 0 && memcmp(first + 6, "\0\0\0\0", 4) == 0;
}

const char *foreign_describe(const uint8_t *first, size_t count) {
    const char *name = signature_name(signatures, sizeof signatures / sizeof *signatures, first, count);
    if (name) return name;
    if (is_bitmap(first, count)) return "a BMP picture";
    return describe_protobuf(first, count);
}
