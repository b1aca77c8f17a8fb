"""Files in a browser: picked, uploaded, found in the room."""

from playwright.sync_api import FilePayload, Locator, Page, expect


def payload(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def pick(page: Page, *files: tuple[str, bytes]) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files([payload(*file) for file in files])


def ready(page: Page, count: int) -> None:
    expect(page.locator('[data-tray] [data-state="done"]')).to_have_count(count)


def with_file(page: Page, name: str) -> Locator:
    """The newest message that carries this file."""
    here = page.locator(f'[data-file-name]:text-is("{name}"), img[alt="{name}"]')
    return page.get_by_role("article").filter(has=here).last
