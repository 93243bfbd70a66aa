"""The documentation page in a real browser: everything is shown, nothing is refused, nothing leaves the machine.

Chromium runs headless with a new profile and a resolver that knows no host but the loopback address, so a request to
anywhere else fails; the performance log then proves that none was even tried. Screenshots lie in pytest's temporary
folder, whose path a failure shows.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.check.support import Service, program

PATIENCE = 30  # seconds for a page to be complete
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


class Request(NamedTuple):
    """A request that the browser sent, as its performance log has it."""

    method: str
    url: str


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    """A headless Chromium with an empty profile that can reach nothing but the loopback address."""
    driver = program("chromedriver")
    options = ChromeOptions()
    options.binary_location = program("chromium", "chromium-browser", "google-chrome")
    for flag in (
        "--headless",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--window-size=1280,1600",
        f"--user-data-dir={tmp_path / 'profile'}",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ):
        options.add_argument(flag)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium's sandbox does not run as root
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    chrome = Chrome(options=options, service=ChromeService(driver, log_output=os.devnull))
    try:
        yield chrome
    finally:
        chrome.quit()


def operations(document: dict[str, Any]) -> set[tuple[str, str]]:
    """(METHOD, path) of every operation of an OpenAPI document."""
    return {(method.upper(), path) for path, item in document["paths"].items() for method in item if method in METHODS}


def sent(browser: Chrome) -> list[Request]:
    """The requests since the last call, in order; addresses that name no host (data:, blob:, about:) are left out."""
    messages = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    requests = [
        Request(message["params"]["request"]["method"], message["params"]["request"]["url"])
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    return [request for request in requests if urlsplit(request.url).scheme in {"http", "https", "ws", "wss", "ftp"}]


def complaints(browser: Chrome) -> list[str]:
    """What the console holds since the last call: errors, warnings, refusals of the Content-Security-Policy."""
    return [f"{entry['level']} {entry['message']}" for entry in browser.get_log("browser") if entry["level"] != "INFO"]


def shown_operations(browser: Chrome) -> set[tuple[str, str]]:
    """(METHOD, path) of every operation that the page shows."""
    found = browser.execute_script(
        """
        return [...document.querySelectorAll('.opblock')].map(block => [
            block.querySelector('.opblock-summary-method').textContent.trim(),
            block.querySelector('.opblock-summary-path, .opblock-summary-path__deprecated').dataset.path,
        ]);
        """
    )
    return {(method, path) for method, path in found}


def test_documentation_page(browser: Chrome, service: Service, tmp_path: Path) -> None:
    """Every operation of the document is on the page, and one of them can be tried out there."""
    with urlopen(f"{service.url}/v1/openapi.json", timeout=10) as answer:
        document = json.load(answer)

    browser.get(f"{service.url}/docs")
    wait = WebDriverWait(browser, PATIENCE)
    try:
        wait.until(lambda chrome: shown_operations(chrome) == operations(document))
        heading = browser.find_element(By.CSS_SELECTOR, ".info .title").text or ""
        assert str(document["info"]["title"]) in heading

        operation = document["paths"]["/v1/claims"]["get"]["operationId"]
        block = browser.find_element(By.CSS_SELECTOR, f"[id$='-{operation}']")
        browser.execute_script("arguments[0].scrollIntoView()", block)
        block.find_element(By.CSS_SELECTOR, ".opblock-summary-control").click()
        wait.until(lambda _: block.find_elements(By.CSS_SELECTOR, ".try-out__btn"))[0].click()
        wait.until(lambda _: block.find_elements(By.CSS_SELECTOR, "button.execute"))[0].click()
        status = ".live-responses-table .response .response-col_status"
        wait.until(lambda _: block.find_elements(By.CSS_SELECTOR, status))
        response = block.find_element(By.CSS_SELECTOR, ".live-responses-table .response").text or ""
        assert response.startswith("200"), f"the form as it is filled in was answered with\n{response}"
    finally:
        browser.save_screenshot(str(tmp_path / "docs.png"))

    assert complaints(browser) == []
    requests = sent(browser)
    assert any(urlsplit(request.url).path == "/v1/claims" for request in requests)
    assert {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for _, url in requests} == {service.url}


def test_policy_of_the_page(browser: Chrome, service: Service) -> None:
    """The page's Content-Security-Policy is in force: a script put into it, inline or from elsewhere, does not run."""
    with urlopen(f"{service.url}/docs", timeout=10) as answer:
        policy = answer.headers["Content-Security-Policy"] or ""
    directives: dict[str, str] = dict(part.strip().partition(" ")[::2] for part in policy.split(";") if part.strip())
    assert directives["default-src"] in {"'none'", "'self'"}
    scripts = directives.get("script-src", directives["default-src"])
    assert "unsafe" not in scripts
    assert "*" not in policy
    assert "http" not in policy

    browser.get(f"{service.url}/docs")
    complaints(browser)
    ran = browser.execute_async_script(
        """
        const done = arguments[arguments.length - 1];
        window.inlineRan = false;
        const inline = document.createElement('script');
        inline.textContent = 'window.inlineRan = true';
        document.body.append(inline);
        const foreign = document.createElement('script');
        foreign.src = 'https://elsewhere.invalid/script.js';
        foreign.onerror = () => done([window.inlineRan, 'refused']);
        foreign.onload = () => done([window.inlineRan, 'loaded']);
        document.body.append(foreign);
        """
    )
    assert ran == [False, "refused"]
    assert any("Content Security Policy" in complaint for complaint in complaints(browser))
