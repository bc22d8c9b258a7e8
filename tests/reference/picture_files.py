#!/usr/bin/env python3
"""Makes tests/golden/files/pictures: small pictures of every kind that is read, and pixels.txt with what Pillow makes of each.

A line of pixels.txt: name, Exif's orientation, then width, height and CRC32 of the RGB bytes, first as Image.open(...).convert("RGB")
has them and then after ImageOps.exif_transpose. Of 16-bit grays, of which Pillow makes nonsense, the high byte is taken.
Needs Pillow with WebP and numpy."""
import pathlib
import struct
import sys
import zlib

try:
    import numpy as np
    from PIL import Image, ImageOps
except ImportError:
    sys.exit("picture_files.py needs Pillow and numpy (python3-pil, python3-numpy)")

OUT = pathlib.Path(__file__).resolve().parent.parent / "golden" / "files" / "pictures"
ORIENTATION = 0x0112


def scene(width, height):
    """A smooth ground with a disc and a bar: no two corners are alike."""
    y, x = np.mgrid[0:height, 0:width].astype("f4")
    u, v = x / max(width - 1, 1), y / max(height - 1, 1)
    rgb = np.stack([255 * u, 255 * v, 255 * (.5 + .5 * np.sin(9 * u + 5 * v))], 2)
    rgb[(u - .3) ** 2 + (v - .35) ** 2 < .05] = (230, 40, 30)
    rgb[(abs(u - .7) < .12) & (abs(v - .65) < .2)] = (20, 60, 220)
    return Image.fromarray(rgb.round().clip(0, 255).astype("u1"))


def exif(orientation):
    block = Image.Exif()
    block[ORIENTATION] = orientation
    return block


def with_alpha(image):
    alpha = np.zeros((image.height, image.width), "u1")
    alpha[3:-3, 2:-5] = 200
    return Image.fromarray(np.dstack([np.array(image), alpha]), "RGBA")


def jpegs(s):
    for k in range(1, 9):
        s.save(OUT / f"exif{k}.jpg", quality=80, exif=exif(k))
    s.save(OUT / "420.jpg", quality=75, subsampling=2)
    s.save(OUT / "422.jpg", quality=90, subsampling=1)
    s.save(OUT / "444.jpg", quality=95, subsampling=0)
    s.save(OUT / "progressive.jpg", quality=85, progressive=True)
    s.save(OUT / "progressive_turned.jpg", quality=85, progressive=True, exif=exif(8))
    s.convert("L").save(OUT / "gray.jpg", quality=85)
    s.convert("CMYK").save(OUT / "cmyk.jpg", quality=90)
    data = (OUT / "cmyk.jpg").read_bytes()
    at = data.find(b"\xff\xee")
    length = int.from_bytes(data[at + 2:at + 4], "big")
    last = at + 1 + length
    (OUT / "ycck.jpg").write_bytes(data[:last] + b"\x02" + data[last + 1:])
    (OUT / "cmyk_unmarked.jpg").write_bytes(data[:at] + data[at + 2 + length:])


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(name, header, rows):
    (OUT / name).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", *header)) +
                             chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def pngs(s):
    s.save(OUT / "turned.png", exif=exif(6))
    s.convert("LA").save(OUT / "la.png")
    with_alpha(s).save(OUT / "rgba.png")
    s.convert("1").save(OUT / "1bit.png")
    s.quantize(16).save(OUT / "palette_hole.png", transparency=3)
    wide = np.array(s).astype("u2") * 257 - 1
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in wide)
    write_png("rgb16.png", (s.width, s.height, 16, 2, 0, 0, 0), rows)
    gray = np.array(s.convert("L")).astype("u2") * 200
    write_png("gray16.png", (s.width, s.height, 16, 0, 0, 0, 0), b"".join(b"\0" + row.astype(">u2").tobytes() for row in gray))


def webps(s):
    s.save(OUT / "lossy.webp", quality=80)
    s.save(OUT / "lossless.webp", lossless=True)
    with_alpha(s).save(OUT / "alpha.webp", quality=80)
    with_alpha(s).save(OUT / "alpha_lossless.webp", lossless=True, exact=True)
    s.save(OUT / "turned.webp", quality=80, exif=exif(5).tobytes())
    s.save(OUT / "animated.webp", save_all=True, append_images=[s.rotate(180)], quality=70, duration=100)
    # A first frame that does not fill the picture.
    (OUT / "x.webp").write_bytes(b"")
    scene(14, 10).save(OUT / "x.webp", lossless=True)
    data = (OUT / "x.webp").read_bytes()[12:]
    (OUT / "x.webp").unlink()
    le24 = lambda n: struct.pack("<I", n)[:3]
    part = lambda kind, body: kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    frame = le24(3) + le24(2) + le24(13) + le24(9) + le24(100) + b"\2" + data
    body = (part(b"VP8X", b"\x02\0\0\0" + le24(25 - 1) + le24(19 - 1)) + part(b"ANIM", b"\0\0\0\0\0\0") + part(b"ANMF", frame))
    (OUT / "offset.webp").write_bytes(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body)


def lzw(indices, bits):
    """GIF's compression without any compression: a clear code before the codes would grow."""
    clear, codes, out, held, count = 1 << bits, [], bytearray(), 0, 0
    for k, index in enumerate(indices):
        if k % ((1 << bits) - 2) == 0:
            codes.append(clear)
        codes.append(index)
    for code in codes + [clear + 1]:
        held |= code << count
        count += bits + 1
        while count >= 8:
            out.append(held & 255)
            held >>= 8
            count -= 8
    out.append(held & 255)
    blocks = b"".join(bytes([len(out[k:k + 255])]) + bytes(out[k:k + 255]) for k in range(0, len(out), 255))
    return bytes([bits]) + blocks + b"\0"


def gif(name, screen, frame, colors, indices, flags=0, transparent=None, local=None):
    """screen: (width, height); frame: (left, top, width, height)."""
    table = b"".join(bytes(c) for c in colors)
    data = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80 | (len(colors).bit_length() - 2), 0, 0) + table
    if transparent is not None:
        data += b"\x21\xf9\4\1\0\0" + bytes([transparent]) + b"\0"
    data += b"\x21\xfe\5hello\0"
    if local:
        flags |= 0x80 | (len(local).bit_length() - 2)
    data += b"," + struct.pack("<HHHHB", *frame, flags) + b"".join(bytes(c) for c in local or [])
    (OUT / name).write_bytes(data + lzw(indices, max(2, (len(local or colors) - 1).bit_length())) + b";")


def gifs(s):
    s.save(OUT / "plain.gif")
    s.quantize(16).save(OUT / "interlaced.gif", interlace=1)
    s.convert("L").save(OUT / "gray.gif")
    s.save(OUT / "animated.gif", save_all=True, append_images=[s.rotate(180)], duration=100)
    scene(90, 70).quantize(255).save(OUT / "long_codes.gif")
    colors = [(10 * k, 255 - 20 * k, 3 * k) for k in range(8)]
    indices = [(x + 3 * y) % 8 for y in range(6) for x in range(9)]
    gif("offset.gif", (13, 11), (3, 4, 9, 6), colors, indices)
    gif("offset_clear.gif", (13, 11), (3, 4, 9, 6), colors, indices, transparent=5)
    gif("local.gif", (9, 6), (0, 0, 9, 6), colors, indices, local=[(k * 30, 0, k) for k in range(8)])
    gif("larger.gif", (5, 5), (0, 0, 9, 6), colors, indices)
    gif("rows.gif", (9, 6), (0, 0, 9, 6), colors, indices, flags=0x40)


def bmp(name, size, bits, pixels, compression=0, masks=b"", palette=b"", core=False):
    head = (struct.pack("<IHHHH", 12, *size, 1, bits) if core else
            struct.pack("<IiiHHIIiiII", 40, *size, 1, bits, compression, len(pixels), 2835, 2835, len(palette) // 4, 0))
    at = 14 + len(head) + len(masks) + len(palette)
    (OUT / name).write_bytes(b"BM" + struct.pack("<IHHI", at + len(pixels), 0, 0, at) + head + masks + palette + pixels)


def padded(rows):
    return b"".join(row + b"\0" * (-len(row) % 4) for row in rows)


def bmps(s):
    a, w, h = np.array(s).astype("u4"), s.width, s.height
    s.save(OUT / "24.bmp")
    s.quantize(200).save(OUT / "8.bmp")
    s.convert("L").save(OUT / "gray.bmp")
    s.convert("1").save(OUT / "1.bmp")
    with_alpha(s).save(OUT / "32.bmp")
    p = np.array(s.quantize(16))
    colors = b"".join(bytes((9 * k, 255 - 11 * k, 40 + 5 * k, 0)) for k in range(16))
    nibbles = [bytes((int(r[x]) << 4 | (int(r[x + 1]) if x + 1 < w else 0)) for x in range(0, w, 2)) for r in p[::-1]]
    bmp("4.bmp", (w, h), 4, padded(nibbles), palette=colors)
    bmp("top_down.bmp", (w, -h), 4, padded(nibbles[::-1]), palette=colors)
    bmp("few_colors.bmp", (w, h), 8, padded(bytes(r) for r in p[::-1]), palette=colors[:40])
    core = b"".join(bytes((9 * k % 256, 255 - k, 40 + k // 2)) for k in range(256))
    bmp("core.bmp", (w, h), 8, padded(bytes(r) for r in p[::-1]), palette=core, core=True)
    bmp("core24.bmp", (w, h), 24, padded(r.astype("u1")[:, ::-1].tobytes() for r in a[::-1]), core=True)
    x555 = (a[..., 0] >> 3) << 10 | (a[..., 1] >> 3) << 5 | a[..., 2] >> 3
    x565 = (a[..., 0] >> 3) << 11 | (a[..., 1] >> 2) << 5 | a[..., 2] >> 3
    bmp("555.bmp", (w, h), 16, padded(r.astype("<u2").tobytes() for r in x555[::-1]))
    bmp("565.bmp", (w, h), 16, padded(r.astype("<u2").tobytes() for r in x565[::-1]), 3, struct.pack("<III", 0xf800, 0x7e0, 0x1f))
    x8888 = a[..., 0] << 24 | a[..., 1] << 16 | a[..., 2] << 8
    bmp("xbgr.bmp", (w, h), 32, padded(r.astype("<u4").tobytes() for r in x8888[::-1]), 3,
        struct.pack("<III", 0xff000000, 0xff0000, 0xff00))
    runs = b""
    for r in p[::-1]:
        runs += b"\5" + bytes([r[0]]) + b"\0\4" + bytes(r[5:9]) + b"\0\3" + bytes(r[9:12]) + b"\0"
        runs += b"".join(bytes((1, c)) for c in r[12:]) + b"\0\0"
    bmp("rle8.bmp", (w, h), 8, runs + b"\0\1", 1, palette=colors)
    pairs = lambda r: bytes(int(r[k]) << 4 | int(r[k + 1]) for k in range(0, len(r), 2))
    runs = b"".join(b"\6" + pairs(r[:2]) + b"\0\4" + pairs(r[6:10]) + b"".join(bytes((1, int(c) << 4)) for c in r[10:]) + b"\0\0"
                    for r in p[::-1])
    bmp("rle4.bmp", (w, h), 4, runs + b"\0\1", 2, palette=colors)


def pnms(s):
    a, size = np.array(s), b"%d %d\n" % s.size
    gray = np.array(s.convert("L"))
    s.save(OUT / "p6.ppm")
    s.convert("L").save(OUT / "p5.pgm")
    s.convert("1").save(OUT / "p4.pbm")
    bits = np.array(s.convert("1"))
    (OUT / "p1.pbm").write_bytes(b"P1 # bits\n" + size + b"\n".join(b"".join(b"01"[not b:][:1] for b in r) for r in bits) + b"\n")
    (OUT / "p2.pgm").write_bytes(b"P2\n# gray\n" + size + b"200\n" + b" ".join(b"%d" % (v * 200 // 255) for v in gray.ravel()) + b"\n")
    (OUT / "p3.ppm").write_bytes(b"P3\n" + size + b"255\n" + b" ".join(b"%d" % v for v in a.ravel()) + b"\n")
    (OUT / "p5_100.pgm").write_bytes(b"P5\n" + size + b"100\n" + (gray // 3).tobytes())
    (OUT / "p5_wide.pgm").write_bytes(b"P5\n" + size + b"65535\n" + (gray.astype("u2") * 201).astype(">u2").tobytes())
    (OUT / "p6_1000.ppm").write_bytes(b"P6\n" + size + b"1000\n" + (a.astype("u2") * 3).astype(">u2").tobytes())


def pixels(image):
    if image.mode in ("I", "I;16"):
        image = Image.fromarray((np.asarray(image.convert("I")).astype("i4") >> 8).astype("u1"))
    image = image.convert("RGB")
    return "%d %d %08x" % (*image.size, zlib.crc32(image.tobytes()))


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    s = scene(25, 19)
    for make in jpegs, pngs, webps, gifs, bmps, pnms:
        make(s)
    lines = []
    for path in sorted(OUT.iterdir()):
        if path.name == "pixels.txt":
            continue
        image = Image.open(path)
        orientation = image.getexif().get(ORIENTATION, 0)
        lines.append(f"{path.name} {orientation} {pixels(image)} {pixels(ImageOps.exif_transpose(image))}\n")
    (OUT / "pixels.txt").write_text("".join(lines))


if __name__ == "__main__":
    main()
