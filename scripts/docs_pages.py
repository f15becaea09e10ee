"""Finds the commands of a Markdown page.

A command is a line of an indented or fenced block that begins with a program (PROGRAM below), continued over
backslashes and open quotes, or inline code that does so and is more than a name (`scripts/lint.sh` names a file, `flanmoe
data make` a verb, `flanmoe study full` is a command) and no fragment (`flanmoe train ...`).
"""
import re
import shlex
from typing import NamedTuple

PROGRAM = re.compile(r"([A-Z_]+=\S+ )*((export|source|cd|git|echo|printf|cat|make|python3|apt-get|sudo|pip|docker) +\S|"
                     r"(build/)?flanmoe\b(?![/.-])|(\./)?(scripts|bench|tests)/\S+\.(sh|py)\b)")
VERB = re.compile(r"(build/)?flanmoe( (study|train|eval|generate|score|data( (make|list|show|stats|check|build))?|"
                  r"tokenizer( (encode|decode|train|info))?|init|inspect|convert|upcycle|average|twin|analyze|settings|completion))?$")


class Command(NamedTuple):
    page: str
    line: int
    text: str
    inline: bool


def is_open(text):
    """Does the shell wait for another line?"""
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return True
    return text.endswith("\\")


def without_comment(text):
    """`make test   # every test` is `make test`; a # inside quotes or a word stays."""
    quote = ""
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "#" and (place == 0 or text[place - 1].isspace()):
            return text[:place].rstrip()
    return text.rstrip()


def blocks_of(lines):
    """Lists of (line number, text) of every indented and fenced block; what they cover becomes empty in `lines`."""
    blocks, block, fence = [], None, ""
    for place, line in enumerate(lines):
        mark = re.match(r"\s*(```+|~~~+)", line)
        if fence or mark:
            lines[place] = ""
            if not fence:
                fence, block = mark[1], []
            elif line.strip() == fence:
                blocks.append(block)
                fence, block = "", None
            else:
                block.append((place + 1, line.strip()))
        elif line.startswith("    ") and (block is not None or place == 0 or not lines[place - 1].strip()):
            block = block or []
            block.append((place + 1, line.strip()))
            lines[place] = ""
        elif block:
            blocks.append(block)
            block = None
    return blocks + ([block] if block else [])


def commands_of_block(page, block):
    rows = iter(block)
    for number, text in rows:
        if not PROGRAM.match(text):
            continue
        while is_open(text):
            _, more = next(rows, (0, None))
            if more is None:
                break
            text += "\n" + more
        yield Command(page, number, without_comment(text), False)


def inline_commands(page, lines):
    paragraph = []
    for number, line in enumerate(lines + [""], 1):
        if line.strip():
            paragraph.append(line)
            continue
        text = "\n".join(paragraph)
        first = number - len(paragraph)
        for span in re.finditer(r"`([^`]+)`", text):
            words = " ".join(span[1].split())
            if PROGRAM.match(words) and " " in words and not VERB.match(words) and not words.endswith("..."):
                yield Command(page, first + text.count("\n", 0, span.start()), words, True)
        paragraph = []


def commands_of(page, text):
    """Every command of a page, in order."""
    lines = text.split("\n")
    found = [command for block in blocks_of(lines) for command in commands_of_block(page, block)]
    return sorted(found + list(inline_commands(page, lines)), key=lambda command: (command.line, command.inline))
