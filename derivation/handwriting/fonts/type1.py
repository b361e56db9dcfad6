"""Type 1 fonts: outlines as a file that every TeX embeds. After Adobe, Type 1 Font Format, version 1.1 (1990)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

from derivation.handwriting.ink.pen import Contour

RRCURVETO, CLOSEPATH, RETURN, HSBW, ENDCHAR, RMOVETO = b"\x08", b"\x09", b"\x0b", b"\x0d", b"\x0e", b"\x15"
EEXEC, CHARSTRING = 55665, 4330
SCALE = 10
"""Units of a font for one of ours."""


def number(value: int) -> bytes:
    r"""A whole number in a charstring.

    >>> number(0), number(108), number(-108), number(2000)
    (b'\x8b', b'\xf7\x00', b'\xfb\x00', b'\xff\x00\x00\x07\xd0')
    """
    if -107 <= value <= 107:
        return bytes((value + 139,))
    if 108 <= value <= 1131:
        return bytes((247 + (value - 108) // 256, (value - 108) % 256))
    if -1131 <= value <= -108:
        return bytes((251 + (-value - 108) // 256, (-value - 108) % 256))
    return b"\xff" + struct.pack(">i", value)


NUMBERS = {value: number(value) for value in range(-1131, 1132)}


def encrypted(data: bytes, key: int) -> bytes:
    """Adobe's cipher, with four leading bytes that a reader throws away."""
    out = bytearray(b"\0\0\0\0" + data)
    for place, plain in enumerate(out):
        cipher = plain ^ (key >> 8)
        key = ((cipher + key) * 52845 + 22719) & 0xFFFF
        out[place] = cipher
    return bytes(out)


def charstring(contours: Iterable[Contour], width: float) -> bytes:
    """The program of a glyph; its width in our units, as its points are."""
    made = [number(0), number(round(width * SCALE)), HSBW]
    x = y = 0

    def move(*points: complex) -> None:
        nonlocal x, y
        for point in points:
            right, up = round(point.real * SCALE), round(point.imag * SCALE)
            made.append(NUMBERS.get(right - x) or number(right - x))
            made.append(NUMBERS.get(up - y) or number(up - y))
            x, y = right, up

    for start, curves in contours:
        move(start)
        made.append(RMOVETO)
        for curve in curves:
            move(*curve)
            made.append(RRCURVETO)
        made.append(CLOSEPATH)
    made.append(ENDCHAR)
    return b"".join(made)


def pfb(name: str, glyphs: Mapping[str, bytes], encoding: Mapping[int, str], box: tuple[int, int, int, int]) -> bytes:
    """A font file: charstrings by the glyphs' names, slots to names, and a box around all glyphs."""
    slots = "\n".join(f"dup {slot} /{glyph} put" for slot, glyph in sorted(encoding.items()))
    head = f"""%!PS-AdobeFont-1.0: {name} 1.0
11 dict begin
/FontInfo 4 dict dup begin
/FullName ({name}) readonly def
/FamilyName ({name}) readonly def
/ItalicAngle 0 def
/isFixedPitch false def
end readonly def
/FontName /{name} def
/PaintType 0 def
/FontType 1 def
/FontMatrix [0.001 0 0 0.001 0 0] readonly def
/FontBBox {{{" ".join(map(str, box))}}} readonly def
/Encoding 256 array
0 1 255 {{1 index exch /.notdef put}} for
{slots}
readonly def
currentdict end
currentfile eexec
"""
    private = [
        b"dup /Private 10 dict dup begin\n/RD {string currentfile exch readstring pop} executeonly def\n/ND "
        b"{noaccess def} executeonly def\n"
        b"/NP {noaccess put} executeonly def\n/BlueValues [] def\n/MinFeature {16 16} def\n/password 5839 "
        b"def\n/lenIV 4 def\n/Subrs 4 array\n"
    ]
    for place in range(4):  # never called, but some readers want them
        locked = encrypted(RETURN, CHARSTRING)
        private.append(b"dup %d %d RD %b NP\n" % (place, len(locked), locked))
    private.append(b"ND\n2 index /CharStrings %d dict dup begin\n" % (len(glyphs) + 1))
    for glyph, program in {".notdef": charstring((), 25), **glyphs}.items():
        locked = encrypted(program, CHARSTRING)
        private.append(b"/%b %d RD %b ND\n" % (glyph.encode(), len(locked), locked))
    private.append(
        b"end\nend\nreadonly put\nnoaccess put\ndup /FontName get exch definefont pop\nmark currentfile closefile\n"
    )
    tail = (b"0" * 64 + b"\n") * 8 + b"cleartomark\n"
    parts = ((1, head.encode()), (2, encrypted(b"".join(private), EEXEC)), (1, tail))
    return b"".join(struct.pack("<BBI", 128, kind, len(data)) + data for kind, data in parts) + b"\x80\x03"
