"""Writes views/style/palette_data.h: python3 tests/reference/make_palettes.py > views/style/palette_data.h

The public maps are read from the file that is there: their anchors are data, not computed. Our own maps run evenly in
CIELAB lightness, so that equal steps of a value look like equal steps. The 256-colour form takes, of the colour cube and
the greys, the sequence nearest to the map whose lightness never turns back (dynamic programming)."""
import math
import re

LEVELS, ZERO, ANCHORS = 64, 32, 33
WHITE = (0.95047, 1.0, 1.08883)  # D65


def to_lab(rgb):
    lin = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in rgb)]
    m = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
    f = []
    for row, white in zip(m, WHITE):
        t = sum(a * b for a, b in zip(row, lin)) / white
        f.append(t ** (1 / 3) if t > 216 / 24389 else (t * 24389 / 27 + 16) / 116)
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def to_linear(lightness, chroma, hue):
    fy = (lightness + 16) / 116
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    xyz = []
    for f, white in zip((fy + a / 500, fy, fy - b / 200), WHITE):
        xyz.append(white * (f ** 3 if f ** 3 > 216 / 24389 else (116 * f - 16) * 27 / 24389))
    m = ((3.2404542, -1.5371385, -0.4985314), (-0.9692660, 1.8760108, 0.0415560), (0.0556434, -0.2040259, 1.0572252))
    return [sum(p * q for p, q in zip(row, xyz)) for row in m]


def to_rgb(lightness, chroma, hue):
    """With as much of the chroma as sRGB has at that lightness."""
    low, high = 0.0, chroma
    for _ in range(30):
        middle = (low + high) / 2
        inside = all(-1e-4 <= v <= 1 + 1e-4 for v in to_linear(lightness, middle, hue))
        low, high = (middle, high) if inside else (low, middle)
    out = []
    for v in to_linear(lightness, low, hue):
        v = min(1.0, max(0.0, v))
        out.append(round(255 * (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055)))
    return tuple(out)


def side(middle, end, hues, chroma):
    """17 colours from grey to the end of one side; the hue may turn on the way."""
    out = []
    for k in range(17):
        t = k / 16
        hue = hues[0] + (hues[1] - hues[0]) * t
        rise = 1 - (1 - min(1, t / 0.4)) ** 2
        out.append(to_rgb(middle + (end - middle) * t, chroma * rise, hue))
    return out


def diverging(middle, end, below, above, chroma=85):
    left, right = side(middle, end, below, chroma), side(middle, end, above, chroma)
    return left[::-1] + right[1:]


def dusk():
    """Pale sand over green and blue to a deep plum, for light backgrounds."""
    out = []
    for k in range(ANCHORS):
        t = k / (ANCHORS - 1)
        out.append(to_rgb(89 + (12 - 89) * t, 25 + 60 * min(1, 2 * t), 95 + 220 * min(1, t / 0.8)))
    return out


DARK, LIGHT = (20, 93), (90, 10)
MAPS = [
    ("VIRIDIS", None), ("CIVIDIS", None), ("MAGMA", None), ("GRAY", None), ("DUSK", dusk()),
    ("RDBU", diverging(*LIGHT, (262, 275), (35, 30))),
    ("BLUE_ORANGE", diverging(*DARK, (280, 255), (55, 75))),
    ("PIYG", diverging(*LIGHT, (155, 160), (350, 350))),
    ("GREEN_MAGENTA", diverging(*DARK, (155, 155), (345, 345))),
    ("PUOR", diverging(*LIGHT, (312, 308), (75, 70))),
    ("PURPLE_GOLD", diverging(*DARK, (308, 312), (80, 92))),
]
ABOUT_256 = """/* xterm colours of the 64 levels, chosen by dynamic programming: the least squared difference in CIELAB, lightness
 * counted twice, among all sequences whose lightness never turns back (on both sides of the middle for diverging maps). */
"""
STEPS_16 = {
    "VIRIDIS": (4, 12, 2, 10, 11), "CIVIDIS": (4, 12, 3, 11), "MAGMA": (4, 5, 13, 11, 15), "GRAY": (8, 7, 15),
    "DUSK": (7, 6, 12, 4), "RDBU": (4, 12, 6, 7, 3, 9, 1), "BLUE_ORANGE": (14, 6, 12, 4, 1, 3, 11),
    "PIYG": (4, 12, 2, 7, 13, 5, 0), "GREEN_MAGENTA": (10, 2, 12, 4, 5, 13, 15), "PUOR": (4, 5, 13, 7, 3, 9, 1),
    "PURPLE_GOLD": (15, 13, 5, 4, 1, 3, 11),
}
SEQUENTIAL = ("VIRIDIS", "CIVIDIS", "MAGMA", "GRAY", "DUSK")
CUBE = (0, 95, 135, 175, 215, 255)


def xterm(k):
    if k >= 232:
        return (8 + 10 * (k - 232),) * 3
    k -= 16
    return CUBE[k // 36], CUBE[k // 6 % 6], CUBE[k % 6]


LABS = {k: to_lab(xterm(k)) for k in range(16, 256)}


def at(anchors, place):
    below = min(int(place), ANCHORS - 2)
    t = place - below
    return tuple(a + (b - a) * t for a, b in zip(anchors[below], anchors[below + 1]))


def path_256(targets, zero, own=False):
    """One index a target, nearest in CIELAB with lightness counted twice, lightness never turning back. With `zero` the
    first target has an index of its own: zero is told from what is small."""
    falls = targets[-1][0] < targets[0][0]
    order = sorted(LABS, key=lambda k: (LABS[k][0], k), reverse=falls)
    cost = lambda k, t: 4 * (LABS[k][0] - t[0]) ** 2 + (LABS[k][1] - t[1]) ** 2 + (LABS[k][2] - t[2]) ** 2
    best, back = [0.0] * len(order), []
    for n, target in enumerate(targets):
        low, from_, new, row = math.inf, 0, [], []
        for j, k in enumerate(order):
            if best[j] < low:
                low, from_ = best[j], j
            wrong = zero is not None and (k != zero if n == 0 else k == zero and own)
            new.append(math.inf if wrong else low + cost(k, target))
            row.append(from_)
        best, back = new, back + [row]
    j = min(range(len(order)), key=lambda i: best[i])
    out = []
    for row in reversed(back):
        out.append(order[j])
        j = row[j]
    return out[::-1]


def indices_256(name, anchors):
    if name in SEQUENTIAL:
        targets = [to_lab(at(anchors, k * (ANCHORS - 1) / (LEVELS - 1))) for k in range(LEVELS)]
        return path_256(targets, path_256(targets, None)[0], own=True)
    grey = min(range(232, 256), key=lambda k: abs(LABS[k][0] - to_lab(anchors[16])[0]))
    sides = []
    for sign in (-1, 1):
        places = [16 + sign * k * 16 / (LEVELS - 1 - ZERO) for k in range(LEVELS - ZERO)]
        sides.append(path_256([to_lab(at(anchors, p)) for p in places], grey))
    return [sides[0][-1]] + sides[0][::-1] + sides[1][1:]


def public_anchors():
    text = open("views/style/palette_data.h").read()
    out = {}
    for name in ("VIRIDIS", "CIVIDIS", "MAGMA", "GRAY"):
        body = re.search(r"\[PALETTE_%s\] = \{\n(.*?)\n    \}," % name, text, re.S).group(1)
        out[name] = [tuple(map(int, m)) for m in re.findall(r"\{(\d+), (\d+), (\d+)\}", body)]
    return out


def wrap(items, indent=8, width=104):
    lines, line = [], " " * indent
    for item in items:
        if len(line) + len(item) + 1 > width:
            lines.append(line.rstrip())
            line = " " * indent
        line += item + " "
    return "\n".join(lines + [line.rstrip()])


def main():
    public = public_anchors()
    text = open("views/style/palette_data.h").read()
    head = text[: text.index("/* clang-format off */")]
    tail = text[text.index("/* Steps of the 16-colour form.") : text.index("static const PaletteSteps palette_steps_16")]
    print(head + "/* clang-format off */\nstatic const Rgb palette_anchors[PALETTE_COUNT][PALETTE_ANCHORS] = {")
    anchors = {name: made or public[name] for name, made in MAPS}
    for name, _ in MAPS:
        print("    [PALETTE_%s] = {\n%s\n    }," % (name, wrap(["{%d, %d, %d}," % c for c in anchors[name]])))
    print("};\n\n" + ABOUT_256 + "static const uint8_t palette_indices_256[PALETTE_COUNT][PALETTE_LEVELS] = {")
    for name, _ in MAPS:
        print("    [PALETTE_%s] = {\n%s\n    }," % (name, wrap(["%d," % k for k in indices_256(name, anchors[name])])))
    print("};\n/* clang-format on */\n\n" + tail + "static const PaletteSteps palette_steps_16[PALETTE_COUNT] = {")
    for name, _ in MAPS:
        steps = STEPS_16[name]
        print("    [PALETTE_%s] = {.count = %d, .index = {%s}}," % (name, len(steps), ", ".join(map(str, steps))))
    print("};\n\n#endif")


main()
