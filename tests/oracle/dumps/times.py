"""One instant in every form it is found in."""

from model import rfc3339
from .writing import Raw

SECOND = 1_000_000


def shifted(micros, minutes, rng, separator="T", mark=None, digits=None):
    """A time as text, `minutes` east of Greenwich."""
    seconds, fraction = divmod(micros + minutes * 60 * SECOND, SECOND)
    text = rfc3339(seconds * SECOND)[:-1].replace("T", separator)
    if digits is None:
        digits = 0 if fraction == 0 else 3 if fraction % 1000 == 0 else 6
    if digits:
        # Beyond the microsecond all digits are allowed, and dropped.
        nine = f"{fraction:06}" + "".join(rng.choices("0123456789", k=3))
        text += "." + nine[:digits]
    if mark is not None:
        return text + mark
    sign = "-" if minutes < 0 else "+"
    return f"{text}{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def least_digits(micros):
    fraction = micros % SECOND
    return len(f"{fraction:06}".rstrip("0"))


def time_token(micros, form, rng):
    """One instant in one of the forms it is found in."""
    whole_millis, whole_seconds = micros % 1000 == 0, micros % SECOND == 0
    if form == "any":
        form = rng.choice(TIME_FORMS)
    if form == "millis" and whole_millis:
        return micros // 1000
    if form == "millis text" and whole_millis:
        return str(micros // 1000)
    if form == "millis float" and whole_millis:
        return Raw(rng.choice([f"{micros // 1000}.0", f"{micros // 1000 / 10**12:.12f}e12", f"{micros // 1000}0e-1"]))
    if form == "seconds" and whole_seconds:
        return micros // SECOND
    if form == "seconds text" and whole_seconds:
        return str(micros // SECOND)
    if form == "half seconds" and micros % (SECOND // 2) == 0:
        return micros / SECOND
    if form == "micros":
        return rng.choice([micros, str(micros)])
    if form == "nanos":
        return rng.choice([micros * 1000, str(micros * 1000)])
    if form == "+00:00":
        return shifted(micros, 0, rng)
    if form == "-00:00":
        return shifted(micros, 0, rng, mark="-00:00")
    if form == "+0000":
        return shifted(micros, 0, rng, mark="+0000")
    if form == "offset":
        return shifted(micros, rng.choice([120, -330, 345, -60, 14 * 60, -12 * 60, 1, -1]), rng)
    if form == "no zone":
        return shifted(micros, 0, rng, mark="")
    if form == "space":
        return shifted(micros, 0, rng, separator=" ", mark=rng.choice(["", "Z", "+00:00"]))
    if form == "lower case":
        return shifted(micros, 0, rng, separator="t", mark="z")
    if form == "digits":
        return shifted(micros, 0, rng, mark="Z", digits=rng.randint(least_digits(micros), 6))
    if form == "six":
        return shifted(micros, 0, rng, mark="Z", digits=6)
    if form == "nine":
        return shifted(micros, 0, rng, mark="Z", digits=9)
    if form == "word":
        return shifted(micros, 0, rng, separator=" ", mark=" UTC")
    if form == "blanks":
        return " " + rfc3339(micros) + " "
    return rfc3339(micros)


TIME_FORMS = ["server", "six", "nine", "digits", "+00:00", "-00:00", "+0000", "offset", "no zone", "space", "lower case",
              "blanks", "word", "millis", "millis text", "millis float", "seconds", "seconds text", "half seconds", "micros",
              "nanos"]
