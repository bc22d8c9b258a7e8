/* Pickles that want something run, want too much, or lie; what PyTorch writes is in test_tensors.c. */
#include "core/format/pickle.h"

#include <stdio.h>
#include <string.h>

#include "core/format/tensors.h"
#include "tests/support/assert_close.h"
#include "tests/support/bytes.h"
#include "tests/support/zip_file.h"

typedef struct Read {
    Arena *arena;
    PickleResult result;
    Error err;
    bool good;
} Read;

static Read read_bytes(const void *bytes, size_t size) {
    Read read = {.arena = arena_new()};
    Source source = source_of_memory(bytes, size, "x");
    uint64_t at = 0;
    read.good = pickle_read(&source, &at, size, read.arena, &read.result, &read.err);
    return read;
}

static void assert_bytes_refused(const void *bytes, size_t size, const char *reason) {
    Read read = read_bytes(bytes, size);
    assert_false(read.good);
    assert_int_equal(read.err.kind, ERROR_FILE);
    if (!strstr(read.err.text, reason)) fail_msg("'%s' does not say '%s'", read.err.text, reason);
    arena_free(read.arena);
}

#define REFUSED(text, reason) assert_bytes_refused(text, sizeof(text) - 1, reason)
#define SYSTEM                "dangerous: it asks Python to call posix.system"

static void a_call_of_the_system_is_called_dangerous_however_it_is_written(void **state) {
    (void)state;
    REFUSED("\x80\2cposix\nsystem\nX\7\0\0\0echo hi\x85R.", SYSTEM);
    REFUSED("\x80\4\x95\0\0\0\0\0\0\0\0\x8c\5posix\x8c\6system\x93\x8c\2hi\x85R.", SYSTEM);
    REFUSED("\x80\4\x8c\5posix\x94\x8c\6system\x94\x93\x94.", SYSTEM);
    REFUSED("(X\2\0\0\0hiiposix\nsystem\n.", SYSTEM);
    REFUSED("(cposix\nsystem\nX\2\0\0\0hio.", SYSTEM);
    REFUSED("\x80\2cposix\nsystem\n)\x81.", SYSTEM);
    REFUSED("\x80\4cposix\nsystem\n)}\x92.", SYSTEM);
    REFUSED("\x80\2ccollections\nOrderedDict\n)R}(X\1\0\0\0acposix\nsystem\nub.", SYSTEM);
    REFUSED("cos\nsystem\n(S'echo hi'\ntR.", "dangerous: it asks Python to call os.system");
    REFUSED("\x80\2c__builtin__\neval\nX\1\0\0\0"
            "1\x85R.",
            "dangerous: it asks Python to call __builtin__.eval");
    REFUSED("\x80\2cbuiltins\ngetattr\n.", "dangerous: it asks Python to call builtins.getattr");
    REFUSED("\x80\4\x8c\2os\x8c\x0fsystem.__call__\x93.",
            "dangerous: it asks Python to call os.system.__call__");
    REFUSED("\x80\4\x8c\2os\x8c\3x\0y\x93.", "a name is no text"); /* one with a NUL in it */
}

static void names_that_are_not_on_the_list_are_refused_by_name(void **state) {
    (void)state;
    REFUSED("\x80\2ctorch.serialization\n_get_layout\n.", "asks for torch.serialization._get_layout");
    REFUSED("\x80\2ctorch.serialization\nload\n.",
            "dangerous: it asks Python to call torch.serialization.load");
    REFUSED("\x80\2cmy.config\nConfig\n)R.",
            "asks for my.config.Config, which is no part of a file of tensors");
    REFUSED("\x80\2ctorch\nFloatStorage.os\n.", "asks for torch.FloatStorage.os");
    REFUSED("\x80\2ctorch._utils\n_rebuild_qtensor\n.", "asks for torch._utils._rebuild_qtensor");
    REFUSED("\x80\2ctorchvision.models.resnet\nResNet\n)\x81.",
            "is a whole Python object (torchvision.models.resnet.ResNet)");
    /* The worst that follows is what is said. */
    REFUSED("\x80\2c__main__\nNet\n)\x81}(X\1\0\0\0aKqcposix\nsystem\nX\1\0\0\0b\x85Rub.", SYSTEM);
    REFUSED("\x80\2c__main__\nNet\n)\x81}(X\1\0\0\0actorch.nn.modules.conv\nConv2d\n)\x81ub.",
            "is a whole Python object (__main__.Net)");
    REFUSED("\x80\2c\x1b[2Jx\ny\n.", "asks for \\x1B[2Jx.y");
}

static void instructions_that_checkpoints_do_not_need_are_refused(void **state) {
    (void)state;
    REFUSED("\x80\2\x82\1.", "the instruction 0x82");
    REFUSED("\x80\5\x97.", "the instruction 0x97");
    REFUSED("P0\n.", "the instruction 0x50");
    REFUSED("\xff", "the instruction 0xff");
    REFUSED("", "it ends too early");
    REFUSED("\x80", "it ends too early");
    REFUSED("N", "it ends too early");
    REFUSED(".", "a value is taken that is not there");
    REFUSED("NN.", "values left over");
    REFUSED("(N.", "values left over");
    REFUSED("N(0.", "a value is taken that is not there"); /* below the mark there is none */
}

static void what_is_not_there_is_not_taken(void **state) {
    (void)state;
    REFUSED("\x85.", "a value is taken that is not there");
    REFUSED("N\x87.", "a value is taken that is not there");
    REFUSED("t.", "a mark is taken that is not there");
    REFUSED("}(Nu.", "a key has no value");
    REFUSED("N(NNu.", "into what is no list or dictionary");
    REFUSED("](NNu.", "into what is no list or dictionary");
    REFUSED("}Na.", "into what is no list or dictionary");
    REFUSED("h\0.", "was never kept");
    REFUSED("Nq\0j\1\0\0\0.", "was never kept");
    REFUSED("]Nb.", "a state is given to what has none");
    REFUSED("N)R.", "something is called that is no name");
    REFUSED("ccollections\nOrderedDict\nNR.", "or with no tuple");
    REFUSED("NQ.", "no storage");
    REFUSED("KaKb\x93.", "a name is no text");
}

static void lengths_that_cannot_be_cost_nothing(void **state) {
    (void)state;
    REFUSED("X\xff\xff\xff\xffhi.", "it ends too early");
    REFUSED("\x8d\xff\xff\xff\xff\xff\xff\xff\x7fhi.", "it ends too early");
    REFUSED("\x8e\xff\xff\xff\xff\xff\xff\xff\xffhi.", "it ends too early");
    REFUSED("\x8b\xff\xff\xff\x7fhi.", "it ends too early");
    REFUSED("Nr\xff\xff\xff\xff.", "more values are kept than any checkpoint needs");
    REFUSED("Np99999999999999999999\n.", "more values are kept than any checkpoint needs");
    Bytes line = {0};
    bytes_add(&line, "c", 1);
    bytes_add_zeros(&line, 1000);
    memset(line.data + 1, 'a', 1000);
    assert_bytes_refused(line.data, line.size, "a line is too long");
    bytes_free(&line);
}

/* Towers of marks and of tuples, and doubling: 2^60 leaves in 60 tuples. */
static void depth_costs_no_stack_and_sharing_no_memory(void **state) {
    (void)state;
    Bytes tower = {0};
    bytes_add_zeros(&tower, 300001);
    memset(tower.data, 0x85, tower.size);
    tower.data[0] = 'N';
    bytes_add(&tower, ".", 1);
    Read read = read_bytes(tower.data, tower.size);
    assert_true(read.good);
    arena_free(read.arena);
    memset(tower.data, '(', tower.size);
    assert_bytes_refused(tower.data, tower.size, "it ends too early");
    bytes_free(&tower);
    Bytes laugh = {0};
    bytes_add(&laugh, "N", 1);
    for (int k = 0; k < 60; k++) bytes_add(&laugh, "2\x86", 2);
    bytes_add(&laugh, ".", 1);
    read = read_bytes(laugh.data, laugh.size);
    assert_true(read.good);
    assert_true(arena_bytes(read.arena) < 1 << 20);
    arena_free(read.arena);
    bytes_free(&laugh);
}

static void endless_pickles_end(void **state) {
    (void)state;
    Bytes many = {0};
    bytes_add_zeros(&many, 12000000);
    memset(many.data, 'N', many.size);
    assert_bytes_refused(many.data, many.size, "more values are kept than any checkpoint needs");
    for (size_t k = 1; k < many.size; k += 2) many.data[k] = '0'; /* each is dropped again */
    assert_bytes_refused(many.data, many.size, "more instructions than any checkpoint needs");
    bytes_free(&many);
}

/* A zip archive with this pickle and a storage of 40 bytes. */
static void open_zip(const void *pickle, size_t size, const char *reason) {
    ZipFile file = {0};
    Error err = {0};
    static const char data[40];
    zip_file_add(&file, "a/data.pkl", pickle, size);
    zip_file_add(&file, "a/data/0", data, sizeof data);
    Bytes bytes = zip_file_bytes(&file);
    Tensors *tensors = tensors_open_memory(bytes.data, bytes.size, "x", NULL, &err);
    if (!reason && !tensors) fail_msg("%s", err.text);
    if (reason && tensors) fail_msg("opens, expected '%s'", reason);
    if (reason && !strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
    tensors_close(tensors);
    bytes_free(&bytes);
    zip_file_free(&file);
}

#define STORAGE(count)                                                                                       \
    "(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0"                                                       \
    "0X\3\0\0\0cpu" count "tQ"
/* {"w": a tensor of storage 0 with these numbers of elements, offset, sizes and strides} */
#define TENSOR(count, offset, sizes, strides)                                                                \
    "\x80\2}X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n(" STORAGE(count) offset sizes strides "\x89"       \
                                                                                                "}tRs."
#define OPENED(text, reason) open_zip(text, sizeof(text) - 1, reason)

static void a_tensor_lies_within_its_storage(void **state) {
    (void)state;
    const char *misfit = "a tensor does not fit into its storage";
    OPENED(TENSOR("K\x0a", "K\0", "K\2K\5\x86", "K\5K\1\x86"), NULL);
    OPENED(TENSOR("K\x0a", "K\1", "K\3K\3\x86", "K\3K\1\x86"), NULL);
    OPENED(TENSOR("K\x0a", "K\1", "K\2K\5\x86", "K\5K\1\x86"), misfit);
    OPENED(TENSOR("K\x0a", "K\0", "K\2K\5\x86", "K\6K\1\x86"), misfit);
    OPENED(TENSOR("K\x0a", "K\0", "K\x0b\x85", "K\1\x85"), misfit);
    OPENED(TENSOR("K\x0a", "J\xff\xff\xff\xff", "K\1\x85", "K\1\x85"), misfit);
    OPENED(TENSOR("K\x0a", "K\0", "J\xff\xff\xff\xff\x85", "K\1\x85"), misfit);
    OPENED(TENSOR("K\x0a", "K\0", "K\2\x85", "J\xff\xff\xff\xff\x85"), misfit);
    OPENED(TENSOR("K\x0a", "K\0", "K\2\x85", ")"), misfit);
    OPENED(TENSOR("K\x0a", "K\0", "K\2X\1\0\0\0a\x86", "K\1K\1\x86"), misfit);
    /* 2^62 times 4, and a stride that leads round the numbers' end. */
    OPENED(TENSOR("K\x0a", "K\0", "\x8a\x08\0\0\0\0\0\0\0\x40K\4\x86", "K\0K\0\x86"), misfit);
    OPENED(TENSOR("K\x0a", "K\0", "K\5\x85", "\x8a\x08\0\0\0\0\0\0\0\x40\x85"), misfit);
    OPENED(TENSOR("K\x0a", "K\0", "\x8a\x05\0\0\0\0\1\x85", "K\0\x85"), misfit); /* 2^32 of one element */
    OPENED(TENSOR("K\x0a", "K\0", "((((((((K\1tK\1K\1K\1K\1K\1K\1K\1K\1t", "K\1\x85"), "pickle is damaged");
}

static void a_storage_is_as_large_as_its_pickle_says(void **state) {
    (void)state;
    OPENED(TENSOR("K\x09", "K\0", "K\2\x85", "K\1\x85"), "has 40 bytes, expected 9 values of the type F32");
    OPENED(TENSOR("\x8a\x06\0\0\0\0\0\1", "K\0", "K\2\x85", "K\1\x85"),
           "has 40 bytes, expected 1099511627776 values");
    OPENED(TENSOR("\x8a\x08\xb0\1\0\0\0\0\0\x40", "K\0", "K\2\x85", "K\1\x85"), "has 40 bytes, expected");
    OPENED(TENSOR("J\xff\xff\xff\xff", "K\0", "K\2\x85", "K\1\x85"), "described in another way");
    OPENED("\x80\2}X\1\0\0\0w(X\7\0\0\0storagectorch\nFloatTensor\nX\1\0\0\0"
           "0X\3\0\0\0cpuK\x0atQs.",
           "torch.FloatTensor");
    OPENED("\x80\2}X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\n"
           "X\x10\0\0\0../../etc/passwdX\3\0\0\0cpuK\x0atQK\0K\1\x85K\1\x85\x89}tRs.",
           "has no entry 'a/data/../../etc/passwd', which its pickle names");
}

/* Whatever is within itself is walked through once. */
static void dictionaries_within_themselves_end(void **state) {
    (void)state;
    OPENED("\x80\2}q\0X\1\0\0\0ah\0s.", "without a dictionary of tensors");
    OPENED("\x80\2]q\0h\0ah\0a.", "without a dictionary of tensors");
    OPENED("\x80\2K\1.", "without a dictionary of tensors");
    OPENED("\x80\2X\1\0\0\0a.", "without a dictionary of tensors");
    OPENED("\x80\2ctorch.nn.modules.container\nSequential\n)\x81}b.",
           "holds a whole Python object (torch.nn.modules.container.Sequential)");
    OPENED("\x80\2}X\5\0\0\0modelctorch.nn.modules.container\nSequential\n)\x81s.",
           "model = torch.load('x', map_location");
}

/* Types that PyTorch has since 2.3 have another way to be made; they are left alone as integers are. */
static void tensors_of_the_newest_types_are_left_out(void **state) {
    (void)state;
    OPENED("\x80\2}(X\1\0\0\0vctorch._utils\n_rebuild_tensor_v3\n((X\7\0\0\0storagectorch."
           "storage\nUntypedStorage\n"
           "X\1\0\0\0"
           "0X\3\0\0\0cpuK\x28tQK\0K\x14\x85K\1\x85\x89}ctorch\nuint16\ntR"
           "X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n(" STORAGE("K\x0a") "K\0K\1\x85K\1\x85\x89}tRu.",
           NULL);
}

static void a_line_of_python_has_the_name_of_the_file(void **state) {
    (void)state;
    assert_string_equal(pickle_file_name("a/b/net.pth"), "net.pth");
    assert_string_equal(pickle_file_name("it's.pth"), "FILE");
    assert_string_equal(pickle_file_name("folder/"), "FILE");
}

static void names_of_tensors_are_shown_safely(void **state) {
    (void)state;
    OPENED("\x80\2}X\4\0\0\0\x1b[2Jctorch._utils\n_rebuild_tensor_v2\n(" STORAGE(
               "K\x0a") "K\0K\1\x85K\1\x85\x89}tRs.",
           "has a control character");
}

/* In each of the five pickles of the stream, too, and before a tail that is broken. */
static void the_stream_before_1_6_is_as_careful(void **state) {
    (void)state;
    static const char evil[] = "\x80\2cposix\nsystem\nX\2\0\0\0hi\x85R.";
    static const char *const parts[] = {"\x80\2\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.", "\x80\2M\xe9\3.",
                                        "\x80\2}X\x0d\0\0\0little_endian\x88s."};
    static const size_t sizes[] = {15, 6, 24};
    for (size_t bad = 1; bad <= 4; bad++) {
        Bytes bytes = {0};
        Error err = {0};
        for (size_t k = 0; k < 3; k++) {
            if (k == bad)
                bytes_add(&bytes, evil, sizeof evil - 1);
            else
                bytes_add(&bytes, parts[k], sizes[k]);
        }
        bytes_add(&bytes, bad == 3 ? evil : "\x80\2}.", bad == 3 ? sizeof evil - 1 : 4);
        if (bad == 4) bytes_add(&bytes, evil, sizeof evil - 1);
        bytes_add(&bytes, "rest", 4);
        assert_null(tensors_open_memory(bytes.data, bytes.size, "x", NULL, &err));
        if (!strstr(err.text, SYSTEM)) fail_msg("%zu: %s", bad, err.text);
        bytes_free(&bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_of_the_system_is_called_dangerous_however_it_is_written),
        cmocka_unit_test(names_that_are_not_on_the_list_are_refused_by_name),
        cmocka_unit_test(instructions_that_checkpoints_do_not_need_are_refused),
        cmocka_unit_test(what_is_not_there_is_not_taken),
        cmocka_unit_test(lengths_that_cannot_be_cost_nothing),
        cmocka_unit_test(depth_costs_no_stack_and_sharing_no_memory),
        cmocka_unit_test(endless_pickles_end),
        cmocka_unit_test(a_tensor_lies_within_its_storage),
        cmocka_unit_test(a_storage_is_as_large_as_its_pickle_says),
        cmocka_unit_test(dictionaries_within_themselves_end),
        cmocka_unit_test(tensors_of_the_newest_types_are_left_out),
        cmocka_unit_test(a_line_of_python_has_the_name_of_the_file),
        cmocka_unit_test(names_of_tensors_are_shown_safely),
        cmocka_unit_test(the_stream_before_1_6_is_as_careful),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
