"""Cells of a table's head that say nothing: no heads of a column to who listens, or looks for one."""

from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor


class _Heads(Treeprocessor):
    def run(self, root: Element) -> None:
        for cell in root.iter("th"):
            if not len(cell) and not (cell.text or "").strip():
                cell.tag = "td"


class Tables(Extension):
    """The extension of Python-Markdown."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_Heads(md), "empty-heads", 0)


def makeExtension(**options: object) -> Tables:
    """What Python-Markdown looks for in a module that is named as an extension."""
    return Tables(**options)
