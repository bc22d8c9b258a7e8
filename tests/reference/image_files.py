#!/usr/bin/env python3
"""Makes the pictures of tests/golden/files and prints the tables of tests/core/image/test_image.c and test_preprocess.c.

The source pictures are formulas, so that the test makes the same ones itself; Pillow's answer is kept as a CRC32.
Needs Pillow and numpy."""
import pathlib
import struct
import sys
import zlib

try:
    import numpy as np
    from PIL import Image
except ImportError:
    sys.exit("image_files.py needs Pillow and numpy (python3-pil, python3-numpy)")

FILES = pathlib.Path(__file__).resolve().parent.parent / "golden" / "files"

# width, height, new width, new height
RESIZES = [(32, 32, 32, 32), (61, 43, 20, 31), (61, 43, 200, 100), (256, 1, 7, 5), (1, 300, 3, 20), (300, 200, 300, 77),
           (300, 200, 33, 200), (500, 333, 256, 170), (17, 19, 16, 18), (640, 480, 1, 1), (2, 2, 9, 9), (999, 7, 13, 100)]
# width, height, crop side
CROPS = [(32, 32, 32), (61, 43, 32), (43, 61, 32), (33, 32, 32), (300, 200, 224), (224, 224, 224), (256, 257, 224),
         (500, 375, 224), (375, 500, 224), (90, 700, 224), (5000, 7, 224), (1, 1, 224)]


def picture(width, height):
    y, x, c = np.indices((height, width, 3))
    return ((x * (7 + c) + y * (3 + 5 * c) + x * y) % 256).astype(np.uint8)


def resize(width, height, new_width, new_height):
    return np.asarray(Image.fromarray(picture(width, height)).resize((new_width, new_height), Image.BILINEAR))


def crop(width, height, side):
    """torchvision's Resize and CenterCrop in their own arithmetic."""
    short = side if side <= 64 else side * 8 // 7
    full = (short, int(short * height / width)) if width <= height else (int(short * width / height), short)
    scaled = np.asarray(Image.fromarray(picture(width, height)).resize(full, Image.BILINEAR))
    top, left = int(round((full[1] - side) / 2.0)), int(round((full[0] - side) / 2.0))
    return scaled[top:top + side, left:left + side]


def brightness(image):
    return image.convert("L").convert("RGB")


# width, height, then torchvision's steps: resize (0: none; or both sides), crop, filter, gray.
INPUTS = [(300, 200, 256, 224, "bilinear", 0), (300, 200, 235, 224, "bicubic", 0), (200, 300, 288, 288, "bicubic", 0),
          (61, 43, 224, 224, "bicubic", 0), (90, 70, (64, 48), 48, "bicubic", 0), (30, 50, 0, 48, "bilinear", 0),
          (51, 30, 0, 48, "bilinear", 0), (31, 31, 0, 48, "bilinear", 0), (100, 40, 36, 64, "bicubic", 0),
          (300, 200, 256, 224, "bilinear", 1)]


def network_input(width, height, size, side, kind, gray):
    """Resize, CenterCrop and Grayscale(3) as torchvision has them, CenterCrop with its padding."""
    image = Image.fromarray(picture(width, height))
    if isinstance(size, tuple):
        full = size
    elif size:
        full = (size, int(size * height / width)) if width <= height else (int(size * width / height), size)
    else:
        full = image.size
    image = image.resize(full, {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}[kind])
    if gray:
        image = brightness(image)
    scaled = np.asarray(image)
    pads = [(max(0, side - n) // 2, (max(0, side - n) + 1) // 2) for n in scaled.shape[:2]]
    scaled = np.pad(scaled, pads + [(0, 0)])
    top, left = (int(round((n - side) / 2.0)) for n in scaled.shape[:2])
    return scaled[top:top + side, left:left + side]


def smooth(width, height):
    y, x, c = np.indices((height, width, 3))
    return (40 + 2 * x + 3 * y * (c == 1) + 2 * (height - y) * (c == 2)).astype(np.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def interlaced(pixels):
    """Adam7: seven passes of every dx-th column and dy-th row."""
    height, width, _ = pixels.shape
    rows = b""
    for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        part = pixels[y0::dy, x0::dx]
        if part.size:
            rows += b"".join(b"\0" + row.tobytes() for row in part)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def main():
    FILES.mkdir(parents=True, exist_ok=True)
    (FILES / "interlaced.png").write_bytes(interlaced(picture(21, 13)))
    Image.fromarray(picture(21, 13)).save(FILES / "filtered.png", optimize=True)
    Image.fromarray(picture(21, 13)).quantize(16).save(FILES / "palette.png")
    photo = Image.fromarray(smooth(45, 30))
    photo.save(FILES / "baseline_420.jpg", quality=95)
    photo.save(FILES / "progressive_444.jpg", quality=95, subsampling=0, progressive=True)
    photo.convert("L").save(FILES / "gray.jpg", quality=95)
    photo.convert("CMYK").save(FILES / "cmyk.jpg", quality=95)
    for case in RESIZES:
        print("    {%s, 0x%08x}," % (", ".join(map(str, case)), zlib.crc32(resize(*case).tobytes())))
    print()
    for case in CROPS:
        print("    {%s, 0x%08x}," % (", ".join(map(str, case)), zlib.crc32(crop(*case).tobytes())))
    print()
    for width, height, size, side, kind, gray in INPUTS:
        size_text = "{0}, {1}".format(*size) if isinstance(size, tuple) else "%d, 0" % size
        pixels = network_input(width, height, size, side, kind, gray)
        print("    {%d, %d, %s, %d, IMAGE_FILTER_%s, %d, 0x%08x}," %
              (width, height, size_text, side, kind.upper(), gray, zlib.crc32(pixels.tobytes())))
    print("palette.png 0x%08x" % zlib.crc32(np.asarray(Image.open(FILES / "palette.png").convert("RGB")).tobytes()))


if __name__ == "__main__":
    main()
