"""The front page: in development it says who can sign in; elsewhere it doesn't."""


def test_the_front_page_names_the_configuration_document(browser):
    page = browser.get("/")
    assert page.html.find("a", href=lambda href: href.endswith("/openid-configuration"))


def test_in_development_it_says_who_can_sign_in(make_op):
    page = make_op(**{"oidc.development": "true"}).browser().get("/")
    assert "wonderland" in page.text


def test_elsewhere_it_names_nobody(browser):
    assert "wonderland" not in browser.get("/").text
