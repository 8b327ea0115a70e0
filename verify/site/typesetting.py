"""MathML as browsers know it, from MathML as the converter writes it: letters by their own characters, TeX's spacing.

Browsers know one variant, `normal`: a script L is the character ℒ. They space an operator by what stands beside it in
its row, where TeX looks further: a minus after a comma is a sign, a slash has no space, cos x has a thin one.
"""

from xml.etree.ElementTree import Element, fromstring, tostring

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
THIN = "0.167em"
SIGNS = frozenset("−-+±")
OPENING = frozenset("([{⟨⌊⌈,;:=<>≤≥≪≫≈≠→+−-±·×/∈⇒∣")
"""After one of these a sign belongs to what follows it."""

UPRIGHT = frozenset("ΓΔΘΛΞΠΣΥΦΨΩ∇")
"""TeX sets these upright; a browser would slant them."""

STARTS = {
    "script": (0x1D49C, 0x1D4B6, None),
    "bold": (0x1D400, 0x1D41A, 0x1D7CE),
    "double-struck": (0x1D538, 0x1D552, 0x1D7D8),
}
"""Where the capital letters, the small ones and the digits of an alphabet begin."""

ELSEWHERE = {
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "double-struck": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "bold": {},
}
"""Letters that had a place before the alphabets were given theirs."""


class NoGlyph(ValueError):
    """A letter of an alphabet that has no character of its own."""


def refined(made: str) -> str:
    """A formula of the converter, for HTML: without a namespace. NoGlyph where a letter cannot be shown."""
    tree = fromstring(made.replace(f' xmlns="{NAMESPACE}"', ""))
    for element in tree.iter():
        _letter(element)
    for element in list(tree.iter()):
        _merge(element)
        _space(element)
    return tostring(tree, encoding="unicode")


def _letter(element: Element) -> None:
    variant = element.get("mathvariant")
    text = element.text or ""
    if element.tag == "mo" and len(text) > 1 and text.isalpha():
        element.tag = "mi"
    if variant in STARTS:
        element.text = "".join(glyph(letter, variant) for letter in text)
        del element.attrib["mathvariant"]
    elif element.tag == "mi" and text in UPRIGHT:
        element.set("mathvariant", "normal")


def glyph(letter: str, variant: str) -> str:
    """The character of a letter or digit in an alphabet."""
    if letter in ELSEWHERE[variant]:
        return ELSEWHERE[variant][letter]
    for first, last, start in zip("Aa0", "Zz9", STARTS[variant], strict=True):
        if first <= letter <= last and start is not None:
            return chr(start + ord(letter) - ord(first))
    raise NoGlyph(f"{letter!r} has no {variant} character")


def _merge(row: Element) -> None:
    """Neighbouring upright letters are one word, which is upright by itself."""
    before: Element | None = None
    for child in list(row):
        upright = child.tag == "mi" and child.get("mathvariant") == "normal" and (child.text or "").isalpha()
        if before is not None and upright and row.tag == "mrow":
            before.text = f"{before.text}{child.text}"
            before.attrib.pop("mathvariant", None)
            row.remove(child)
        else:
            before = child if upright else None


def _space(row: Element) -> None:
    if row.tag not in ("math", "mrow", "mtd", "mstyle"):
        return
    before: Element | None = None
    for child in list(row):
        text = child.text or ""
        if child.tag == "mo" and text in SIGNS and before is not None and _opens(before):
            child.set("form", "prefix")
        if child.tag == "mo" and text == "/":
            child.attrib |= {"lspace": "0", "rspace": "0"}
        if before is not None and _name(before) and not _fenced(child):
            row.insert(list(row).index(child), _thin())
        before = child


def _opens(element: Element) -> bool:
    """Whether a sign after this belongs to what follows it."""
    return element.tag == "mo" and (element.text or "") in OPENING and element.get("form") != "postfix"


def _name(element: Element) -> bool:
    """Whether this is the name of a function, with or without scripts."""
    if element.tag in ("msub", "msup", "msubsup", "munder", "mover", "munderover"):
        return _name(element[0])
    return element.tag == "mi" and len(element.text or "") > 2 and (element.text or "").isascii()


def _fenced(element: Element) -> bool:
    """Whether a space before this would be one too many."""
    first = element[0] if element.tag in ("mrow", "msup", "msub") and len(element) else element
    return first.tag in ("mo", "mspace", "mtext") or (len(first) > 0 and first is not element and _fenced(first))


def _thin() -> Element:
    return Element("mspace", {"width": THIN})
