"""What a browser has to complain of."""

NOT_A_COMPLAINT = "Failed to load resource: the server responded with a status of 4"


class Watch:
    """Collects errors and warnings of the console, and errors of scripts, from all pages."""

    def __init__(self):
        self.complaints = []

    def page(self, page):
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def console(self, message):
        """The status of a page itself is no complaint, but that of a style sheet is."""
        status = message.text.startswith(NOT_A_COMPLAINT)
        if status and message.location["url"] == message.page.url:
            return
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.page.url}: {message.text}")
