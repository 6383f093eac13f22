"""The sources of the pages: they compile, and they hold what the house rules forbid or demand."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from chameleon import PageTemplateFile

FOLDER = Path(__file__).parents[2] / "templates"
STATIC = FOLDER / "static"
ALL = sorted(FOLDER.rglob("*.pt"))
# macros alone; and a page that clients frame and nobody looks at
NO_PAGES = {"layout.pt", "parts.pt", "pieces.pt", "check_session.pt"}
PAGES = [path for path in ALL if path.name not in NO_PAGES]
SCRIPTS = sorted(STATIC.rglob("*.js"))

URL_ATTRIBUTES = {"action", "formaction", "href", "src"}
# what views hand over as an address, by its name; `page` makes those of our own
ADDRESS = re.compile(
    r"page\.(asset|path)\(.*\)"
    r"|(\w+\.)?(\w*url|\w*uri|action\w*|address|picture)"
    r"|root|latest|elsewhere|where|(action|address)\('[\w .§]+'\)|step\.anchor|notice\['url'\]"  # the playground's own pages
)
SPOKEN = {"alt", "aria-label", "placeholder", "title"}
EXPRESSION = re.compile(r"\$\{[^}]*\}")
VOID = {"br", "hr", "img", "input", "link", "meta"}


def name_of(path):
    return path.relative_to(FOLDER).as_posix()


each_template = pytest.mark.parametrize("path", ALL, ids=name_of)
each_page = pytest.mark.parametrize("path", PAGES, ids=name_of)


class Source(HTMLParser):
    """The tags of a template, and its texts with the tags around them."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.texts = [], [], []
        self.feed(re.sub(r"<!--!.*?-->", "", text, flags=re.DOTALL))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag, attrs):
        around = {"in-label": "yes"} if "label" in dict(self.open) else {}
        self.tags.append((tag, dict(attrs) | around))

    def handle_endtag(self, tag):
        opened, _ = self.open.pop()
        assert opened == tag

    def handle_data(self, data):
        text = EXPRESSION.sub("", data).strip()
        if re.search(r"[^\W\d_]", text):
            self.texts.append((text, list(self.open)))


@cache
def source(path):
    return Source(path.read_text(encoding="utf-8"))


def attributes(path):
    return [
        (tag, name, value or "")
        for tag, found in source(path).tags
        for name, value in found.items()
    ]


@each_template
def test_a_template_compiles(path):
    PageTemplateFile(str(path)).cook_check()


@each_page
def test_a_page_fills_the_layout(path):
    tags = source(path).tags
    assert tags[0][1]["metal:use-macro"] == "layout.macros['page']"
    assert tags[0][1]["i18n:domain"] == "oidc_pyramid"
    filled = {found["metal:fill-slot"] for _, found in tags if "metal:fill-slot" in found}
    assert {"title", "content"} <= filled <= {"title", "head", "content", "footer"}


@each_page
def test_a_page_has_one_first_heading(path):
    assert [tag for tag, _ in source(path).tags].count("h1") == 1


@each_template
def test_markup_in_values_is_never_trusted(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\bstructure\b", text)
    assert "__html__" not in text
    assert "<?python" not in text


@each_template
def test_no_script_or_style_within_a_page(path):
    for tag, found in source(path).tags:
        assert tag != "style"
        assert tag != "script" or found["src"].startswith("${page.asset(")
    for _, name, value in attributes(path):
        assert name != "style"
        assert not name.startswith("on")
        assert not value.lstrip().lower().startswith(("javascript:", "data:"))


@each_template
def test_expressions_in_attributes_are_quoted(path):
    assert not re.search(r"=\s*\$\{", path.read_text(encoding="utf-8"))


@each_template
def test_scripts_hold_no_expressions(path):
    assert not [text for text, around in source(path).texts if around and around[-1][0] == "script"]


@each_template
def test_addresses_come_from_the_view(path):
    for _, name, value in attributes(path):
        if name in URL_ATTRIBUTES and "${" in value:
            assert ADDRESS.fullmatch(value[2:-1]), value


@each_template
def test_links_that_a_client_gave_learn_nothing(path):
    for tag, found in source(path).tags:
        if "${client." in (found.get("href") or ""):
            assert found["rel"] == "noopener noreferrer"
            assert found["target"] == "_blank"
        if tag == "img":
            assert found["referrerpolicy"] == "no-referrer"


@each_template
def test_each_field_has_an_id_and_a_label(path):
    tags = source(path).tags
    labels = {found.get("for") for tag, found in tags if tag == "label"}
    for tag, found in tags:
        if (
            tag in {"input", "select", "textarea"}
            and found.get("type") != "hidden"
            and "hidden" not in found
        ):
            assert found["id"] in labels or found.get("in-label")


@each_template
def test_passwords_and_names_can_be_filled_in_by_the_browser(path):
    for tag, found in source(path).tags:
        if tag == "input" and found.get("type") == "password":
            assert found["autocomplete"] in {"current-password", "new-password"}
        if tag == "input" and found.get("name") in {"username", "name", "email"}:
            assert found["autocomplete"] == found["name"]


@each_template
def test_each_form_of_ours_posts_with_a_token(path):
    text = path.read_text(encoding="utf-8")
    forms = re.findall(r"<form\b.*?</form>", text, flags=re.DOTALL)
    for form in forms:
        assert 'method="post"' in form
        to_the_client = path.name in {"form_post.pt", "interstitial.pt"}
        assert 'name="csrf_token"' in form or to_the_client


@each_page
def test_each_text_can_be_translated(path):
    for text, around in source(path).texts:
        translated = any("i18n:translate" in found for _, found in around)
        wire = {"code", "pre"} & {tag for tag, _ in around}
        cited = around[-1][1].get("class") == "cite"
        assert translated or wire or cited, text


@each_template
def test_each_spoken_attribute_can_be_translated(path):
    for tag, found in source(path).tags:
        listed = {part.split()[0] for part in found.get("i18n:attributes", "").split(";") if part}
        spoken = {name for name in SPOKEN & set(found) if EXPRESSION.sub("", found[name] or "")}
        assert spoken <= listed, (tag, spoken)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_make_no_code_or_markup_from_texts(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(
        r"\beval\b|\bFunction\b|innerHTML|outerHTML|document\.write|\bfetch\b", text
    )
