"""Settings of Sphinx for the site; `docs/site/build.py` makes the folder that it reads."""

from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

import imgpipe
from docs.site.search import SearchBoth

HERE = Path(__file__).parent

project = "imgpipe"
author = "The imgpipe developers"
copyright = "2026, the imgpipe developers"
version = release = imgpipe.__version__

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc"]
# lessons come executed, or not at all
nb_execution_mode = "off"
exclude_patterns = ["lessons"]
root_doc = "index"
# what stands in single backticks is a name: a link where it has a page, else code
default_role = "py:obj"

# what is not said to be Python is not coloured as such
highlight_language = "none"

# as on code hosts: a heading can be linked to by its words
myst_heading_anchors = 4
numpydoc_show_class_members = False
autodoc_typehints = "none"
python_maximum_signature_line_length = 88

# browsers draw MathML themselves; MathJax would be fetched
html_math_renderer = "mathml"

html_theme = "pydata_sphinx_theme"
html_title = "imgpipe"
html_static_path = [str(HERE / "static")]
html_css_files = ["site.css"]
html_copy_source = False
# a page that was opened from a disk may not read its neighbours
html_show_search_summary = False
html_context = {"default_mode": "auto"}
html_show_sourcelink = False
html_search_language = SearchBoth.lang
html_theme_options = {
    "logo": {"text": "imgpipe"},
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "show_prev_next": False,
    "navigation_with_keys": False,
    "navigation_depth": 3,
    "show_toc_level": 2,
    "search_bar_text": "Search",
    "footer_start": ["copyright"],
    "footer_end": [],
}
# the first page has nothing beside it to go to
html_sidebars = {"index": [], "README": [], "search": []}


def setup(app: Any) -> None:
    """Draw formulas as MathML; leave out what scikit-learn writes into every estimator."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.connect("autodoc-skip-member", _not_ours)
    app.connect("html-page-context", _language)
    app.add_search_language(SearchBoth)


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(tex2mathml(node.astext(), as_block=True))
    raise nodes.SkipNode


def _not_ours(app: Any, what: str, name: str, member: Any, skip: bool, options: Any) -> bool | None:
    # what scikit-learn gives each estimator for its metadata routing
    return True if name.startswith("set_") and name.endswith("_request") else None


def _language(app: Any, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    # read aloud, and broken into lines, as Chinese
    if "/zh/" in page:
        context["language"] = "zh-CN"
