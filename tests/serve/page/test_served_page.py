"""The page of a server: what it may do, and that names cannot break out of it."""

import json
import re

from toy_datasets import make_dataset

from imgpipe import bundle, learn
from imgpipe.serve.page import page

HOSTILE = ("</script><script>alert(1)</script>", 'a "b" <!-- {{ c }} ${d}')


def predictor(classes: tuple[str, str]) -> bundle.Predictor:
    data = make_dataset(classes, 10)
    trained = learn.fit(data, "forest", families="intensity")
    return bundle.Predictor(trained, bundle.make_card(trained, data, "forest"))


def test_it_asks_its_own_server_alone() -> None:
    """No other place is named; requests go to the server that the page came from."""
    text = page(predictor(("benign", "malignant")))
    assert "connect-src &#39;self&#39;" in text
    assert "default-src &#39;none&#39;" in text
    assert not re.search("https?://", text)
    assert "For research and teaching. Not for clinical use." in text
    assert "forest" in text


def test_names_stay_names() -> None:
    """Classes with marks of HTML in their names reach the script as they are."""
    text = page(predictor(HOSTILE), "zh")
    assert text.count("<script") == text.count("</script>") == 2
    told = re.search(r'id="told">(.*?)</script>', text, re.DOTALL)
    assert told
    assert json.loads(told[1])["classes"] == list(HOSTILE)
