"""Renders Markdown for GitHub and GitLab and looks for what foreign text must not become.

Usage: tickets.py BINARY DUMP...
"""

import re
import subprocess
import sys

from markdown_it import MarkdownIt


def printed(binary, dump, place):
    command = [binary, "report", dump, "-q", "--for", place]
    return subprocess.run(command, check=True, capture_output=True).stdout.decode()


def check(text):
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    html = markdown.render(text)
    without_code = re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL)
    tags = set(re.findall(r"</?([a-z0-9]+)", without_code))
    allowed = {"h3", "h4", "p", "ul", "li", "strong", "details", "summary", "span"}
    assert tags <= allowed, tags - allowed
    for pattern in (r"@[A-Za-z]", r"(?<![&\w])#\d", r"https?://", r"www\."):
        found = re.search(pattern, without_code)
        assert not found, (pattern, without_code[max(0, found.start() - 40) : found.end() + 40])


def main():
    binary, *dumps = sys.argv[1:]
    for dump in dumps:
        for place in ("github-comment", "github-summary", "gitlab"):
            check(printed(binary, dump, place))
    print(f"{len(dumps)} dumps are harmless")


main()
