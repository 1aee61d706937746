"""Templates of pages, filled in the language that is spoken."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import imgpipe
from imgpipe._common.hidden import visible
from imgpipe._common.texts import Text, counted, say
from imgpipe.report.languages import spoken, tell

_HERE = Path(__file__).parent


def render_page(template: str | Path, content: Mapping[str, Any]) -> str:
    """Fill a template in the language that is spoken.

    Parameters
    ----------
    template : str or Path
        One of this room by its name, or the file of one elsewhere.
    content : dict
        What stands in it; without a ``style`` and a ``script`` it gets those of all reports.
    """
    environment = _environment()
    if isinstance(template, Path):
        found = environment.from_string(template.read_text(encoding="utf-8"))
    else:
        found = environment.get_template(template)
    defaults = {"style": together("style/*.css"), "script": together("scripts/*.js")}
    told = {"lang": spoken().code, "version": imgpipe.__version__}
    page = found.render(defaults | told | dict(content))
    return page if spoken().apart else _close(page)


@cache
def together(pattern: str, folder: Path = _HERE) -> Markup:
    """Join files in the order of their names."""
    return Markup("".join(p.read_text(encoding="utf-8") for p in sorted(folder.glob(pattern))))


def _close(page: str) -> str:
    """Take away the blanks between sentences that templates put after one another."""
    return re.sub(rf"{spoken().stop}\s+(?=[^\s<])", spoken().stop, page)


def _typeset(text: str) -> str:
    """Keep a p and its value on one line."""
    return re.sub(r"(?<![A-Za-z])p ([=<]) ", "p\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", text)


def _written(value: Any) -> Any:
    """Write a value; what nobody sees or what turns text round, in names of files, as escapes."""
    if isinstance(value, Text):
        value = _typeset(tell(value))
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    """Templates with every text from outside escaped: class names come from people's folders."""
    environment = Environment(
        loader=FileSystemLoader([_HERE, _HERE / "sections"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_written,
    )
    environment.globals |= {"say": say, "counted": counted, "tell": tell}
    return environment
