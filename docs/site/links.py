"""Links of a built site: each leads to a page, and to a place on it, that exist."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# what a page fetches by itself when it opens
LOADED = {"script": "src", "img": "src", "source": "src", "iframe": "src"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.places |= {has[name] for name in ("id", "name") if name in has}
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
        if tag in LOADED and has.get(LOADED[tag]):
            self.loaded.append(has[LOADED[tag]])
        if tag == "link" and has.get("rel") in ("stylesheet", "preload", "icon"):
            self.loaded.append(has["href"])


def broken(site: Path) -> list[str]:
    """List what leads nowhere, and what a page would fetch from a network: one line each."""
    pages = {}
    for path in sorted(site.rglob("*.html")):
        if "_static" in path.parts:  # a template of the theme
            continue
        pages[path.resolve()] = page = _Page()
        page.feed(path.read_text(encoding="utf-8"))
    found = []
    for path, page in pages.items():
        shown = path.relative_to(site.resolve())
        found += [f"{shown}: loads {url} from elsewhere" for url in page.loaded if _remote(url)]
        for url in {*page.links, *(url for url in page.loaded if not _remote(url))}:
            if said := _wrong(url, path, pages):
                found.append(f"{shown}: {said}")
    return sorted(found)


def _remote(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.netloc) or parts.scheme in ("http", "https")


def _wrong(url: str, path: Path, pages: dict[Path, _Page]) -> str:
    parts = urlsplit(url)
    if parts.scheme or parts.netloc:
        return ""
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        return f"no file for {url}"
    place = unquote(parts.fragment)
    if place and target in pages and place not in pages[target].places:
        return f"no such place: {url}"
    return ""
