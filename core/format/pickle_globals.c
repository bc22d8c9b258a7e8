#include "core/format/pickle_globals.h"

#include <string.h>

#define STORAGE(prefix, element)                                                                             \
    { .module = "torch", .name = prefix "Storage", .role = ROLE_STORAGE, .type = element }

/* What tensors and dictionaries of them are made with. */
static const PickleGlobal makers[] = {
    {.module = "collections", .name = "OrderedDict", .role = ROLE_DICT},
    {.module = "collections", .name = "defaultdict", .role = ROLE_DICT},
    {.module = "collections", .name = "Counter", .role = ROLE_DICT},
    {.module = "__builtin__", .name = "dict", .role = ROLE_DICT},
    {.module = "builtins", .name = "dict", .role = ROLE_DICT},
    {.module = "pytorch_lightning.utilities.parsing", .name = "AttributeDict", .role = ROLE_DICT},
    {.module = "lightning_fabric.utilities.data", .name = "AttributeDict", .role = ROLE_DICT},
    {.module = "lightning.fabric.utilities.data", .name = "AttributeDict", .role = ROLE_DICT},
    {.module = "torch", .name = "Size", .role = ROLE_SIZE},
    {.module = "torch._utils", .name = "_rebuild_tensor", .role = ROLE_TENSOR},
    {.module = "torch._utils", .name = "_rebuild_tensor_v2", .role = ROLE_TENSOR},
    {.module = "torch._utils", .name = "_rebuild_parameter", .role = ROLE_PARAMETER},
    {.module = "torch._utils", .name = "_rebuild_parameter_with_state", .role = ROLE_PARAMETER},
    {.module = "torch.nn.parameter", .name = "Parameter", .role = ROLE_PARAMETER},
    {.module = "torch.nn.parameter", .name = "Buffer", .role = ROLE_PARAMETER},
    {.module = "torch._tensor", .name = "_rebuild_from_type_v2", .role = ROLE_FROM_TYPE},
    {.module = "torch.storage", .name = "UntypedStorage", .role = ROLE_STORAGE, .type = ELEMENT_U8},
    STORAGE("Untyped", ELEMENT_U8),
    STORAGE("Float", ELEMENT_F32),
    STORAGE("Double", ELEMENT_F64),
    STORAGE("Half", ELEMENT_F16),
    STORAGE("BFloat16", ELEMENT_BF16),
    STORAGE("Long", ELEMENT_I64),
    STORAGE("Int", ELEMENT_I32),
    STORAGE("Short", ELEMENT_I16),
    STORAGE("Char", ELEMENT_I8),
    STORAGE("Byte", ELEMENT_U8),
    STORAGE("Bool", ELEMENT_BOOL),
    STORAGE("ComplexFloat", ELEMENT_C64),
    STORAGE("ComplexDouble", ELEMENT_C128),
};

/* What else is found in checkpoints: options, counters, random generators, dates, settings of optimisers. One name, or with
 * "*" all of a module; a module that ends in a dot stands for those within. */
typedef struct Harmless {
    const char *module, *name;
} Harmless;

static const Harmless harmless[] = {
    {"argparse", "Namespace"},
    {"types", "SimpleNamespace"},
    {"collections", "deque"},
    {"datetime", "*"},
    {"pathlib", "*"},
    {"pathlib._local", "*"},
    {"decimal", "Decimal"},
    {"fractions", "Fraction"},
    {"uuid", "UUID"},
    {"_codecs", "encode"},
    {"copy_reg", "_reconstructor"},
    {"copyreg", "_reconstructor"},
    {"__builtin__", "set"},
    {"__builtin__", "frozenset"},
    {"__builtin__", "list"},
    {"__builtin__", "tuple"},
    {"__builtin__", "object"},
    {"__builtin__", "int"},
    {"__builtin__", "long"},
    {"__builtin__", "float"},
    {"__builtin__", "bool"},
    {"__builtin__", "str"},
    {"__builtin__", "unicode"},
    {"__builtin__", "complex"},
    {"__builtin__", "bytes"},
    {"__builtin__", "bytearray"},
    {"__builtin__", "slice"},
    {"__builtin__", "range"},
    {"__builtin__", "xrange"},
    {"numpy", "dtype"},
    {"numpy", "ndarray"},
    {"numpy", "float64"},
    {"numpy", "float32"},
    {"numpy", "int64"},
    {"numpy", "int32"},
    {"numpy", "bool_"},
    {"numpy.core.multiarray", "scalar"},
    {"numpy.core.multiarray", "_reconstruct"},
    {"numpy._core.multiarray", "scalar"},
    {"numpy._core.multiarray", "_reconstruct"},
    {"numpy.core.numeric", "_frombuffer"},
    {"numpy._core.numeric", "_frombuffer"},
    {"numpy.dtypes", "*"},
    {"numpy.random._pickle", "*"},
    {"torch._utils", "_rebuild_tensor_v3"}, /* of types that no weights here have */
    {"torch", "device"},
    {"torch", "Generator"},
    {"torch.optim.", "*"},
    {"torch.nn.modules.", "*"},
    {"torch.cuda.amp.grad_scaler", "*"},
    {"torch.amp.grad_scaler", "*"},
    {"torch._C", "_nn"},
    {"omegaconf.", "*"},
    {"yacs.config", "CfgNode"},
    {"easydict", "EasyDict"},
    {"addict.addict", "Dict"},
    {"pytorch_lightning.", "*"},
    {"lightning.", "*"},
    {"lightning_fabric.", "*"},
    {"torchmetrics.", "*"},
    {"mmengine.logging.history_buffer", "HistoryBuffer"},
    {"mmengine.config.", "*"},
    {"mmcv.utils.config", "ConfigDict"},
    {"transformers.training_args", "TrainingArguments"},
    {"transformers.trainer_utils", "*"},
};

/* Types of elements as values: torch.float16. */
static const char *const dtypes[] = {"float16",
                                     "float32",
                                     "float64",
                                     "bfloat16",
                                     "half",
                                     "float",
                                     "double",
                                     "int8",
                                     "int16",
                                     "int32",
                                     "int64",
                                     "uint8",
                                     "bool",
                                     "complex64",
                                     "complex128",
                                     "strided",
                                     "contiguous_format",
                                     "channels_last",
                                     "preserve_format",
                                     "uint16",
                                     "uint32",
                                     "uint64",
                                     "float8_e4m3fn",
                                     "float8_e5m2"};

/* Python's ways to run something, to look a name up, or to read and write elsewhere. */
static const char *const dangerous[] = {
    "os",
    "posix",
    "nt",
    "posixpath",
    "ntpath",
    "subprocess",
    "sys",
    "builtins",
    "__builtin__",
    "importlib",
    "imp",
    "runpy",
    "code",
    "codeop",
    "commands",
    "pkgutil",
    "operator",
    "_operator",
    "functools",
    "_functools",
    "types",
    "inspect",
    "ctypes",
    "_ctypes",
    "socket",
    "_socket",
    "ssl",
    "http",
    "httplib",
    "urllib",
    "urllib2",
    "requests",
    "aiohttp",
    "ftplib",
    "smtplib",
    "telnetlib",
    "webbrowser",
    "shutil",
    "tempfile",
    "glob",
    "fileinput",
    "io",
    "_io",
    "codecs",
    "pty",
    "pickle",
    "_pickle",
    "cPickle",
    "cloudpickle",
    "dill",
    "joblib",
    "marshal",
    "shelve",
    "timeit",
    "pdb",
    "bdb",
    "profile",
    "cProfile",
    "trace",
    "doctest",
    "pydoc",
    "asyncio",
    "multiprocessing",
    "_posixsubprocess",
    "threading",
    "_thread",
    "concurrent",
    "signal",
    "atexit",
    "gc",
    "platform",
    "pip",
    "setuptools",
    "distutils",
    "venv",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "zipimport",
    "zipfile",
    "tarfile",
    "sqlite3",
    "linecache",
    "getpass",
    "logging",
    "xmlrpc",
    "nose",
    "popen2",
    "test",
    "site",
    "ast",
    "symtable",
    "builtin",
    "torch.hub",
    "torch._dynamo",
    "torch._inductor",
    "numpy.testing",
    "numpy.f2py",
    "numpy.lib",
    "numpy.distutils",
    "numpy.loadtxt",
};

/* A name with a dot in it would lead on from one thing to another. */
static bool is_plain(const char *name) {
    return !strchr(name, '.');
}

static bool is_within(const char *module, const char *prefix) {
    return strncmp(module, prefix, strlen(prefix)) == 0;
}

static bool is_harmless(const char *module, const char *name) {
    for (size_t k = 0; k < sizeof harmless / sizeof *harmless; k++) {
        const Harmless *row = &harmless[k];
        bool within = row->module[strlen(row->module) - 1] == '.';
        if (within ? !is_within(module, row->module) : strcmp(module, row->module) != 0) continue;
        if (strcmp(row->name, "*") == 0 || strcmp(row->name, name) == 0) return true;
    }
    if (strcmp(module, "torch") != 0) return false;
    for (size_t k = 0; k < sizeof dtypes / sizeof *dtypes; k++) {
        if (strcmp(dtypes[k], name) == 0) return true;
    }
    return false;
}

bool pickle_find_global(const char *module, const char *name, PickleGlobal *found) {
    const char *known = strcmp(module, "builtins") == 0 ? "__builtin__" : module;
    if (!is_plain(name)) return false;
    for (size_t k = 0; k < sizeof makers / sizeof *makers; k++) {
        if (strcmp(makers[k].module, module) != 0 || strcmp(makers[k].name, name) != 0) continue;
        *found = makers[k];
        return true;
    }
    *found = (PickleGlobal){.module = module, .name = name, .role = ROLE_OPAQUE};
    return is_harmless(known, name);
}

/* "os" and "os.path", not "osmnx". */
static bool begins_with_module(const char *module, const char *first) {
    size_t length = strlen(first);
    return strncmp(module, first, length) == 0 && (module[length] == '\0' || module[length] == '.');
}

bool pickle_is_dangerous(const char *module, const char *name) {
    for (size_t k = 0; k < sizeof dangerous / sizeof *dangerous; k++) {
        if (begins_with_module(module, dangerous[k])) return true;
    }
    return strcmp(name, "load") == 0 || strcmp(name, "eval") == 0 || strcmp(name, "exec") == 0 ||
           strcmp(name, "system") == 0 || strcmp(name, "__import__") == 0;
}

bool pickle_is_module(const char *module) {
    static const char *const homes[] = {"torch.nn", "torchvision.models", "timm.models",
                                        "transformers.models"};
    for (size_t k = 0; k < sizeof homes / sizeof *homes; k++) {
        if (begins_with_module(module, homes[k])) return true;
    }
    return false;
}
