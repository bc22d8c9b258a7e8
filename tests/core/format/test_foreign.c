/* What holds no tensors is called what it is, whatever its name. */
#include "core/format/foreign.h"

#include <string.h>

#include "core/format/tensors.h"
#include "tests/support/assert_close.h"
#include "tests/support/zip_file.h"

static void assert_refused(const void *bytes, size_t size, const char *reason) {
    Error err = {0};
    assert_null(tensors_open_memory(bytes, size, "x.pth", NULL, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
    assert_null(strstr(err.text, "absurd"));
}

#define REFUSED(text, reason) assert_refused(text, sizeof(text) - 1, reason)

static void files_of_other_kinds_are_called_by_their_name(void **state) {
    (void)state;
    REFUSED("\x80\4\x95\x0a\x6c\xfc\x9c\x46\xf9\x20", "a Python pickle that torch.save did not write");
    REFUSED("\x1f\x8b\x08\0\0\0\0\0\0\0\0\0", "a gzip file: unpack it first");
    REFUSED("version https://git-lfs.github.com/spec/v1\n", "run git lfs pull");
    REFUSED("<!DOCTYPE html><html>", "a web page: the download went wrong");
    REFUSED("GGUF\3\0\0\0\0\0\0\0\0\0\0\0", "a GGUF file");
    REFUSED("\x89HDF\r\n\x1a\n\0\0\0\0\0\0\0\0", "an HDF5 file, perhaps of Keras");
    REFUSED("\x08\x08\x12\7pytorch\x1a\5"
            "2.1.0:",
            "an ONNX model");
    REFUSED("\x08\x09:\xc4\xd2\1\n", "an ONNX model");
    REFUSED("\x08\1\x12\xc4\xd2\1\n\0", "a saved model of TensorFlow");
    REFUSED("\x20\0\0\0TFL3\0\0\0\0", "a TensorFlow Lite model");
    REFUSED("\x93NUMPY\1\0v\0{'descr'", "a NumPy array");
    REFUSED("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture");
    REFUSED("\xff\xd8\xff\xe0\0\x10JFIF\0", "a JPEG picture");
    REFUSED("RIFF\x24\0\0\0WEBPVP8 ", "a WebP picture");
    REFUSED("GIF89a\1\0\1\0\0\0\0", "a GIF picture");
    REFUSED("II*\0\x08\0\0\0\0\0\0\0", "a TIFF picture");
    REFUSED("\0\0\0\x18"
            "ftypheic\0\0\0\0",
            "a HEIC picture");
    REFUSED("\0\0\0\x18"
            "ftypavif\0\0\0\0",
            "an AVIF picture");
    REFUSED("BM\x36\0\3\0\0\0\0\0\x36\0\0\0\x28\0", "a BMP picture");
    REFUSED("7z\xbc\xaf\x27\x1c\0\4", "a 7z archive");
    REFUSED("plain words\n", "a text file");
    REFUSED("\x0a\5\1\x08\0\0\0\0\x5f\3\x57\2", "found something else"); /* a PCX picture */
    REFUSED("\0\0\2\0\0\0\0\0\0\0\0\0", "found something else");         /* a TGA picture, of any content */
    char tar[512] = {0};
    memcpy(tar + 257, "ustar", 5);
    assert_refused(tar, sizeof tar, "a tar archive: unpack it first");
}

static void assert_archive_refused(const char *name, const char *reason) {
    ZipFile file = {0};
    zip_file_add(&file, "first", "", 0);
    zip_file_add(&file, name, "x", 1);
    Bytes bytes = zip_file_bytes(&file);
    assert_refused(bytes.data, bytes.size, reason);
    bytes_free(&bytes);
    zip_file_free(&file);
}

static void archives_are_called_by_what_is_in_them(void **state) {
    (void)state;
    assert_archive_refused("arr_0.npy", "an archive of NumPy arrays (.npz)");
    assert_archive_refused("MAR-INF/MANIFEST.json", "a model archive of TorchServe (.mar)");
    assert_archive_refused("net/constants.pkl", "torch.jit.load('x.pth'");
    assert_archive_refused("model.weights.h5", "a model of Keras");
    assert_archive_refused("folder/net.pth", "a .pth file in it: unpack it");
    assert_archive_refused("[Content_Types].xml", "a document");
    assert_archive_refused("data.pkl", "no checkpoint of PyTorch");
    assert_archive_refused("a/b/data.pkl", "no checkpoint of PyTorch");
}

/* The length of a header may look like the beginning of anything. */
static void a_safetensors_file_is_not_taken_for_something_else(void **state) {
    (void)state;
    char bytes[8 + 0x4d42] = "BM";
    memset(bytes + 8, ' ', 0x4d42);
    memcpy(bytes + 8, "{}", 2);
    Tensors *tensors = tensors_open_memory(bytes, sizeof bytes, "x", NULL, NULL);
    assert_non_null(tensors);
    tensors_close(tensors);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_other_kinds_are_called_by_their_name),
        cmocka_unit_test(archives_are_called_by_what_is_in_them),
        cmocka_unit_test(a_safetensors_file_is_not_taken_for_something_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
