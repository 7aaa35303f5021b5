"""Writes JSON in every way that is still JSON: white space, escapes, order and spelling of keys.

A value is what `json` makes of it, a `Raw` token, or a `Pairs`: an object as a list, so that a key
can come twice. Where a `Pairs` stands for an item or another row, the writer notes where it ends, so
that one who cuts the text knows what was whole by then.
"""

import json
from json.encoder import encode_basestring, encode_basestring_ascii

LAYOUTS = ["compact", "spaced", "indent 2", "indent 4", "tabs", "wild", "wild line"]
ONE_LINE = {"compact", "spaced", "wild line"}


class Raw(str):
    """A token that is written as it is."""


class Pairs(list):
    """An object: a list of key and value. `row` is what it stands for, if anything."""

    def __init__(self, pairs=(), row=None):
        super().__init__(pairs)
        self.row = row


def unicode_escapes(rng, char):
    """A character as one or two UTF-16 units in hexadecimal."""
    units = char.encode("utf-16-be", "surrogatepass").hex()
    if rng.random() < 0.5:
        units = units.upper()
    return "".join("\\u" + units[at:at + 4] for at in range(0, len(units), 4))


def quoted(rng, text, spelling):
    """`text` as a JSON string: `plain`, `ascii`, or `wild` with escapes where none are needed."""
    if spelling == "ascii":
        return encode_basestring_ascii(text)
    out = encode_basestring(text)
    if not out.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        return encode_basestring_ascii(text)
    if spelling == "wild" and text and rng.random() < 0.6:
        places = sorted({int(rng.random() * len(text)) for _ in range(rng.choice((1, 1, 2, 8)))})
        parts, begin = [], 0
        for at in places:
            parts += (encode_basestring(text[begin:at])[1:-1], unicode_escapes(rng, text[at]))
            begin = at + 1
        out = '"' + "".join(parts) + encode_basestring(text[begin:])[1:]
        if rng.random() < 0.3:
            out = out.replace("/", "\\/")
    return out


class Writer:
    """Builds a text; `marks` are the rows in it, each with the offset at which it ends."""

    def __init__(self, rng, layout="compact", spelling="plain", newline="\n", quirk=0):
        self.rng, self.newline = rng, newline
        self.parts, self.length, self.marks = [], 0, []
        # How often a row is written in another manner than those around it.
        self.quirk = quirk
        self.one_line = layout in ONE_LINE
        self.use(layout, spelling)

    def use(self, layout, spelling):
        self.layout, self.spelling = layout, spelling
        self.indent = {"indent 2": "  ", "indent 4": "    ", "tabs": "\t"}.get(layout)
        self.blanks = {"wild": ["", "", "", "", " ", "\t", "\n", "\r\n", "\n\n", "   "],
                       "wild line": ["", "", "", "", " ", "\t", "  "]}.get(layout)
        self.comma = ", " if layout == "spaced" else ","
        self.colon = ": " if layout == "spaced" or self.indent else ":"

    def text(self):
        return "".join(self.parts)

    def emit(self, text):
        self.parts.append(text)
        self.length += len(text)

    def gap(self, depth):
        """What stands between two members, or between one and a bracket."""
        if self.blanks:
            return self.blanks[int(self.rng.random() * len(self.blanks))]
        return self.newline + self.indent * depth if self.indent else ""

    def between(self):
        """The colon and what stands around it."""
        if not self.blanks:
            return self.colon
        before, after = self.gap(0), self.gap(0)
        return before + ":" + after

    def string(self, text):
        return text if isinstance(text, Raw) else quoted(self.rng, text, self.spelling)

    def rendered(self, value, depth):
        """The text of a value in which no row is."""
        if isinstance(value, str):
            return self.string(value)
        if isinstance(value, (Pairs, dict)):
            pairs = value.items() if isinstance(value, dict) else value
            opening, closing = "{", "}"
            members = [self.gap(depth + 1) + self.string(key) + self.between() + self.rendered(inner, depth + 1)
                       for key, inner in pairs]
        elif isinstance(value, list):
            opening, closing = "[", "]"
            members = [self.gap(depth + 1) + self.rendered(inner, depth + 1) for inner in value]
        else:
            return json.dumps(value)
        if not members:
            return opening + (self.gap(0) if self.blanks else "") + closing
        comma = self.gap(0) + "," if self.blanks else self.comma
        return opening + comma.join(members) + self.gap(depth) + closing

    def value(self, value, depth=0):
        """Writes a value, noting the rows in it."""
        if isinstance(value, Pairs) and value.row is not None:
            if self.quirk and self.rng.random() < self.quirk:
                usual = self.layout, self.spelling
                others = [name for name in LAYOUTS if not self.one_line or name in ONE_LINE]
                self.use(self.rng.choice(others), self.rng.choice(["plain", "ascii", "wild"]))
                self.emit(self.rendered(value, depth))
                self.use(*usual)
            else:
                self.emit(self.rendered(value, depth))
            self.marks.append((self.length, value.row))
        elif isinstance(value, (Pairs, dict, list)) and value:
            pairs = value.items() if isinstance(value, dict) else value
            keyed = not isinstance(value, list) or isinstance(value, Pairs)
            self.emit("{" if keyed else "[")
            for n, member in enumerate(pairs):
                if n:
                    self.emit(self.gap(0) + "," if self.blanks else self.comma)
                self.emit(self.gap(depth + 1))
                if keyed:
                    key, member = member
                    self.emit(self.string(key) + self.between())
                self.value(member, depth + 1)
            self.emit(self.gap(depth) + ("}" if keyed else "]"))
        else:
            self.emit(self.rendered(value, depth))
