"""Decodes one picture: bytes on standard input → a line of JSON and a WebP thumbnail on standard output.

Run by pictures.py as a process of its own, under limits, since decoders are where hostile bytes bite. It fails for what
is no picture, is cut off, or is larger than `MAX_PIXELS`. The thumbnail is drawn anew: turned as the camera was held,
and without a word of what else the picture said (place, device, comments).
"""

import io
import json
import resource
import sys

CPU_S = 10
MEMORY = 1536 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SCANS = 32
"""Of a progressive JPEG; cameras and programs write some ten. Each is decoded over the whole picture."""
SIDE = 720


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def shrink(data: bytes) -> tuple[dict[str, object], bytes]:
    from PIL import Image, ImageOps  # after the limits

    if data[:3] == b"\xff\xd8\xff" and data.count(b"\xff\xda") > MAX_SCANS:
        raise ValueError("too many scans")
    Image.MAX_IMAGE_PIXELS = None  # ours holds instead, before anything is decoded
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "WEBP")) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        told = {"type": f"image/{(picture.format or '').lower()}", "width": picture.width, "height": picture.height}
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # a large JPEG is decoded at a fraction of its size
        picture.load()
        small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        small.thumbnail((SIDE, SIDE))
        turned = ImageOps.exif_transpose(small)
        if (turned.width > turned.height) != (small.width > small.height):
            told["width"], told["height"] = told["height"], told["width"]
        fresh = Image.new(turned.mode, turned.size)
        fresh.paste(turned)
        out = io.BytesIO()
        fresh.save(out, "WEBP", quality=80)
        return told, out.getvalue()


if __name__ == "__main__":
    limit()
    told, thumbnail = shrink(sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + thumbnail)
