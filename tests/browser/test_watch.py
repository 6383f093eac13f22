"""The other tests would see it if a page broke its policy or its script."""

import pytest

ADD_INLINE_SCRIPT = """() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'not allowed'";
    document.head.append(script);
}"""
THROW = "() => { setTimeout(() => { throw new Error('a broken script'); }); }"


@pytest.mark.parametrize(
    "deed, complaint",
    [(ADD_INLINE_SCRIPT, "Content Security Policy"), (THROW, "a broken script")],
)
def test_complaints_are_heard(page, watch, deed, complaint):
    page.goto("/")
    page.evaluate(deed)
    page.wait_for_timeout(200)
    heard, watch.complaints = watch.complaints, []
    assert [one for one in heard if complaint in one], heard
    assert page.title() != "not allowed"
