"""Search of the site: English words, and Chinese ones by pairs of characters.

Chinese has no spaces between words. Pages and queries are cut into the same overlapping pairs, so
that each word of two characters or more is found wherever it stands, without a dictionary.
"""

import re

from sphinx.search.en import SearchEnglish

_CHINESE = r"\u3400-\u4dbf\u4e00-\u9fff"
_RUNS = re.compile(rf"[{_CHINESE}]+|[^\W{_CHINESE}]+")


class SearchBoth(SearchEnglish):
    """English as Sphinx does it, and Chinese characters, alone and in pairs."""

    lang = "en_zh"
    js_splitter_code = r"""
const RUNS = /[\u3400-\u4dbf\u4e00-\u9fff]+|[^\u3400-\u4dbf\u4e00-\u9fff]+/gu;
var splitQuery = (query) =>
  (query.match(RUNS) || []).flatMap((run) =>
    !/[\u3400-\u4dbf\u4e00-\u9fff]/u.test(run)
      ? run.split(/[^\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu).filter((term) => term)
      : run.length === 1
        ? [run]
        : Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2)));
"""

    def split(self, input: str) -> list[str]:
        """Cut text into words, and runs of Chinese into characters and pairs of them."""
        terms: list[str] = []
        for run in _RUNS.findall(input):
            if re.match(f"[{_CHINESE}]", run):
                terms += [*run, *(run[at : at + 2] for at in range(len(run) - 1))]
            else:
                terms.append(run)
        return terms
