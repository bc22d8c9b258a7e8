/* What a pickle says that names something which is not on the list. The rest of it is looked through for more names, but not
 * followed: a class of the user's own may be followed by a call of os.system. */
#include <stdio.h>
#include <string.h>

#include "core/format/little.h"
#include "core/format/pickle_machine.h"

/* The names seen, and the texts that STACK_GLOBAL may take: the last two. */
typedef struct Names {
    char module[PICKLE_LINE_MAX + 1], name[PICKLE_LINE_MAX + 1];
    char before[PICKLE_LINE_MAX + 1], last[PICKLE_LINE_MAX + 1];
    bool dangerous, of_module;
} Names;

static void note_name(Names *names, const char *module, const char *name) {
    PickleGlobal found;
    names->of_module |= pickle_is_module(module);
    if (names->dangerous || pickle_find_global(module, name, &found) || !pickle_is_dangerous(module, name))
        return;
    names->dangerous = true;
    snprintf(names->module, sizeof names->module, "%s", module);
    snprintf(names->name, sizeof names->name, "%s", name);
}

static bool is_among(int code, const char *codes, size_t count) {
    return memchr(codes, code, count) != NULL;
}

/* The bytes that follow an instruction without texts; -1 for one that is none. */
static int operand_bytes(int code) {
    static const char none[] = "N.()012}]tldaseubRQo"
                               "\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98";
    if (code == 'G' || code == 0x95) return 8;
    if (is_among(code, "Jrj\x84", 4)) return 4;
    if (is_among(code, "M\x83", 2)) return 2;
    if (is_among(code, "Kqh\x80\x82", 5)) return 1;
    return is_among(code, none, sizeof none - 1) ? 0 : -1;
}

/* Bytes of the length before a text, bytes or a long number; 0 for other instructions. */
static int length_bytes(int code) {
    if (is_among(code, "UC\x8a\x8c", 4)) return 1;
    if (is_among(code, "XTB\x8b", 4)) return 4;
    return is_among(code, "\x8d\x8e\x96", 3) ? 8 : 0;
}

static bool scan_text(Pickle *pickle, Names *names, int width) {
    const uint8_t *bytes = pickle_take(pickle, (size_t)width);
    if (!bytes) return false;
    uint64_t length = width == 1 ? bytes[0] : width == 4 ? little_32(bytes) : little_64(bytes);
    if (length > PICKLE_LINE_MAX) return pickle_skip(pickle, length);
    bytes = pickle_take(pickle, (size_t)length);
    if (!bytes) return false;
    memcpy(names->before, names->last, sizeof names->before);
    memcpy(names->last, bytes, (size_t)length);
    names->last[length] = '\0';
    return true;
}

static bool scan_step(Pickle *pickle, Names *names) {
    char module[PICKLE_LINE_MAX + 1], name[PICKLE_LINE_MAX + 1];
    const uint8_t *byte = pickle_take(pickle, 1);
    if (!byte || *byte == '.') return false;
    int code = *byte, width = length_bytes(code);
    if (width > 0) return scan_text(pickle, names, width);
    if (code == 'c' || code == 'i') {
        if (!pickle_take_line(pickle, module) || !pickle_take_line(pickle, name)) return false;
        note_name(names, module, name);
        return true;
    }
    if (is_among(code, "ILFSVPpg", 8)) return pickle_take_line(pickle, name);
    if (code == 0x93) note_name(names, names->before, names->last);
    int bytes = operand_bytes(code);
    return bytes >= 0 && pickle_take(pickle, (size_t)bytes);
}

bool pickle_refuse_global(Pickle *pickle, const char *module, const char *name) {
    const char *label = pickle->source->label;
    Names names = {.of_module = pickle_is_module(module)};
    Error *err = pickle->err;
    note_name(&names, module, name);
    pickle->err = NULL; /* what ends the search is no news */
    while (scan_step(pickle, &names)) continue;
    pickle->err = err;
    if (names.dangerous) {
        return error_set(err, ERROR_FILE,
                         "%s: is dangerous: it asks Python to call %s.%s when it is loaded; nothing of it "
                         "was run: do not load "
                         "it with PyTorch, and ask whoever made it for a safetensors file",
                         label, names.module, names.name);
    }
    if (names.of_module) {
        return error_set(
            err, ERROR_FILE,
            "%s: is a whole Python object (%s.%s), of which nothing was run; where its class is known, two "
            "lines "
            "save what is read here: model = torch.load('%s', map_location='cpu', weights_only=False) and "
            "torch.save(model.state_dict(), 'tensors.pth')",
            label, module, name, pickle_file_name(label));
    }
    return error_set(
        err, ERROR_FILE,
        "%s: asks for %s.%s, which is no part of a file of tensors; nothing of it was run: where you trust "
        "it, two "
        "lines save its tensors alone: saved = torch.load('%s', map_location='cpu', weights_only=False) and "
        "torch.save(saved['state_dict'], 'tensors.pth'), or what its key is",
        label, module, name, pickle_file_name(label));
}
