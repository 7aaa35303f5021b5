"""The order of paths as people read them: part by part, and numbers by their value."""

from functools import cmp_to_key
from itertools import takewhile


def compared(a, b):
    return (a > b) - (a < b)


def number(name):
    digits = bytes(takewhile(lambda byte: chr(byte).isdigit() and byte < 128, name))
    return digits.lstrip(b"0") if digits else None, name[len(digits):]


def names_compared(a, b):
    rest_a, rest_b = a, b
    while True:
        same = 0
        while same < min(len(rest_a), len(rest_b)) and rest_a[same] == rest_b[same] and not rest_a[same:same + 1].isdigit():
            same += 1
        rest_a, rest_b = rest_a[same:], rest_b[same:]
        (number_a, behind_a), (number_b, behind_b) = number(rest_a), number(rest_b)
        if number_a is None or number_b is None:
            return compared(rest_a, rest_b) or compared(a, b)
        order = compared((len(number_a), number_a), (len(number_b), number_b))
        if order:
            return order
        rest_a, rest_b = behind_a, behind_b


def paths_compared(a, b):
    for part_a, part_b in zip(a.encode().split(b"/"), b.encode().split(b"/")):
        order = names_compared(part_a, part_b)
        if order:
            return order
    return compared(a.encode(), b.encode())


path_order = cmp_to_key(paths_compared)
