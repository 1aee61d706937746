"""What notebooks show: small pages without a script, whose style reaches nothing else."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from imgpipe._common.palette import DARK, GRAY_DARK, GRAY_LIGHT, LIGHT

# light and dark, and in JupyterLab the theme's own; a class named twice outdoes a notebook's tables
_STYLE = """
.imgpipe-shown{color-scheme:light dark;--ink:var(--jp-content-font-color1,light-dark(#191d22,\
#e8ebee));--soft:var(--jp-content-font-color2,light-dark(#59636f,#9ba6b2));--line:var(\
--jp-border-color2,light-dark(#e3e6ea,#2a3037));--page:var(--jp-layout-color1,light-dark(#fff,\
#161a1f));\
COLOURS\
--warn:light-dark(#8a4b00,#f5c577);--bad:light-dark(#b3261e,#ff8a80);\
background:var(--page);color:var(--ink);border:1px solid var(--line);border-radius:8px;\
padding:12px 16px;margin:2px 0 6px;max-width:60rem;overflow-x:auto;\
font:13px/1.45 system-ui,-apple-system,"Segoe UI","Noto Sans",sans-serif}
[data-jp-theme-light=true] .imgpipe-shown,.vscode-light .imgpipe-shown,[data-theme=light] \
.imgpipe-shown{color-scheme:light}
[data-jp-theme-light=false] .imgpipe-shown,.vscode-dark .imgpipe-shown,[data-theme=dark] \
.imgpipe-shown{color-scheme:dark}
.imgpipe-shown.imgpipe-shown h4{font-size:15px;font-weight:600;margin:0;color:var(--ink)}
.imgpipe-shown.imgpipe-shown p{margin:2px 0 8px;color:var(--soft)}
.imgpipe-shown.imgpipe-shown p.told{margin:2px 0;color:var(--ink);max-width:46rem}
.imgpipe-shown.imgpipe-shown table{border-collapse:collapse;border:0;margin:6px 0;font-size:13px;\
font-variant-numeric:tabular-nums;color:var(--ink);background:none}
.imgpipe-shown.imgpipe-shown tr,.imgpipe-shown.imgpipe-shown tbody tr:nth-child(n),\
.imgpipe-shown.imgpipe-shown tbody tr:nth-child(n):hover{background:none}
.imgpipe-shown.imgpipe-shown th,.imgpipe-shown.imgpipe-shown td{text-align:left;\
vertical-align:middle;white-space:normal;padding:4px 18px 4px 0;border:0;\
border-bottom:1px solid var(--line);max-width:34rem;overflow-wrap:break-word}
.imgpipe-shown.imgpipe-shown tr:last-child td{border-bottom:0}
.imgpipe-shown.imgpipe-shown th{font-weight:500;color:var(--soft)}
.imgpipe-shown.imgpipe-shown .n{text-align:right;white-space:nowrap}
.imgpipe-shown.imgpipe-shown .soft{color:var(--soft)}
.imgpipe-shown.imgpipe-shown ul{margin:8px 0 0;padding:0;list-style:none}
.imgpipe-shown.imgpipe-shown li{margin:3px 0;padding-left:20px;position:relative}
.imgpipe-shown.imgpipe-shown li::before{content:"⚠";position:absolute;left:0;color:var(--warn)}
.imgpipe-shown.imgpipe-shown img{display:inline-block;vertical-align:middle;margin:1px 3px 1px 0;\
border-radius:3px;height:44px;width:auto;max-width:88px;object-fit:contain}
.imgpipe-shown.imgpipe-shown svg{display:block;max-width:none;overflow:visible}
.imgpipe-shown.imgpipe-shown code{color:inherit;background:none;padding:0;font-size:12px}
.imgpipe-shown.imgpipe-shown .chip{display:inline-block;width:9px;height:9px;border-radius:2px;\
margin-right:7px;background:var(--c)}
.imgpipe-shown.imgpipe-shown .error{color:var(--bad);font-weight:600}
.imgpipe-shown.imgpipe-shown .warning{color:var(--warn);font-weight:600}
""".replace(
    "COLOURS",
    "".join(
        f"--m{i}:light-dark({a},{b});" for i, (a, b) in enumerate(zip(LIGHT, DARK, strict=True))
    )
    + f"--dummy:light-dark({GRAY_LIGHT},{GRAY_DARK});",
)


def html_view(title: object, lead: object = "", *parts: str) -> str:
    """Frame what an object shows: a title, a line below it, and parts that are HTML already.

    Examples
    --------
    >>> html_view("a < b", "two numbers").endswith("<h4>a &lt; b</h4><p>two numbers</p></div>")
    True
    """
    below = Markup("<p>{}</p>").format(lead) if lead else ""
    head = Markup("<h4>{}</h4>").format(title)
    style = f"<style>{_STYLE}</style>"
    # a wide table scrolls within: the keyboard must reach it
    frame = Markup('<div class="imgpipe-shown" tabindex="0" role="group" aria-label="{}">')
    return f"{frame.format(title)}{style}{head}{below}{''.join(parts)}</div>"


def html_table(
    header: Sequence[object], rows: Iterable[Sequence[object]], numbers: Iterable[int] = ()
) -> Markup:
    """Write a table; every text is escaped but for `Markup`, and columns of `numbers` end right.

    Examples
    --------
    >>> html_table(["name"], [["a < b"]])
    Markup('<table><tr><th>name</th></tr><tr><td>a &lt; b</td></tr></table>')
    """
    right = set(numbers)
    lines = [_cells("th", header, right), *(_cells("td", row, right) for row in rows)]
    return Markup("<table>") + Markup("").join(lines) + Markup("</table>")


def html_list(texts: Iterable[str]) -> Markup:
    """Write warnings as a list; nothing where there are none.

    Examples
    --------
    >>> html_list(["2 < 3"])
    Markup('<ul><li>2 &lt; 3</li></ul>')
    """
    items = Markup("").join(Markup("<li>{}</li>").format(text) for text in texts)
    return Markup("<ul>{}</ul>").format(items) if items else Markup("")


def _cells(tag: str, values: Sequence[object], right: set[int]) -> Markup:
    cells = [
        Markup(f'<{tag} class="n">{{}}</{tag}>' if i in right else f"<{tag}>{{}}</{tag}>").format(
            escape(value)
        )
        for i, value in enumerate(values)
    ]
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def html_facts(facts: Iterable[tuple[object, object]]) -> Markup:
    """Write names and values beside one another; what is blank is left out.

    Examples
    --------
    >>> html_facts([("unit", "mm"), ("id", None)])
    Markup('<table><tr><td class="soft">unit</td><td>mm</td></tr></table>')
    """
    row = Markup('<tr><td class="soft">{}</td><td>{}</td></tr>')
    rows = Markup("").join(row.format(name, value) for name, value in facts if value)
    return Markup("<table>{}</table>").format(rows)


def html_note(text: object) -> Markup:
    """Write a line below a table; nothing where it is blank."""
    return Markup("<p>{}</p>").format(text) if text else Markup("")
